"""One end's receive buffer was full: it advertised a window of zero, and the other side had to wait.

Holds when all of these are true:

- one end advertised window 0, in a segment without SYN, FIN or RST
- by then neither end had closed its side
- the window stayed zero for longer than a round trip, or did not open again

Supersedes window_full: a window that shuts has been filled; spurious_retransmission: what was sent into it is
sent again; and reset_by_own_timeout: a sender that gives up waiting. The probes of the waiting sender are
told here; zero_window_probe stands beside this finding only where the window stayed shut to the end, for its
timer then is what happens next. The severity: a note for less than a second, or where nobody waited; a
warning for more; an error where the waiting side gave the connection up.
"""

from diagnoses.case import Connection, End
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Severity, say
from diagnoses.windows import LONG_S, Shut, all_shuts, candidates, persist, round_trip_s, the_worst, worst

CODE = "zero_window"
SUPERSEDES = ("window_full", "spurious_retransmission", "reset_by_own_timeout")
WITHHELD_BY = ("clock_step",)
_SHOWN = 30  # frames of each kind among the evidence: all kinds fit into one finding

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "WITHHELD_BY", "candidates", "find"]


def advertised_zero(c: Connection) -> bool:
    return worst(c) is not None


def nobody_had_closed(c: Connection) -> bool:
    first = the_worst(c).zeros[0]
    return all(end.first_fin < 0 or end.first_fin > first for end in (c.client, c.server))


def longer_than_a_round_trip(c: Connection) -> bool:
    return the_worst(c).opened is None or the_worst(c).duration_s > round_trip_s(c)


CONDITIONS = (advertised_zero, nobody_had_closed, longer_than_a_round_trip)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    shut = the_worst(c)
    sender = c.peer(shut.receiver)
    asked, answers = [p.frame for p in shut.probes], [p.answer for p in shut.probes if p.answer]
    total = sum(s.duration_s for s in all_shuts(c) if s.receiver is shut.receiver)
    values: dict[str, object] = {
        "receiver": shut.receiver.address,
        "sender": sender.address,
        "port": c.server.port,
        "duration": shut.duration_s,
        "n": len(shut.zeros),
        "zeros": shut.zeros,
        "times": sum(s.receiver is shut.receiver for s in all_shuts(c)),
        "total": total,
        "asked": len(asked),
        "probes": asked,
        "waits": shut.waits,
        "unanswered": len(asked) - len(answers),
        "opened": (shut.opened,),
        "resumed": (shut.resumed,),
        "refused": (shut.refused,),
        "rst": (sender.first_rst,),
    }
    single = (shut.opened, shut.resumed, shut.refused, sender.first_rst if _gave_up(shut, sender) else None)
    evidence = (*shut.zeros[:_SHOWN], *asked[:_SHOWN], *answers[:_SHOWN], *(f for f in single if f))
    return Finding(
        CODE,
        _severity(shut, sender),
        "certain",
        c.number,
        (c.client.address, c.server.address),
        evidence,
        say(_title(shut, sender), **values),
        tuple(say(key, **values) for key in _told(c, shut, sender)),
        Culprit(shut.receiver.name, shut.receiver.address, c.hops_to(shut.receiver)),
        {
            "zero_window_s": round(shut.duration_s, 3),
            "times_shut": len([s for s in all_shuts(c) if s.receiver is shut.receiver]),
            "zero_window_total_s": round(total, 3),
            "probes": len(asked),
            "probe_waits_s": [round(wait, 3) for wait in shut.waits[:_SHOWN]],
        },
        tuple(_rejected(shut, values)),
        say("settle", **values),
    )


def _gave_up(shut: Shut, sender: End) -> bool:
    """The waiting side sent a RST while the window was shut."""
    return shut.opened is None and shut.held_up and sender.first_rst > shut.zeros[0]


def _severity(shut: Shut, sender: End) -> Severity:
    if _gave_up(shut, sender):
        return "error"
    return "warning" if shut.held_up and shut.duration_s >= LONG_S else "note"


def _title(shut: Shut, sender: End) -> str:
    if _gave_up(shut, sender):
        return "title_gave_up"
    return "title" if shut.opened else "title_still"


def _told(c: Connection, shut: Shut, sender: End) -> list[str]:
    """The keys of the sentences, in their order."""
    model = persist(shut.waits, round_trip_s(c))
    told = {
        "shut": True,
        "probed": bool(shut.probes),
        f"model_{model.name}" if model else "model_none": len(shut.probes) > 1,
        "unanswered": any(p.answer is None for p in shut.probes) and bool(shut.opened),
        "refused": shut.refused is not None,
        "opened": shut.opened is not None,
        "resumed": shut.resumed is not None,
        "still": shut.opened is None and not _gave_up(shut, sender),
        "gave_up": _gave_up(shut, sender),
        "nobody_waited": not shut.held_up,
        "several": sum(s.receiver is shut.receiver for s in all_shuts(c)) > 1,
        "why": True,
    }
    return [key for key, holds in told.items() if holds]


def _rejected(shut: Shut, values: dict[str, object]) -> list[Rejected]:
    found: list[tuple[str, Sentence]] = []
    if shut.probes:
        found.append(("keepalive", say("not_keepalive", **values)))
    if shut.refused is None:
        found.append(("timeout_retransmission", say("not_loss", **values)))
    return [Rejected(code, why) for code, why in found]
