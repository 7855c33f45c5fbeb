"""One end shut its window, and then fell silent: the probes of the waiting side get no answer any more.

Holds when all of these are true:

- one end advertised window 0, and the other asked for room
- at least the last three probes got no answer, and the sender waited long enough for each that a limit of the
  rate of answers does not explain it
- nothing at all came from the end that had shut its window since the first of them
- the window had not opened again

Supersedes zero_window, zero_window_probe, spurious_retransmission: why the window was shut matters no more
when nobody is there to open it; and reset_by_own_timeout: a RST that ends the probing is its end. The other
end may be gone, or a device drops the probes or the answers: no culprit is named unless the capture was taken
where the probes arrive.
"""

from diagnoses.case import Connection, End
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Value, say
from diagnoses.windows import Probe, candidates, persist, round_trip_s, still_shut, the_worst, worst
from packets.columns import RST

CODE = "zero_window_dead_peer"
SUPERSEDES = ("zero_window", "zero_window_probe", "spurious_retransmission", "reset_by_own_timeout")
WITHHELD_BY = ("capture_drops", "one_way_capture", "clock_step")
ENOUGH = 3  # probes in a row without an answer: a lost one, or one left out by the limit, does not make three
RATE_S = 0.5  # Linux answers such segments at most once in net.ipv4.tcp_invalid_ratelimit, 500 ms
_SHOWN = 30  # frames of each kind among the evidence

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "WITHHELD_BY", "candidates", "find"]


def probed(c: Connection) -> bool:
    shut = worst(c)
    return shut is not None and bool(shut.probes)


def unanswered(c: Connection) -> bool:
    run = _run(c)
    return len(run) >= ENOUGH and all(probe.wait_s > RATE_S for probe in run[-2:])


def nothing_came(c: Connection) -> bool:
    run, rows = _run(c), the_worst(c).receiver.rows
    return bool(run) and not bool((rows["frame"] > run[0].frame).any())


CONDITIONS = (probed, unanswered, nothing_came, still_shut)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    shut, run = the_worst(c), _run(c)
    sender = c.peer(shut.receiver)
    waits, rst = [probe.wait_s for probe in run], _given_up(sender, run)
    before = [p.answer for p in shut.probes if p.answer]
    here = c.place == shut.receiver.name
    values = {
        "receiver": shut.receiver.address,
        "sender": sender.address,
        "port": c.server.port,
        "zeros": shut.zeros,
        "n": len(run),
        "probes": [probe.frame for probe in run],
        "waits": waits,
        "lasted": (run[-1].time_ns - run[0].time_ns) / 10**9,
        "before": len(before),
        "answers": before,
        "rst": (rst,),
    }
    model = persist(shut.waits, round_trip_s(c))
    numbers: dict[str, Value] = {
        "unanswered_probes": len(run),
        "answered_probes": len(before),
        "probe_waits_s": [round(wait, 3) for wait in waits],
        "persist_timer": model.name if model else None,
        "gave_up": rst is not None,
    }
    return Finding(
        CODE,
        "error",
        "likely",
        c.number,
        (c.client.address, c.server.address),
        (*shut.zeros[-_SHOWN:], *(p.frame for p in run[:_SHOWN]), *((rst,) if rst else ())),
        say("title", **values),
        tuple(_told(len(before), model is not None, rst, here, values)),
        Culprit(shut.receiver.name, shut.receiver.address, 0) if here else Culprit(),
        numbers,
        (
            Rejected("zero_window_probe", say("not_alive", **values)),
            Rejected("keepalive_failed", say("not_keepalive", **values)),
        ),
        say("settle_here" if here else "settle", **values),
    )


def _run(c: Connection) -> list[Probe]:
    """The last probes, those without an answer."""
    probes = the_worst(c).probes
    answered = [number for number, probe in enumerate(probes) if probe.answer]
    return list(probes[answered[-1] + 1 if answered else 0 :])


def _given_up(sender: End, run: list[Probe]) -> int | None:
    """The RST with which the waiting side ended it."""
    rsts = sender.rows[(sender.rows["flags"] & RST) != 0]
    later = rsts[rsts["frame"] > run[-1].frame]
    return int(later["frame"][0]) if len(later) else None


def _told(
    before: int, doubles: bool, rst: int | None, here: bool, values: dict[str, object]
) -> list[Sentence]:
    told = {
        "shut": True,
        "answered_before": before > 0,
        "silent": True,
        "doubling": doubles,
        "gave_up": rst is not None,
        "goes_on": rst is None,
        "here": here,
        "elsewhere": not here,
    }
    return [say(key, **values) for key, holds in told.items() if holds]
