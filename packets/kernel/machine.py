"""The TCP state machine: segment after segment of a connection, in the order of the capture; it finds facts.

It marks and counts; it judges nothing. Sequence arithmetic: RFC 9293 section 3.4. ``s`` is the row of the
connection (kernel/connection.py), ``row`` the packet (kernel/fields.py); ``a`` is where the sending side's
part of ``s`` begins, ``b`` where the other's does.
"""

from packets import columns as c
from packets.kernel import connection as k
from packets.kernel import fields as f
from packets.kernel import nodes
from packets.kernel.rows import Row

_HALF, _FULL = 1 << 31, 1 << 32
UNKNOWN = -1
MOST_HOLES = 64  # gaps remembered per direction; a flow with more of them loses the oldest
MOST_SENT = 4096  # unacknowledged segments remembered per direction: a window of 6 MB
_LOOKED_AT = 64  # of them, looked at to find the first sending of a repeated segment
_MOST_TOTAL = (1 << 62) - 1  # ns, 146 years
_SLOWEST_TICK = 20_000_000  # ns; timestamp clocks tick every 10 ms at least (HZ = 100)
NEAR_ID = 64  # a host's next packet of the same flow has an IP ID at most this much higher


def relative(value: int, base: int) -> int:
    """Distance of a 32-bit number from its base, between -2^31 and 2^31."""
    return ((value - base + _HALF) & 0xFFFFFFFF) - _HALF


def unwrap(value: int, base: int, near: int) -> int:
    """The relative number, counted on through wraps: the candidate that lies nearest to ``near``."""
    return near + relative(value, (base + near) & 0xFFFFFFFF)


def starts_anew(s: Row, row: Row) -> bool:
    """A SYN with another initial sequence number is a new connection on the same ports (Wireshark does the
    same).
    """
    base = s[k.SIDES + row[f.SIDE] * k.SIDE_WIDTH + k.BASE]
    return row[f.FLAGS] & (c.SYN | c.ACK) == c.SYN and base != UNKNOWN and base != row[f.ABS_SEQ]


def place(s: Row, row: Row) -> None:
    """Relative seq and ack of a segment that must not move the state: a copy of one that passed."""
    a = k.SIDES + row[f.SIDE] * k.SIDE_WIDTH
    b = k.SIDES + (1 - row[f.SIDE]) * k.SIDE_WIDTH
    row[f.SEQ] = _relative_seq(s, a, row)
    row[f.ACK] = _relative_ack(s, b, row[f.ABS_ACK]) if row[f.FLAGS] & c.ACK else -1
    row[f.WINDOW] = _scaled(s, a, b, row)


def step(s: Row, row: Row, pool: Row, g: Row) -> None:
    """Let one segment pass: sets its SEQ, ACK, WINDOW, MARKS, IN_FLIGHT, RTT and REPEAT, and moves the
    state.
    """
    a = k.SIDES + row[f.SIDE] * k.SIDE_WIDTH
    b = k.SIDES + (1 - row[f.SIDE]) * k.SIDE_WIDTH
    _learn_bases(s, a, b, row)
    row[f.SEQ] = _relative_seq(s, a, row)
    row[f.ACK] = _relative_ack(s, b, row[f.ABS_ACK]) if row[f.FLAGS] & c.ACK else -1
    row[f.MARKS] |= _sequence_marks(s, a, b, row, pool, g)
    row[f.WINDOW] = _scaled(s, a, b, row)
    known = row[f.ACK] >= 0 and not row[f.FLAGS] & c.RST and not _of_older(s, a, b, row[f.ACK])
    if known:
        _acknowledge(s, a, b, row, pool, g)
    _fill_window(s, a, b, row)
    _count(s, a, row, known)
    _count_more(s, a, row)


