"""A device on the path answers the first packet after a pause with a RST in the name of one end: it has
forgotten the idle connection.

Holds when all of these are true:

- the connection was open when the RST came
- the RST was made on the path: it comes from nearer than the packets of the host it names (at least three,
  all with one TTL), or that host went on with the connection afterwards, or other signs show it
- it took something away: data was outstanding, or no FIN had passed before
- it answers the first packets after a pause of three seconds or more, and the host it names sent nothing
  since that pause

Supersedes reset_on_path, keepalive and clean_close.
"""

from diagnoses import aborts
from diagnoses.case import NS, Connection, frames
from diagnoses.finding import Finding, Rejected, say
from diagnoses.pauses import Pause, last_pause
from diagnoses.reset_court import device, not_host, testimony, wording

CODE = "idle_flow_reset_on_path"
SUPERSEDES = ("reset_on_path", "keepalive", "clean_close")
WITHHELD_BY = ("clock_step",)  # it would fake the pause
candidates = aborts.candidates


def sent_on_path(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender == "path"


def answers_first_after_pause(c: Connection) -> bool:
    found = _pause(c)
    if found is None or found.length_s < aborts.IDLE_S:
        return False
    sender = aborts.first_abort(c).sender.name == "client"
    return len(found.after) > 0 and not (found.after["from_client"] == sender).any()


CONDITIONS = (aborts.was_open, sent_on_path, aborts.did_harm, answers_first_after_pause)


def _pause(c: Connection) -> Pause | None:
    return last_pause(c, int(aborts.first_abort(c).rst["frame"]), aborts.IDLE_S)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found, pause = aborts.first_abort(c), _pause(c)
    assert pause is not None, "find is called only when the conditions hold"
    how = wording(found.ruling, c)
    values = found.values | {
        "idle": pause.length_s,
        "survived": pause.survived_s,
        "first": frames(pause.after[:1]),
        "after": float(found.rst["time_ns"] - pause.after["time_ns"][0]) / NS,
    }
    by_ttl = (say(f"rst_ttl{how}", **values), say("host_ttl", **values))
    evidence = testimony(found.ruling, found.sender.address, by_ttl)
    excluded = not_host(found.ruling, say("not_host", **values))
    bound = "forgets_between" if pause.survived_s else "forgets"
    return Finding(
        CODE,
        "error",
        found.ruling.confidence,
        c.number,
        (c.client.address, c.server.address),
        (*found.evidence, *frames(pause.after[:1])),
        say(f"title{how}", **values),
        (say("answer", **values), *evidence, say(bound, **values), say("limits", **values)),
        device(found.ruling, c),
        found.numbers
        | {
            "rst_hop": found.ruling.hops,
            "idle_before_s": round(pause.length_s, 3),
            "idle_survived_s": round(pause.survived_s, 3) or None,
        },
        (
            Rejected("half_open_reset", excluded),
            Rejected("application_abort", excluded),
        ),
        say("settle_here" if how == "_here" else "settle", **values),
    )
