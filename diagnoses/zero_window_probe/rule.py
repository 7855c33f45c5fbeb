"""One end asks a shut window for room, again and again, and it stays shut: the transfer stands still.

Holds when all of these are true:

- one end advertised window 0, and after that the other sent at least two probes: segments without data (or
  with one byte) one below the next sequence number, or with one byte right at it
- one of the last two probes was answered, so the other host is alive
- the window did not open again in the capture
- neither end has ended the connection

Supersedes nothing. zero_window tells why the sender waits, and is the more severe: the connection's verdict.
Where the window opened again it tells of the probes, too; this finding stands where they are what goes on
still, and says when the next one is due.
"""

from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, Value, say
from diagnoses.windows import ENOUGH, Shut, candidates, persist, round_trip_s, still_shut, the_worst, worst

CODE = "zero_window_probe"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("clock_step", "one_way_capture")
_LAST = 2  # probes looked at for an answer: answers are limited in rate, so one may be missing

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "WITHHELD_BY", "candidates", "find"]


def probed(c: Connection) -> bool:
    shut = worst(c)
    return shut is not None and len(shut.probes) >= ENOUGH


def answered(c: Connection) -> bool:
    return any(probe.answer for probe in the_worst(c).probes[-_LAST:])


def not_ended(c: Connection) -> bool:
    return c.client.rst + c.server.rst == 0


CONDITIONS = (probed, answered, still_shut, not_ended)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    shut = the_worst(c)
    asked, answers = [p.frame for p in shut.probes], [p.answer for p in shut.probes if p.answer]
    model = persist(shut.waits, round_trip_s(c))
    values = {
        "receiver": shut.receiver.address,
        "sender": c.peer(shut.receiver).address,
        "port": c.server.port,
        "n": len(asked),
        "probes": asked,
        "waits": shut.waits,
        "answers": answers,
        "answered": len(answers),
        "next": model.next_s if model else None,
    }
    numbers: dict[str, Value] = {
        "probes": len(asked),
        "answered_probes": len(answers),
        "probe_waits_s": [round(wait, 3) for wait in shut.waits],
    }
    if model:
        numbers |= {"persist_timer": model.name, "next_probe_s": round(model.next_s, 1)}
    return Finding(
        CODE,
        "note",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (shut.zeros[0], *asked[-30:], *answers[-30:]),
        say("title", **values),
        (
            say("probes", **values),
            say(_form(c, shut), **values),
            say("answers", **values),
            say(f"model_{model.name}" if model else "model_none", **values),
            say("goes_on", **values),
        ),
        Culprit(shut.receiver.name, shut.receiver.address, c.hops_to(shut.receiver)),
        numbers,
        (Rejected("keepalive", say("not_keepalive", **values)),),
        say("settle", **values),
    )


def _form(c: Connection, shut: Shut) -> str:
    """How the last probe looks tells a little of its sender."""
    row = c.row(shut.probes[-1].frame)
    if not row["length"]:
        return "form_empty"
    return "form_old_byte" if row["seq"] < c.row(shut.zeros[-1])["ack"] else "form_next_byte"