def _of_older(s: Row, a: int, b: int, ack: int) -> bool:
    """A challenge ACK before any SYN of this side acknowledges an older connection on the same ports
    (RFC 5961 section 4). Once the other side has acknowledged something, the capture only missed the SYN-ACK.
    """
    answered = s[a + k.SYN] + s[a + k.SYN_ACK] > 0 or s[b + k.FIRST_ACK] >= 0
    return s[b + k.SYN] > 0 and not answered and ack > s[b + k.NEXT]


def _learn_bases(s: Row, a: int, b: int, row: Row) -> None:
    flags, seq = row[f.FLAGS], row[f.ABS_SEQ]
    if flags & c.SYN and (s[a + k.BASE] == UNKNOWN or s[a + k.MAX_SEQ] <= 1):
        if s[a + k.BASE] != seq:  # what was seen before counted from another number
            s[a + k.NEXT] = UNKNOWN
        s[a + k.BASE] = seq
    elif s[a + k.BASE] == UNKNOWN and not flags & c.RST:  # a RST's number may be anyone's invention
        s[a + k.BASE] = (seq - 1) & 0xFFFFFFFF
        s[a + k.NEXT] = 1
    if flags & c.ACK and not flags & c.RST and s[b + k.BASE] == UNKNOWN:
        s[b + k.BASE] = (row[f.ABS_ACK] - 1) & 0xFFFFFFFF


def _relative_seq(s: Row, a: int, row: Row) -> int:
    if row[f.FLAGS] & c.SYN:
        return 0
    base = s[a + k.BASE]
    return 1 if base == UNKNOWN else unwrap(row[f.ABS_SEQ], base, max(s[a + k.NEXT], 0))


def _relative_ack(s: Row, b: int, ack: int) -> int:
    base = s[b + k.BASE]
    return 1 if base == UNKNOWN else unwrap(ack, base, max(s[b + k.NEXT], 0))


def _sequence_marks(s: Row, a: int, b: int, row: Row, pool: Row, g: Row) -> int:
    """What this segment's place in the sequence space says; moves the highest number seen."""
    flags, length, seq = row[f.FLAGS], row[f.LENGTH], row[f.SEQ]
    known = s[a + k.NEXT]
    if flags & c.RST:
        return 0
    if length <= 1 and known >= 1 and seq == known - 1 and not flags & (c.SYN | c.FIN):
        return c.KEEPALIVE_SHAPED
    size = length + (1 if flags & c.SYN else 0) + (1 if flags & c.FIN else 0)
    if size == 0:
        return _beyond(s, a, known, seq, pool, g)
    if length == 1 and seq == known and s[b + k.LAST_WINDOW] == 0 and not flags & (c.SYN | c.FIN):
        return c.PROBE_SHAPED
    end = seq + size
    if known == UNKNOWN or seq >= known:
        return _ahead(s, a, row, known, end, pool, g)
    filled = _fill_holes(s, a, seq, min(end, known), pool, g)
    s[a + k.NEXT] = max(known, end)
    _sent_again(s, a, b, row, end, filled, pool, g)
    if filled:
        return c.FILLS_GAP
    if end > known:
        return c.SEEN_PARTLY
    return c.SEEN_TWICE | (c.SEEN_ACKNOWLEDGED if end <= s[b + k.MAX_ACK] else 0)


def _beyond(s: Row, a: int, known: int, seq: int, pool: Row, g: Row) -> int:
    """A segment without data carries SND.NXT (RFC 9293 section 3.10.7.4): what lies before it was sent."""
    if known != UNKNOWN and seq <= known:
        return 0
    s[a + k.NEXT] = seq
    if known == UNKNOWN:
        return 0
    _remember_hole(s, a, known, seq, 0, pool, g)
    return c.GAP_BEFORE


def _ahead(s: Row, a: int, row: Row, known: int, end: int, pool: Row, g: Row) -> int:
    """Bytes that were not seen before, at or behind the highest one."""
    s[a + k.NEXT] = end
    _remember_sent(s, a, row, end, pool, g)
    if known == UNKNOWN or row[f.SEQ] == known:
        return 0
    _remember_hole(s, a, known, row[f.SEQ], 0, pool, g)
    return c.GAP_BEFORE


