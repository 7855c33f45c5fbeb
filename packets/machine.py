"""The TCP state machine: one pass over the packets of a flow, in order, that finds the facts of its
connections.

It is written over plain indexable columns and lists of integers, without objects, so that the same lines can
be compiled when that pays. It marks and counts; it judges nothing. Sequence arithmetic: RFC 9293 section
3.4.
"""

from packets import columns as c
from packets.facts import SIDE

_HALF, _FULL = 1 << 31, 1 << 32
MOST_HOLES = 64  # gaps remembered per direction; a flow with more of them loses the oldest

# State of one direction, at side * WIDTH + index.
BASE, NEXT, LAST_ACK, LAST_WINDOW, PROBED, WIDTH = 0, 1, 2, 3, 4, 5
_UNKNOWN = -1


# Facts that start as "there is none"; the others count from 0.
_NONE_YET = {"fin_seq", "mss", "wscale", "last", "max_ack", "last_window"}
_START = [-1 if name in _NONE_YET or name.startswith("first_") else 0 for name in SIDE]


class Flow:
    """State while the packets of one connection go by; ``sides`` are the facts that remain."""

    __slots__ = ("holes", "sides", "state")

    def __init__(self) -> None:
        self.state = [_UNKNOWN] * (2 * WIDTH)
        self.holes: list[list[tuple[int, int]]] = [[], []]
        self.sides = [_START.copy(), _START.copy()]


_S = SIDE  # short names for the inner loop
_SYN, _SYN_ACK, _FIN, _RST = (_S[n] for n in ("syn", "syn_ack", "fin", "rst"))
_DATA, _PAYLOAD, _REPEATED, _KEEP, _ZERO = (
    _S[n] for n in ("data_segments", "payload", "repeated", "keepalives", "zero_windows")
)
_LAST_WINDOW = _S["last_window"]
_MAX_ACK, _MAX_SEQ, _UNSEEN = _S["max_ack"], _S["max_seq"], _S["acked_unseen"]


def relative(value: int, base: int) -> int:
    """Distance of a 32-bit number from its base, between -2^31 and 2^31."""
    return (value - base + _HALF) % _FULL - _HALF


def unwrap(value: int, base: int, near: int) -> int:
    """The relative number, counted on through wraps: the candidate that lies nearest to ``near``."""
    return near + relative(value, (base + near) % _FULL)


def starts_anew(flow: Flow, side: int, flags: int, seq: int) -> bool:
    """A SYN with another initial sequence number is a new connection on the same ports (Wireshark does the
    same).
    """
    base = flow.state[side * WIDTH + BASE]
    return flags & (c.SYN | c.ACK) == c.SYN and base != _UNKNOWN and base != seq


def step(
    flow: Flow, row: int, side: int, flags: int, seq: int, ack: int, length: int, window: int
) -> tuple[int, int, int]:
    """Let one segment pass. Returns its relative seq and ack (-1: none), and its marks."""
    other = 1 - side
    _learn_bases(flow, side, flags, seq, ack)
    rel_seq = _relative_seq(flow, side, flags, seq)
    rel_ack = _relative_ack(flow, other, ack) if flags & c.ACK else -1
    marks = _sequence_marks(flow, side, flags, rel_seq, length)
    marks |= _ack_marks(flow, side, flags, rel_ack, length, window, marks)
    _count(flow, row, side, flags, rel_seq, length, marks)
    if not flags & c.RST:
        flow.sides[side][_LAST_WINDOW] = window
    return rel_seq, rel_ack, marks


def _learn_bases(flow: Flow, side: int, flags: int, seq: int, ack: int) -> None:
    state, other = flow.state, 1 - side
    here, there = side * WIDTH + BASE, other * WIDTH + BASE
    if flags & c.SYN and (state[here] == _UNKNOWN or flow.sides[side][_MAX_SEQ] <= 1):
        state[here] = seq
    elif state[here] == _UNKNOWN and not flags & c.RST:  # a RST's number may be anyone's invention
        state[here] = (seq - 1) % _FULL
        state[side * WIDTH + NEXT] = 1
    if flags & c.ACK and not flags & c.RST and state[there] == _UNKNOWN:
        state[there] = (ack - 1) % _FULL


def _relative_seq(flow: Flow, side: int, flags: int, seq: int) -> int:
    state = flow.state
    base, near = state[side * WIDTH + BASE], state[side * WIDTH + NEXT]
    if flags & c.SYN:
        return 0
    return 1 if base == _UNKNOWN else unwrap(seq, base, max(near, 0))


def _relative_ack(flow: Flow, other: int, ack: int) -> int:
    state = flow.state
    base, near = state[other * WIDTH + BASE], state[other * WIDTH + NEXT]
    return 1 if base == _UNKNOWN else unwrap(ack, base, max(near, 0))


