"""Words for the states of revisions, for what happened to articles, and for marks of a difference."""

from django.utils.translation import gettext, gettext_noop

_STATES = {
    "draft": gettext_noop("draft"),
    "in_review": gettext_noop("in review"),
    "approved": gettext_noop("approved"),
    "superseded": gettext_noop("replaced"),
    "returned": gettext_noop("sent back"),
}
_EVENTS = {
    "submitted": gettext_noop("submitted for review"),
    "approved": gettext_noop("approved"),
    "returned": gettext_noop("sent back"),
    "restored": gettext_noop("proposed again"),
    "verified": gettext_noop("verified"),
    "commented": gettext_noop("commented"),
    "loaded": gettext_noop("loaded"),
    "proved": gettext_noop("proved again by its experiment"),
    "refuted": gettext_noop("refuted by its experiment"),
}
_MARKS = {"removed": gettext_noop("removed"), "added": gettext_noop("added")}
_PASSAGES = {
    "removed": gettext_noop("removed"),
    "added": gettext_noop("added"),
    "changed": gettext_noop("changed"),
    "moved_away": gettext_noop("moved away from here"),
    "moved_here": gettext_noop("moved here"),
}
_STALE = {
    "red": gettext_noop("refuted by its experiment"),
    "over": gettext_noop("verification is over"),
    "behind": gettext_noop("translation behind"),
    "old": gettext_noop("not edited for a year"),
}


def state(value: str) -> str:
    """in_review → in review."""
    return gettext(_STATES[value]) if value in _STATES else value


def event(kind: str) -> str:
    """submitted → submitted for review."""
    return gettext(_EVENTS[kind]) if kind in _EVENTS else kind


def mark(value: str) -> str:
    """What is said before a removed or an added piece, to those who listen."""
    return gettext(_MARKS[value])


def passage(kind: str) -> str:
    """What became of a passage; empty for what was kept."""
    return gettext(_PASSAGES[kind]) if kind in _PASSAGES else ""


def stale(reason: str) -> str:
    """Why an article should be looked at again."""
    return gettext(_STALE[reason])