def _remember_hole(s: Row, a: int, start: int, stop: int, acked: int, pool: Row, g: Row) -> None:
    s[a + k.MISSING_BYTES] += stop - start
    node = nodes.append(pool, g, s, a + k.MISSING, MOST_HOLES)
    if node:
        pool[node - 1 + nodes.START], pool[node - 1 + nodes.STOP] = start, stop
        pool[node - 1 + nodes.ACKED] = acked


def _acknowledge_holes(s: Row, b: int, before: int, ack: int, pool: Row) -> bool:
    """Bytes that are acknowledged though nobody saw them were lost by the capture, or before it. Whether the
    acknowledgement, which was ``before`` until now, is the first one of some of them.
    """
    node, found = s[b + k.MISSING], False
    for _ in range(MOST_HOLES):
        if not node:
            break
        if before <= pool[node - 1 + nodes.START] < ack:
            found = True
        if pool[node - 1 + nodes.STOP] <= ack and not pool[node - 1 + nodes.ACKED]:
            pool[node - 1 + nodes.ACKED] = 1
            s[b + k.ACKED_MISSING] += pool[node - 1 + nodes.STOP] - pool[node - 1 + nodes.START]
        node = pool[node - 1 + nodes.NEXT]
    return found


def _fill_holes(s: Row, a: int, start: int, stop: int, pool: Row, g: Row) -> bool:
    """Take [start, stop) out of the holes; True when any of it was missing."""
    found, before, node = False, 0, s[a + k.MISSING]
    for _ in range(MOST_HOLES):
        if not node:
            break
        low, high = pool[node - 1 + nodes.START], pool[node - 1 + nodes.STOP]
        if low >= stop or start >= high:
            before, node = node, pool[node - 1 + nodes.NEXT]
            continue
        found, filled, acked = True, min(high, stop) - max(low, start), pool[node - 1 + nodes.ACKED]
        s[a + k.MISSING_BYTES] -= filled
        s[a + k.ACKED_MISSING] -= filled if acked else 0
        if low < start:
            pool[node - 1 + nodes.STOP] = start
            if stop < high:
                s[a + k.MISSING_BYTES] -= high - stop  # counted already
                _remember_hole(s, a, stop, high, acked, pool, g)
            before, node = node, pool[node - 1 + nodes.NEXT]
        elif stop < high:
            pool[node - 1 + nodes.START] = stop
            before, node = node, pool[node - 1 + nodes.NEXT]
        else:
            node = nodes.unlink(pool, g, s, a + k.MISSING, before, node)
    return found


def _remember_sent(s: Row, a: int, row: Row, end: int, pool: Row, g: Row) -> None:
    node = nodes.append(pool, g, s, a + k.SENT, MOST_SENT)
    if node:
        pool[node - 1 + nodes.END] = end
        pool[node - 1 + nodes.SENT], pool[node - 1 + nodes.AGAIN] = row[f.TIME], 0


def _sent_again(s: Row, a: int, b: int, row: Row, end: int, late: bool, pool: Row, g: Row) -> None:
    """A segment of bytes that lie behind: how long ago they were sent last, where that was seen."""
    if end <= s[b + k.MAX_ACK]:
        return
    node = s[a + k.SENT]
    for _ in range(_LOOKED_AT):
        if not node:
            break
        if pool[node - 1 + nodes.END] == end:
            row[f.REPEAT] = max(row[f.TIME] - pool[node - 1 + nodes.SENT], 0)
            pool[node - 1 + nodes.SENT], pool[node - 1 + nodes.AGAIN] = row[f.TIME], _stamp(row)
            return
        node = pool[node - 1 + nodes.NEXT]
    _remember_sent(s, a, row, end, pool, g)
    if not late and s[a + k.SENT + 1]:  # cut or joined differently than the first time: no round trip is told
        pool[s[a + k.SENT + 1] - 1 + nodes.AGAIN] = nodes.AMBIGUOUS


