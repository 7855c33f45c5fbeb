"""Which articles an experiment proves: those on the diagnoses that it must show, lessons, and those that its
declaration names.
"""

from experiments.declaration import Experiment

EVERYWHERE = "clean_close"  # how most connections end: it is the subject only where nothing else is found
#: By name of the experiment, the lessons (kb/content) that show it.
WITHOUT_CODE = {
    "connect_timeout": ("connect-timeout",),
    "connect_refused": ("connect-timeout",),
    "connect_rejected": ("connect-timeout",),
    "reset_by_firewall": ("who-sent-the-rst",),
    "reset_by_server": ("who-sent-the-rst",),
    "idle_cut_with_reset": ("who-sent-the-rst",),
    "idle_cut_silently": ("half-open-connection", "who-sent-the-rst"),
    "idle_timeout_by_server": ("who-sent-the-rst",),
    "idle_timeout_many": ("who-sent-the-rst",),
    "port_reuse_nat": ("who-sent-the-rst",),
    "half_open": ("half-open-connection",),
    "half_open_healthy": ("half-open-connection",),
    "peer_vanishes": ("half-open-connection",),
    "keepalive_article": ("tcp-keepalive",),
    "keepalive_answered": ("tcp-keepalive",),
    "keepalive_curl": ("tcp-keepalive",),
    "keepalive_defaults": ("tcp-keepalive",),
    "handshake": ("handshake-and-states",),
    "close_by_server": ("handshake-and-states",),
    "close_by_reset": ("handshake-and-states",),
    "simultaneous_close": ("handshake-and-states",),
}


def articles(experiment: Experiment) -> frozenset[str]:
    """Slugs and codes of the articles."""
    return codes(experiment).union(WITHOUT_CODE.get(experiment.name, ()), experiment.articles)


def codes(experiment: Experiment) -> frozenset[str]:
    """The diagnoses that are its subject."""
    shown = {str(each.arguments["code"]) for each in experiment.expectations if each.kind == "finding"}
    return frozenset(shown - {EVERYWHERE} or shown)
