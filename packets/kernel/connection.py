"""The row of one connection: facts that remain, and the state of the machine while its packets go by.

Sides: 0 is the lower endpoint of the flow, 1 the higher; which of them is the client is known at the end.
Times are ns, sizes bytes, sequence numbers relative. A name that begins with FIRST or LAST is a frame; -1
where there is none.
"""

from packets.kernel.rows import Row

RING = 4  # packets remembered to find copies; copies of a burst lie a few packets apart
(
    PROTOCOL,  # IANA, 256: ARP
    LOW,  # endpoint of side 0: host << 16 | port
    HIGH,  # endpoint of side 1
    FLOW,  # number of the flow: the same endpoints, whichever connection
    OPENER,  # side of its first packet
    FIRST_FRAME,
    LAST_FRAME,
    FIRST_TIME,  # earliest
    LAST_TIME,  # latest
    BEFORE,  # time of the packet before
    ROWS,  # packets, ICMP errors that quote one included
    PACKETS,  # its own packets
    BYTES,  # of its own packets' frames on the wire
    ICMP_ERRORS,
    TWINS,  # packets that repeat an earlier one within a moment
    COPIES,  # of them, those that are believed to be copies
    LONGEST_GAP,  # ns without a packet
    LONGEST_GAP_FRAME,  # the frame that ended it
    SYN_TIME,  # of the last SYN before the SYN-ACK
    SYN_ACK_TIME,  # of the last SYN-ACK before the acknowledgement that completes the handshake
    SHAKEN_TIME,  # of that acknowledgement
    RECENT_NEXT,  # where the next packet is remembered
    RECENT,
) = range(23)
SIDES = RECENT + RING * 3

(
    BASE,  # absolute number that counts as 0 (its initial sequence number), -1: not known
    NEXT,  # relative number behind the highest byte seen, -1: nothing yet
    LAST_ACK,  # relative to the other side
    LAST_WINDOW,  # the 16-bit field
    PROBED,  # 1: its last segment was keepalive-shaped and waits for its answer
    SENT,  # chain of nodes: first, last, length
    _SENT_LAST,
    _SENT_LENGTH,
    MISSING,  # chain of nodes: first, last, length
    _MISSING_LAST,
    _MISSING_LENGTH,
    ZERO_SINCE,  # time since which it advertises window 0, -1: it does not
    SIDE_PACKETS,
    SIDE_BYTES,
    SYN,  # segments with SYN and without ACK
    SYN_ACK,
    FIN,
    RST,
    DATA_SEGMENTS,
    PAYLOAD,  # bytes, without those seen before
    REPEATED,  # segments whose every byte (or SYN, FIN) was seen before
    REPEATED_BYTES,
    LATE,  # segments that fill a gap
    GAPS,
    KEEPALIVES,
    PROBES,  # one byte into a window of zero
    ZERO_WINDOWS,  # segments that advertise window 0
    ZERO_TIME,  # ns during which it advertised window 0, until it opened again
    WINDOW_UPDATES,
    WINDOW_FULLS,  # segments that fill the other side's window to its end
    DUPLICATE_ACKS,
    SACKS,  # segments with SACK blocks
    DSACKS,  # segments that report bytes received twice (RFC 2883)
    ACKED_UNSEEN,  # bytes of the other side that it acknowledges and the capture does not hold
    MISSING_BYTES,  # its bytes that were never seen, so far
    ACKED_MISSING,  # of them, those that the other side acknowledged: they arrived unrecorded
    MAX_ACK,  # highest acknowledgement sent
    MAX_SEQ,  # highest relative number sent + 1
    FIN_SEQ,  # number of its FIN
    FIRST_FIN,
    FIRST_RST,
    FIRST_SYN,
    FIRST_SYN_ACK,
    FIRST_ACK,  # the first segment that acknowledges the other side's SYN or more
    FIRST_DATA,
    LAST_DATA,
    FIRST_REPEAT,
    FIRST_GAP,
    FIRST_ZERO_WINDOW,
    FIRST_DUPLICATE_ACK,
    FIRST_DSACK,
    FIRST_SACK,
    FIRST_LATE,
    FIRST_KEEPALIVE,
    FIRST_PROBE,
    FIRST_WINDOW_UPDATE,
    FIRST_WINDOW_FULL,
    FIRST_UNSEEN,  # the first segment that acknowledges what the capture does not hold
    RTT_LEAST_FRAME,  # the acknowledgements that tell the shortest and the longest round trip
    RTT_MOST_FRAME,
    MOST_IN_FLIGHT_FRAME,
    LAST,
    MSS,
    WSCALE,
    SACK_OK,  # 1: its SYN permits SACK
    EXTRAS,  # rarer options in any of its segments: FAST_OPEN, MPTCP, … of packets/columns.py
    OPTIONS,  # kinds of its SYN's options, a byte each, the first one lowest
    LAST_WINDOW_BYTES,  # of its last segment that was no RST; scaled where the scale is known
    SMALLEST_WINDOW,  # bytes, after the handshake; -1: not known
    LARGEST_WINDOW,
    MOST_IN_FLIGHT,  # bytes that were sent and not acknowledged
    RTTS,  # times from a segment to its acknowledgement by the other side: how many, sum, least, most (ns)
    RTT_SUM,
    RTT_LEAST,
    RTT_MOST,
    FIRST_TSVAL,  # timestamps (RFC 7323) and when they were sent
    FIRST_TSVAL_TIME,
    LAST_TSVAL,
    LAST_TSVAL_TIME,
    ID_LAST,  # IP ID of its last packet, -1: none
    ID_STEPS,  # packets whose IP ID follows the one before (1 to 64 higher)
    LEAST_TTL,  # of segments that were no RST, after the handshake's SYN; -1: none
    MOST_TTL,
    SIDE_WIDTH,
) = range(84)
WIDTH = SIDES + 2 * SIDE_WIDTH