def _stamp(row: Row) -> int:
    """What tells this sending of a segment from the one before: its timestamp, once the clock must have
    ticked.
    """
    if row[f.TSVAL] < 0 or row[f.REPEAT] < _SLOWEST_TICK:
        return nodes.AMBIGUOUS
    return row[f.TSVAL] + nodes.STAMPED


def _scaled(s: Row, a: int, b: int, row: Row) -> int:
    """The window in bytes; -1 where the scale is not known (RFC 7323 section 2.2: both SYNs, and not on
    them).
    """
    if row[f.FLAGS] & c.SYN:
        return row[f.WINDOW_RAW]
    shook = s[a + k.SYN] + s[a + k.SYN_ACK] > 0 and s[b + k.SYN] + s[b + k.SYN_ACK] > 0
    if not shook:
        return -1
    if s[a + k.WSCALE] < 0 or s[b + k.WSCALE] < 0:
        return row[f.WINDOW_RAW]
    return row[f.WINDOW_RAW] << s[a + k.WSCALE]


def _acknowledge(s: Row, a: int, b: int, row: Row, pool: Row, g: Row) -> None:
    """What this segment's acknowledgement, SACK blocks and window say; moves the highest acknowledgement."""
    ack, marks = row[f.ACK], row[f.MARKS]
    pure = row[f.LENGTH] == 0 and not row[f.FLAGS] & (c.SYN | c.FIN) and not marks & c.KEEPALIVE_SHAPED
    # An ACK from before the last data came late: it repeats nothing, and its window is old (SND.WL1, RFC 9293
    # section 3.10.7.4).
    if pure and ack == s[a + k.LAST_ACK] and row[f.SEQ] == s[a + k.NEXT]:
        marks |= _repeated_ack(s, a, b, ack, row[f.WINDOW_RAW])
    if row[f.WINDOW_RAW] == 0 and not row[f.FLAGS] & (c.SYN | c.FIN):
        marks |= c.WINDOW_ZERO
    if row[f.SACKS] > 0:
        marks |= _selective(s, b, row)
    row[f.MARKS] = marks | _unseen(s, a, b, ack, pool, g)
    _round_trip(s, b, row, pool, g)
    s[a + k.LAST_ACK], s[a + k.LAST_WINDOW] = ack, row[f.WINDOW_RAW]
    s[b + k.PROBED] = 0
    s[a + k.PROBED] = 1 if marks & c.KEEPALIVE_SHAPED else 0
    before = s[a + k.MAX_ACK]
    if ack > before:
        s[a + k.MAX_ACK] = ack
        if s[b + k.MISSING] and _acknowledge_holes(s, b, before, ack, pool):
            row[f.MARKS] |= c.ACKS_UNSEEN
    _window(s, a, row)


def _repeated_ack(s: Row, a: int, b: int, ack: int, window: int) -> int:
    """A pure acknowledgement of the same number: answer to a probe, window update, or duplicate."""
    answers = c.ANSWERS_KEEPALIVE if s[b + k.PROBED] == 1 else 0
    if window == 0:  # refuses what came, whatever that was; it tells neither of a loss nor of room
        return answers
    if window != s[a + k.LAST_WINDOW]:  # so ends a window of zero that was probed at SND.NXT - 1
        return answers | c.WINDOW_UPDATE
    return answers if answers or s[b + k.NEXT] <= ack else c.DUPLICATE_ACK


def _unseen(s: Row, a: int, b: int, ack: int, pool: Row, g: Row) -> int:
    """An acknowledgement of bytes that the capture does not hold."""
    sent = s[b + k.NEXT]
    if sent == UNKNOWN or ack <= sent:
        return 0
    if ack == sent + 1 and s[b + k.PROBES] > 0 and s[a + k.LAST_WINDOW] == 0:  # the probe's byte was taken
        s[b + k.NEXT] = ack
        return 0
    s[a + k.ACKED_UNSEEN] += ack - sent
    s[b + k.ACKED_MISSING] += ack - sent
    _remember_hole(s, b, sent, ack, 1, pool, g)
    s[b + k.NEXT] = ack
    return c.ACKS_UNSEEN