def _sequence_marks(flow: Flow, side: int, flags: int, seq: int, length: int) -> int:
    """What this segment's place in the sequence space says; moves the highest number seen."""
    state, at = flow.state, side * WIDTH + NEXT
    size = length + (1 if flags & c.SYN else 0) + (1 if flags & c.FIN else 0)
    known = state[at]
    if flags & c.RST:
        return 0
    if length <= 1 and known >= 1 and seq == known - 1 and not flags & (c.SYN | c.FIN):
        return c.KEEPALIVE_SHAPED
    if size == 0:
        return 0
    end = seq + size
    if known == _UNKNOWN or seq >= known:
        gap = known != _UNKNOWN and seq > known
        if gap:
            _remember_hole(flow.holes[side], known, seq)
        state[at] = end
        return c.GAP_BEFORE if gap else 0
    filled = _fill_holes(flow.holes[side], seq, min(end, known))
    state[at] = max(known, end)
    if filled:
        return c.FILLS_GAP
    return c.SEEN_TWICE if end <= known else c.SEEN_PARTLY


def _remember_hole(holes: list[tuple[int, int]], start: int, stop: int) -> None:
    if len(holes) == MOST_HOLES:
        holes.pop(0)
    holes.append((start, stop))


def _fill_holes(holes: list[tuple[int, int]], start: int, stop: int) -> bool:
    """Take [start, stop) out of the holes; True when any of it was missing."""
    touched = [h for h in holes if h[0] < stop and start < h[1]]
    for low, high in touched:
        holes.remove((low, high))
        if low < start:
            holes.append((low, start))
        if stop < high:
            holes.append((stop, high))
    return bool(touched)


def _ack_marks(flow: Flow, side: int, flags: int, ack: int, length: int, window: int, marks: int) -> int:
    """What this segment's acknowledgement and window say; moves the highest acknowledgement."""
    if ack < 0 or flags & c.RST:
        return 0
    state, other, facts = flow.state, 1 - side, flow.sides[side]
    at = side * WIDTH
    pure = length == 0 and not flags & (c.SYN | c.FIN) and not marks & c.KEEPALIVE_SHAPED
    out = 0
    if pure and ack == state[at + LAST_ACK]:
        out |= _repeated_ack(flow, side, ack, window)
    if window == 0 and not flags & c.SYN:
        out |= c.WINDOW_ZERO
    sent = state[other * WIDTH + NEXT]
    # A challenge ACK before any SYN of this side acknowledges an older connection (RFC 5961 section 4).
    older = flow.sides[other][_SYN] > 0 and not facts[_SYN] and not facts[_SYN_ACK]
    if sent != _UNKNOWN and ack > sent and not older:
        out |= c.ACKS_UNSEEN
        facts[_UNSEEN] += ack - sent
        _remember_hole(flow.holes[other], sent, ack)
        state[other * WIDTH + NEXT] = ack
    state[at + LAST_ACK], state[at + LAST_WINDOW] = ack, window
    state[other * WIDTH + PROBED] = 0
    if marks & c.KEEPALIVE_SHAPED:
        state[at + PROBED] = 1
    facts[_MAX_ACK] = max(facts[_MAX_ACK], ack)
    return out


def _repeated_ack(flow: Flow, side: int, ack: int, window: int) -> int:
    """A pure acknowledgement of the same number: answer to a probe, window update, or duplicate."""
    state, other = flow.state, 1 - side
    if state[other * WIDTH + PROBED] == 1:
        return c.ANSWERS_KEEPALIVE
    if window != state[side * WIDTH + LAST_WINDOW]:
        return c.WINDOW_UPDATE
    return c.DUPLICATE_ACK if state[other * WIDTH + NEXT] > ack else 0


def _count(flow: Flow, row: int, side: int, flags: int, seq: int, length: int, marks: int) -> None:
    facts = flow.sides[side]
    facts[_S["last"]] = row
    facts[_MAX_SEQ] = max(facts[_MAX_SEQ], flow.state[side * WIDTH + NEXT])
    if length and not flags & c.RST:
        facts[_DATA] += 1
        facts[_PAYLOAD] += length if not marks & (c.SEEN_TWICE | c.KEEPALIVE_SHAPED) else 0
    if marks & c.SEEN_TWICE:
        facts[_REPEATED] += 1
    if marks & c.KEEPALIVE_SHAPED:
        facts[_KEEP] += 1
    if marks & c.WINDOW_ZERO:
        facts[_ZERO] += 1
    if flags & (c.SYN | c.FIN | c.RST):
        _count_control(flow, row, side, flags, seq + length)


def _count_control(flow: Flow, row: int, side: int, flags: int, fin_seq: int) -> None:
    facts = flow.sides[side]
    if flags & c.SYN:
        name, first = ("syn_ack", "first_syn_ack") if flags & c.ACK else ("syn", "first_syn")
        facts[_S[name]] += 1
        facts[_S[first]] = row if facts[_S[first]] < 0 else facts[_S[first]]
    if flags & c.FIN:
        facts[_FIN] += 1
        if facts[_S["first_fin"]] < 0:
            facts[_S["first_fin"]], facts[_S["fin_seq"]] = row, fin_seq
    if flags & c.RST:
        facts[_RST] += 1
        facts[_S["first_rst"]] = row if facts[_S["first_rst"]] < 0 else facts[_S["first_rst"]]


def place(flow: Flow, side: int, flags: int, seq: int, ack: int) -> tuple[int, int]:
    """Relative seq and ack of a segment that must not move the state (a copy of one that passed)."""
    return _relative_seq(flow, side, flags, seq), _relative_ack(flow, 1 - side, ack) if flags & c.ACK else -1