_NAMED = {name: value for name, value in vars().items() if name.isupper() and isinstance(value, int)}
_STATE = ("NEXT", "LAST_ACK", "LAST_WINDOW", "PROBED", "SENT", "MISSING", "ZERO_SINCE", "SIDE_WIDTH")
_OF_SIDE = list(_NAMED)[list(_NAMED).index("BASE") : list(_NAMED).index("SIDE_WIDTH")]
# Names of the facts of a side, as rules and pages use them, with their place in the side's part of the row.
SIDE = {
    name.removeprefix("SIDE_").lower(): _NAMED[name]
    for name in _OF_SIDE
    if name not in _STATE and not name.startswith("_")
}
# The facts of the connection as a whole.
WHOLE = {
    name.lower(): _NAMED[name] for name in list(_NAMED)[: list(_NAMED).index("RECENT_NEXT")] if name != "RING"
}


def begin(s: Row, number: int, low: int, high: int, flow: int) -> None:
    """A new connection of a flow."""
    for at in range(WIDTH):
        s[at] = 0
    s[PROTOCOL], s[LOW], s[HIGH], s[FLOW] = number, low, high, flow
    for at in range(SYN_TIME, SHAKEN_TIME + 1):
        s[at] = -1
    s[FIRST_FRAME], s[LAST_FRAME], s[LONGEST_GAP_FRAME] = -1, -1, -1
    for side in range(2):
        _begin_side(s, SIDES + side * SIDE_WIDTH)


def _begin_side(s: Row, a: int) -> None:
    for at in range(BASE, LAST_WINDOW + 1):
        s[a + at] = -1
    s[a + ZERO_SINCE] = -1
    for at in range(MAX_ACK, LAST_WINDOW_BYTES + 1):
        s[a + at] = -1
    s[a + MAX_SEQ], s[a + SACK_OK], s[a + EXTRAS], s[a + OPTIONS] = 0, 0, 0, 0
    s[a + SMALLEST_WINDOW], s[a + LARGEST_WINDOW] = -1, -1
    s[a + RTT_LEAST], s[a + RTT_MOST] = -1, -1
    for at in range(FIRST_TSVAL, ID_LAST + 1):
        s[a + at] = -1
    s[a + LEAST_TTL], s[a + MOST_TTL] = -1, -1