def _selective(s: Row, b: int, row: Row) -> int:
    """SACK blocks, as relative numbers; the first one may report bytes received twice (RFC 2883)."""
    for at in range(f.SACK_LEFT, f.SACK2_RIGHT + 1):
        if row[at] >= 0:
            row[at] = _relative_ack(s, b, row[at])
    left, right = row[f.SACK_LEFT], row[f.SACK_RIGHT]
    twice = right <= row[f.ACK]
    if row[f.SACKS] > 1 and row[f.SACK2_LEFT] <= left and right <= row[f.SACK2_RIGHT]:
        twice = True
    return c.SACKS | (c.REPORTS_TWICE if twice else 0)


def _round_trip(s: Row, b: int, row: Row, pool: Row, g: Row) -> None:
    """Drop what is acknowledged now from what was sent; the segment that ends right there gives a round
    trip.
    """
    ack = row[f.ACK]
    while s[b + k.SENT]:
        node = s[b + k.SENT] - 1
        if pool[node + nodes.END] > ack:
            break
        # Karn's rule: of a segment sent twice nobody knows which sending is acknowledged (RFC 6298 section
        # 3), unless the acknowledgement echoes the timestamp of the last one (RFC 7323 section 4.1).
        again = pool[node + nodes.AGAIN]
        known = not again or (again >= nodes.STAMPED and row[f.TSECR] == again - nodes.STAMPED)
        if pool[node + nodes.END] == ack and known:
            _sample(s, b, row, row[f.TIME] - pool[node + nodes.SENT])
        nodes.unlink(pool, g, s, b + k.SENT, 0, node + 1)


def _sample(s: Row, b: int, row: Row, rtt: int) -> None:
    if rtt < 0:  # the clock stepped back
        return
    row[f.RTT] = rtt
    s[b + k.RTTS] += 1
    s[b + k.RTT_SUM] = _sum_of_times(s[b + k.RTT_SUM], rtt)
    if rtt > s[b + k.RTT_MOST]:
        s[b + k.RTT_MOST], s[b + k.RTT_MOST_FRAME] = rtt, row[f.FRAME]
    if s[b + k.RTT_LEAST] < 0 or rtt < s[b + k.RTT_LEAST]:
        s[b + k.RTT_LEAST], s[b + k.RTT_LEAST_FRAME] = rtt, row[f.FRAME]


def _sum_of_times(total: int, more: int) -> int:
    """``more`` is not negative. Times of a file that was made to deceive would pass 64 bits."""
    return total + more if total <= _MOST_TOTAL - more else _MOST_TOTAL


def _window(s: Row, a: int, row: Row) -> None:
    """How the advertised window goes: its bounds, and how long it stands at zero."""
    if row[f.FLAGS] & c.SYN:
        return
    if row[f.WINDOW_RAW] == 0:
        if s[a + k.ZERO_SINCE] < 0:
            s[a + k.ZERO_SINCE] = row[f.TIME]
    elif s[a + k.ZERO_SINCE] >= 0:
        since = max(row[f.TIME] - s[a + k.ZERO_SINCE], 0)
        s[a + k.ZERO_TIME] = _sum_of_times(s[a + k.ZERO_TIME], since)
        s[a + k.ZERO_SINCE] = -1
    window = row[f.WINDOW]
    if window >= 0:
        s[a + k.LARGEST_WINDOW] = max(s[a + k.LARGEST_WINDOW], window)
        smallest = s[a + k.SMALLEST_WINDOW]
        s[a + k.SMALLEST_WINDOW] = window if smallest < 0 else min(smallest, window)


def _fin_in_flight(s: Row, a: int, b: int, row: Row) -> int:
    """1 while a FIN is not acknowledged: it has a number, but is no byte."""
    return 1 if row[f.FLAGS] & c.FIN or s[a + k.FIN_SEQ] >= max(s[b + k.MAX_ACK], 0) else 0


