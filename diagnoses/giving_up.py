"""When a sender gives up data that nobody acknowledges, and what the time of it says about its settings.

Linux asks at each end of the timer whether the time since the first repeat by timer has reached its patience
(net/ipv4/tcp_timer.c, tcp_write_timeout and retransmits_timed_out, Linux 4.19 to 6.12). It counts no repeats:
``tcp_retries2`` is turned into a time, that of so many doublings of 200 ms. A loss probe does not start that
time. TCP_USER_TIMEOUT replaces it by a time of its own. Neither end is announced by a packet.
"""

from dataclasses import dataclass
from functools import cached_property

from diagnoses import timers
from diagnoses.case import NS
from diagnoses.silences import Silence, backs_off

SHORTEST_S = 0.2  # TCP_RTO_MIN of Linux: the doublings of tcp_retries2 are counted from it
DOUBLINGS = 9  # ilog2(TCP_RTO_MAX / TCP_RTO_MIN): beyond, each retry adds timers.LONGEST
MOST_RETRIES = 40
DEFAULT, ORPHAN = 15, 8  # net.ipv4.tcp_retries2; tcp_orphan_retries() when its setting is 0


def linux_patience_s(retries: int) -> float:
    """Seconds from the first repeat by timer until Linux gives up with ``tcp_retries2`` = ``retries``."""
    doubled = float((2 << min(retries, DOUBLINGS)) - 1) * SHORTEST_S
    return doubled + max(retries - DOUBLINGS, 0) * timers.LONGEST


@dataclass(frozen=True)
class GivingUp:
    """The end of a sender's repeats, where the capture goes on long enough to show it."""

    silence: Silence

    @property
    def next_due_s(self) -> float:
        """Seconds after the last repeat at which the next would have come."""
        return min(2 * self.silence.gaps[-1], timers.LONGEST)

    @property
    def latest_ns(self) -> int:
        """The time by which the next repeat would have come, as late as timers run."""
        late = self.next_due_s * (1 + timers.TOLERANCE) + 0.1
        return int(self.silence.sent["time_ns"][-1]) + round(late * NS)

    @property
    def quiet_s(self) -> float:
        """From the last repeat to the end of the capture."""
        return float(self.silence.connection.case.last_ns - int(self.silence.sent["time_ns"][-1])) / NS

    @property
    def shown(self) -> bool:
        """The repeats came in the rhythm of a timer, and the next one was due and did not come."""
        last = int(self.silence.end.rows["frame"][-1])
        over = last == int(self.silence.sent["frame"][-1])  # no FIN, no RST, nothing new
        return over and self.silence.doubling and self.silence.connection.case.last_ns > self.latest_ns

    @cached_property
    def bounds_s(self) -> tuple[float, float]:
        """The sender's patience, counted from the first repeat by timer: longer than the first number of
        seconds, at most the second.
        """
        gaps = self.silence.gaps
        probed = not backs_off(gaps)  # the first repeat was a loss probe (RFC 8985 section 7)
        least = sum(gaps[2:] if probed else gaps[1:])
        return least, least + self.next_due_s

    @property
    def retries(self) -> int | None:
        """The one ``tcp_retries2`` with which Linux gives up then; None: none does, or several do."""
        least, most = self.bounds_s
        most += self.next_due_s * timers.TOLERANCE  # that end of the timer was not seen: it may run late
        fitting = [r for r in range(1, MOST_RETRIES) if least < linux_patience_s(r) <= most]
        return fitting[0] if len(fitting) == 1 else None
