"""Retransmission timers of the handshake: fit the gaps between SYNs to the models of real stacks, name the
model, say what follows.

Never compare with one textbook table: Linux before 6.5 doubles from the first SYN (RFC 6298 section 2,
initial RTO 1 s); Linux 6.5 and later first send ``tcp_syn_linear_timeouts`` (4) repeats one second apart
(commit ccce324dabfe); macOS waits 1 s five times, then doubles (XNU tcp_syn_backoff); older Windows starts
at 3 s, newer at 1 s.
"""

from dataclasses import dataclass
from itertools import pairwise

# Timers run late, never early: 63 s were measured as 65.4 s, 30 s as 30.7 s, single gaps up to 7 % late.
TOLERANCE = 0.12
# Coarse clocks: a jiffy is 10 ms at 100 Hz, and Windows was seen to wait 2.9 s where it means 3.
EARLY = 0.05
LINEAR = 4  # net.ipv4.tcp_syn_linear_timeouts, default since Linux 6.5
DOUBLINGS = 6  # ilog2(TCP_RTO_MAX / 1 s): beyond, tcp_model_timeout() of Linux adds LONGEST for each retry
LONGEST = 120.0  # TCP_RTO_MAX: no gap of Linux grows beyond, seconds


@dataclass(frozen=True)
class Model:
    """A way of spacing SYNs. ``first`` is the first gap in seconds, repeated ``steady`` times before
    doubling begins.
    """

    name: str  # a key of the words: doubling, linear, three_seconds
    first: float
    steady: int

    def gap(self, number: int) -> float:
        """The gap, in seconds, before repeat ``number`` (from 1)."""
        return min(self.first * 2 ** max(number - self.steady, 0), LONGEST)

    @property
    def linear(self) -> int:
        """Repeats at a steady pace before the doubling ones: net.ipv4.tcp_syn_linear_timeouts."""
        return self.steady - 1


DOUBLING = Model("doubling", 1.0, 1)
THREE_SECONDS = Model("three_seconds", 3.0, 1)


def fits(gap: float, expected: float) -> bool:
    """A measured gap agrees with a timer: not early, and late by no more than timers run late."""
    return expected * (1 - EARLY) <= gap <= expected * (1 + TOLERANCE) + 0.1


def syn_model(gaps: list[float]) -> Model | None:
    """The one model that all gaps fit; None when none does, or when the gaps cannot tell two apart."""
    models = (DOUBLING, linear_model(gaps), THREE_SECONDS)
    fitting = [m for m in models if all(fits(gap, m.gap(n)) for n, gap in enumerate(gaps, start=1))]
    return fitting[0] if len(fitting) == 1 else None


def linear_model(gaps: list[float]) -> Model:
    """One second as often as the gaps show before they double; the default where they do not show it."""
    steady = next((n for n, gap in enumerate(gaps) if not fits(gap, 1.0)), 0)
    return Model("linear", 1.0, steady if steady >= 2 else max(LINEAR + 1, len(gaps)))


def latest_gap(model: Model, gaps: list[float]) -> float:
    """Seconds after which the next repeat is due at the latest.

    While all gaps are one second, nobody knows whether the next is one or two.
    """
    steady = model.name == "linear" and all(fits(gap, model.first) for gap in gaps)
    return 2 * model.first if steady else model.gap(len(gaps) + 1)


def linux_repeats(model: Model, retries: int) -> int:
    """How often Linux repeats a SYN with ``tcp_syn_retries`` = ``retries`` before ETIMEDOUT.

    It stops when the repeats are used up (``retries`` and the linear ones), or when the time that
    ``retries`` doublings of one second would take is over (net/ipv4/tcp_timer.c, tcp_write_timeout and
    retransmits_timed_out): so with 2 and 4 linear ones the fifth repeat is the last, not the sixth.
    """
    patience = 2.0 ** (min(retries, DOUBLINGS) + 1) - 1 + max(retries - DOUBLINGS, 0) * LONGEST
    repeats, elapsed = 0, model.gap(1)
    while repeats < retries + model.linear and not (repeats and elapsed >= patience):
        repeats += 1
        elapsed += model.gap(repeats + 1)
    return repeats


def linux_retries(model: Model, repeats: int) -> int | None:
    """The ``tcp_syn_retries`` with which Linux stops after so many repeats; None: with no value it does."""
    return next((r for r in range(1, repeats + 1) if linux_repeats(model, r) == repeats), None)


def doubling(gaps: list[float]) -> bool:
    """Each gap is about twice the one before: an exponential backoff (RFC 6298 section 5.5)."""
    return len(gaps) >= 2 and all(fits(later, 2 * earlier) for earlier, later in pairwise(gaps))


def constant(gaps: list[float]) -> bool:
    """All gaps agree with their smallest: a fixed interval."""
    return bool(gaps) and all(fits(gap, min(gaps)) for gap in gaps)