def _fill_window(s: Row, a: int, b: int, row: Row) -> None:
    """Bytes in flight behind a segment with data, and whether they fill the other side's window to its
    end.
    """
    if row[f.LENGTH] == 0 or row[f.FLAGS] & c.RST or s[b + k.LAST_ACK] < 0:
        return
    row[f.IN_FLIGHT] = max(s[a + k.NEXT] - s[b + k.MAX_ACK] - _fin_in_flight(s, a, b, row), 0)
    if row[f.IN_FLIGHT] > s[a + k.MOST_IN_FLIGHT]:
        s[a + k.MOST_IN_FLIGHT], s[a + k.MOST_IN_FLIGHT_FRAME] = row[f.IN_FLIGHT], row[f.FRAME]
    window = s[b + k.LAST_WINDOW_BYTES]
    if row[f.WINDOW] < 0 or window <= 0 or row[f.MARKS] & c.KEEPALIVE_SHAPED:
        return
    if row[f.SEQ] + row[f.LENGTH] == s[b + k.LAST_ACK] + window:
        row[f.MARKS] |= c.WINDOW_FULL


def _count(s: Row, a: int, row: Row, known: bool) -> None:
    """``known``: its acknowledgement is one of this connection."""
    marks, flags, length = row[f.MARKS], row[f.FLAGS], row[f.LENGTH]
    s[a + k.LAST] = row[f.FRAME]
    s[a + k.MAX_SEQ] = max(s[a + k.MAX_SEQ], s[a + k.NEXT])
    if flags & c.RST:
        s[a + k.RST] += 1
        if s[a + k.FIRST_RST] < 0:
            s[a + k.FIRST_RST] = row[f.FRAME]
    else:
        s[a + k.LAST_WINDOW_BYTES] = row[f.WINDOW] if row[f.WINDOW] >= 0 else row[f.WINDOW_RAW]
    if length and not flags & c.RST:
        _count_data(s, a, row, length)
    if marks & c.SEEN_TWICE:
        s[a + k.REPEATED] += 1
        if s[a + k.FIRST_REPEAT] < 0:
            s[a + k.FIRST_REPEAT] = row[f.FRAME]
    if flags & (c.SYN | c.FIN):
        _count_control(s, a, row)
    if known and row[f.ACK] >= 1 and s[a + k.FIRST_ACK] < 0:
        s[a + k.FIRST_ACK] = row[f.FRAME]
        if s[k.SHAKEN_TIME] < 0 and not flags & c.SYN:
            s[k.SHAKEN_TIME] = row[f.TIME]


def _count_data(s: Row, a: int, row: Row, length: int) -> None:
    marks = row[f.MARKS]
    s[a + k.DATA_SEGMENTS] += 1
    if marks & c.SEEN_TWICE:
        s[a + k.REPEATED_BYTES] += length
    elif not marks & (c.KEEPALIVE_SHAPED | c.PROBE_SHAPED):
        s[a + k.PAYLOAD] += length
    if s[a + k.FIRST_DATA] < 0:
        s[a + k.FIRST_DATA] = row[f.FRAME]
    s[a + k.LAST_DATA] = row[f.FRAME]


def _count_control(s: Row, a: int, row: Row) -> None:
    flags, frame = row[f.FLAGS], row[f.FRAME]
    if flags & c.SYN:
        if flags & c.ACK:
            _count_syn(s, a, row, k.SYN_ACK, k.FIRST_SYN_ACK)
            s[k.SYN_ACK_TIME] = row[f.TIME] if s[k.SHAKEN_TIME] < 0 else s[k.SYN_ACK_TIME]
        else:
            _count_syn(s, a, row, k.SYN, k.FIRST_SYN)
            s[k.SYN_TIME] = row[f.TIME] if s[k.SYN_ACK_TIME] < 0 else s[k.SYN_TIME]
    if flags & c.FIN:
        s[a + k.FIN] += 1
        if s[a + k.FIRST_FIN] < 0:
            s[a + k.FIRST_FIN], s[a + k.FIN_SEQ] = frame, row[f.SEQ] + row[f.LENGTH]


