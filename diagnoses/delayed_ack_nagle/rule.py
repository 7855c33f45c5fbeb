"""Small writes wait for acknowledgements that the other side delays: Nagle's algorithm meets the delayed ACK.

Holds when all of these are true:

- the handshake is in the capture, so the round trips from the capture point to both ends are known
- at least three times a small segment was acknowledged 30 ms or more (and at most 0.5 s) later than the
  round trip takes, by an acknowledgement without data, and the sender's next small segment left right on its
  arrival
- no small segment of that sender ever left while another was not acknowledged: its Nagle algorithm is on

Supersedes nothing. An application that thinks for 40 ms does not know of acknowledgements: it fails the
second point, or by and by the third. A warning where the time lost is a fifth of a second or more and a fifth
of the small segments waited, else a note.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, Severity, say
from diagnoses.nagle import ENOUGH, SHORTEST_S, Stalls, stalls
from diagnoses.windows import round_trip_s
from packets.table import Table

CODE = "delayed_ack_nagle"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("capture_drops", "one_way_capture", "clock_step")
HURTS_S = 0.2  # lost altogether: twice what feels instantaneous (Nielsen 1993, section 5.5)
HURTS_SHARE = 0.2  # of the small segments that had to wait: fewer are lost among the others
_SHOWN = 25  # stalls among the evidence, three frames each
# Timers of known stacks: Linux TCP_DELACK_MIN; FreeBSD and macOS net.inet.tcp.delacktime; Windows
# TcpDelAckTicks and Linux TCP_DELACK_MAX. Clocks tick every 10 ms, and timers run late.
_TIMERS = (("forty", 0.036, 0.055), ("hundred", 0.09, 0.12), ("two_hundred", 0.17, 0.23))


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found = np.zeros(len(table), bool)
    for end in ("client", "server"):
        late = table[f"{end}_rtt_most"] >= round(SHORTEST_S * 10**9)
        found |= late & (table[f"{end}_data_segments"] > ENOUGH)
    return found


def handshake_known(c: Connection) -> bool:
    return c.handshake_seen and c.record["syn_ack_time"] >= c.record["syn_time"] >= 0


def stalled_again_and_again(c: Connection) -> bool:
    return len(stalls(c).found) >= ENOUGH


def nagle_is_on(c: Connection) -> bool:
    return stalls(c).obeyed


CONDITIONS = (handshake_known, stalled_again_and_again, nagle_is_on)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    seen = stalls(c)
    delays = [stall.delay_s for stall in seen.found]
    middle = float(np.median(delays))
    worst = max(seen.found, key=lambda stall: stall.delay_s)
    values = {
        "sender": seen.sender.address,
        "receiver": c.peer(seen.sender).address,
        "port": c.server.port,
        "n": len(delays),
        "small": seen.small,
        "lost": seen.lost_s,
        "delay": middle,
        "trip": round_trip_s(c),
        "first": (worst.first,),
        "ack": (worst.ack,),
        "held": (worst.held,),
        "longest": worst.delay_s,
    }
    shown = seen.found[:_SHOWN]
    return Finding(
        CODE,
        _severity(seen),
        "likely",
        c.number,
        (c.client.address, c.server.address),
        tuple(f for stall in (worst, *shown) for f in (stall.first, stall.ack, stall.held)),
        say("title", **values),
        (
            say("stalls", **values),
            say("example", **values),
            say(f"timer_{_timer(middle)}", **values),
            say("mechanism", **values),
        ),
        Culprit(),
        {
            "stalls": len(delays),
            "ack_delay_s": round(middle, 4),
            "lost_s": round(seen.lost_s, 3),
            "small_segments": seen.small,
            "round_trip_s": round(round_trip_s(c), 6),
        },
        (
            Rejected("slow_server", say("not_thinking", **values)),
            Rejected("timeout_retransmission", say("not_loss", **values)),
        ),
        say("settle", **values),
    )


def _severity(seen: Stalls) -> Severity:
    hurts = seen.lost_s >= HURTS_S and len(seen.found) >= HURTS_SHARE * seen.small
    return "warning" if hurts else "note"


def _timer(delay: float) -> str:
    return next((name for name, least, most in _TIMERS if least <= delay <= most), "other")