def _count_syn(s: Row, a: int, row: Row, how_many: int, first: int) -> None:
    s[a + how_many] += 1
    if s[a + first] < 0:
        s[a + first] = row[f.FRAME]
        s[a + k.MSS], s[a + k.WSCALE] = row[f.MSS], row[f.WSCALE]
        s[a + k.SACK_OK], s[a + k.OPTIONS] = max(row[f.SACK_OK], 0), row[f.OPTIONS]


def _count_more(s: Row, a: int, row: Row) -> None:
    """The rarer marks, and what only the sending host decides: timestamps, IP ID, TTL."""
    marks = row[f.MARKS]
    if marks:
        _count_marks(s, a, row[f.FRAME], marks)
    s[a + k.EXTRAS] |= row[f.EXTRAS]
    if row[f.TSVAL] >= 0:
        if s[a + k.FIRST_TSVAL] < 0:
            s[a + k.FIRST_TSVAL], s[a + k.FIRST_TSVAL_TIME] = row[f.TSVAL], row[f.TIME]
        s[a + k.LAST_TSVAL], s[a + k.LAST_TSVAL_TIME] = row[f.TSVAL], row[f.TIME]
    if row[f.FLAGS] & c.RST:
        return
    if row[f.VERSION] == 4:
        last = s[a + k.ID_LAST]
        if last >= 0 and 0 < (row[f.IP_ID] - last) & 0xFFFF <= NEAR_ID:
            s[a + k.ID_STEPS] += 1
        s[a + k.ID_LAST] = row[f.IP_ID]
    if row[f.SEQ] > 0:
        ttl = row[f.TTL]
        s[a + k.MOST_TTL] = max(s[a + k.MOST_TTL], ttl)
        s[a + k.LEAST_TTL] = ttl if s[a + k.LEAST_TTL] < 0 else min(s[a + k.LEAST_TTL], ttl)


def _count_marks(s: Row, a: int, frame: int, marks: int) -> None:
    if marks & c.GAP_BEFORE:
        _first(s, a, frame, k.GAPS, k.FIRST_GAP)
    if marks & c.FILLS_GAP:
        _first(s, a, frame, k.LATE, k.FIRST_LATE)
    if marks & c.KEEPALIVE_SHAPED:
        _first(s, a, frame, k.KEEPALIVES, k.FIRST_KEEPALIVE)
    if marks & c.PROBE_SHAPED:
        _first(s, a, frame, k.PROBES, k.FIRST_PROBE)
    if marks & c.WINDOW_FULL:
        _first(s, a, frame, k.WINDOW_FULLS, k.FIRST_WINDOW_FULL)
    _count_answers(s, a, frame, marks)


def _count_answers(s: Row, a: int, frame: int, marks: int) -> None:
    """Marks of acknowledgements and of the windows that they advertise."""
    if marks & c.WINDOW_ZERO:
        _first(s, a, frame, k.ZERO_WINDOWS, k.FIRST_ZERO_WINDOW)
    if marks & c.WINDOW_UPDATE:
        _first(s, a, frame, k.WINDOW_UPDATES, k.FIRST_WINDOW_UPDATE)
    if marks & c.DUPLICATE_ACK:
        _first(s, a, frame, k.DUPLICATE_ACKS, k.FIRST_DUPLICATE_ACK)
    if marks & c.SACKS:
        _first(s, a, frame, k.SACKS, k.FIRST_SACK)
    if marks & c.REPORTS_TWICE:
        _first(s, a, frame, k.DSACKS, k.FIRST_DSACK)
    if marks & c.ACKS_UNSEEN and s[a + k.FIRST_UNSEEN] < 0:
        s[a + k.FIRST_UNSEEN] = frame


def _first(s: Row, a: int, frame: int, how_many: int, first: int) -> None:
    s[a + how_many] += 1
    if s[a + first] < 0:
        s[a + first] = frame
