"""Why our facts of a packet differ from tshark's analysis: classes of differences, each with its reason.

What a class says is worked out anew here, from the segments before the frame. F-numbers: experiments on real
Linux stacks, as the catalogue of diagnoses numbers them.
"""

from dataclasses import dataclass, field
from typing import Any

from packets import columns as c

_SHAPED = c.KEEPALIVE_SHAPED | c.PROBE_SHAPED


@dataclass
class Side:
    """What one side of a connection has shown so far."""

    spans: list[tuple[int, int]] = field(default_factory=list)  # numbers of its segments
    repeats: set[int] = field(default_factory=set)  # ends of segments whose bytes were sent before
    sent: int = -1  # behind the highest number
    acked: int = -1  # the highest number that it acknowledged
    fin: int = -1  # number of its FIN
    syn: bool = False
    probed: int = 0  # 1: its last segment was keepalive-shaped, 2: and is answered
    uneven: bool = False  # gaps, SACK blocks or old bytes since the other side was last level with it

    def seen(self, first, stop):
        """Whether all numbers from ``first`` to ``stop`` were seen."""
        at = first
        for start, end in sorted(self.spans):
            at = max(at, end) if start <= at else at
        return at >= stop


@dataclass
class Before:
    """A connection as it was before a frame. ``copies``: some of its frames are recorded twice."""

    copies: bool
    reset: bool = False
    challenged: bool = False  # by an ACK with the numbers of an older connection
    sides: tuple[Side, Side] = field(default_factory=lambda: (Side(), Side()))

    def of(self, row):
        """The side that sent the frame, and the other one."""
        first = int(row["from_client"])
        return self.sides[first], self.sides[1 - first]

    def see(self, row):
        """Let the frame pass."""
        flags, ack, (mine, other) = int(row["flags"]), int(row["ack"]), self.of(row)
        if flags & c.RST or row["marks"] & c.COPY:
            self.reset |= bool(flags & c.RST)
        elif is_stale(mine, other, ack):
            self.challenged = True
        else:
            _see_numbers(row, mine, other)
            if ack >= 0:
                mine.acked, other.probed = max(mine.acked, ack), min(2 * other.probed, 2)
                level = mine.acked >= other.sent and not row["marks"] & c.SACKS
                other.uneven = not level and (other.uneven or bool(row["marks"] & c.SACKS))


def is_stale(mine, other, ack):
    """An ACK before any SYN of its side, of numbers that the other side, which began with one, never sent."""
    return other.syn and not mine.syn and other.acked == -1 and ack > other.sent


def _see_numbers(row, mine, other):
    flags, marks, seq = int(row["flags"]), int(row["marks"]), int(row["seq"])
    size = int(row["length"]) + bool(flags & c.SYN) + bool(flags & c.FIN)
    mine.syn |= bool(flags & c.SYN)
    behind = mine.sent < other.acked or (size > 0 and seq < other.acked)
    mine.uneven |= behind or bool(marks & (c.GAP_BEFORE | c.PROBE_SHAPED))
    mine.probed = 1 if marks & c.KEEPALIVE_SHAPED else 0
    if marks & (_SHAPED | c.SEEN_TWICE | c.SEEN_PARTLY):
        mine.repeats.add(seq + size)
    mine.spans += [(seq, seq + size)] if size else []
    if not marks & _SHAPED:
        mine.fin = seq + size - 1 if flags & c.FIN else mine.fin
        mine.sent = max(mine.sent, seq + size)


@dataclass
class Difference:
    """One fact of one frame that tshark tells otherwise."""

    fact: str
    ours: Any
    theirs: Any
    row: Any
    before: Before

    def __post_init__(self):
        self.marks, self.flags = int(self.row["marks"]), int(self.row["flags"])
        self.seq, self.ack, self.length = (int(self.row[name]) for name in ("seq", "ack", "length"))
        self.mine, self.other = self.before.of(self.row)

    def __str__(self):
        frame, connection = int(self.row["frame"]), int(self.row["connection"])
        return f"frame {frame}, connection {connection}: {self.fact} {self.ours}, tshark {self.theirs}"


def copied(d):
    """The recording holds the packet twice: the second one is no event of the network (F9). tshark takes it
    for a repetition, and for the handshake's last SYN.
    """
    return bool(d.marks & c.COPY) or (d.fact == "initial_rtt" and d.before.copies)


def of_a_reset(d):
    """A RST, whose numbers may be anyone's invention (RFC 5961 section 3), measures no path to the other end
    (F6, F16), and nothing is timed across it: it ends the connection (RFC 9293 section 3.5.2).
    """
    across = d.fact == "initial_rtt" or (d.fact == "ack_rtt" and d.ours == -1)
    return across and d.theirs >= 0 and (d.before.reset or bool(d.flags & c.RST))


def karn(d):
    """Of bytes sent more than once nobody knows which sending is acknowledged (Karn, RFC 6298 section 3); the
    byte of a probe is sent until it is taken.
    """
    return d.fact == "ack_rtt" and d.ours == -1 and d.ack in d.other.repeats


def by_the_timestamp(d):
    """The ACK echoes the timestamp of the last sending, and so tells which one it answers (RFC 7323 section
    4.1); tshark counts from the first.
    """
    echoed = int(d.row["tsecr"]) >= 0 and d.ack in d.other.repeats
    return d.fact == "ack_rtt" and echoed and 0 <= d.ours < d.theirs


def nothing_new(d):
    """Only an ACK that acknowledges something new measures a round trip (RTTM, RFC 7323 section 4.1)."""
    return d.fact == "ack_rtt" and d.ours == -1 and d.ack <= d.mine.acked


def in_no_time(d):
    """An answer within the clock's resolution took 0 ns; tshark shows no time of 0."""
    return d.fact == "ack_rtt" and d.ours == 0 and d.theirs == -1


def cut_in_its_header(d):
    """The frame was cut short inside the TCP options (snaplen). Numbers, flags and window are there all the
    same; tshark gives up before it looks at them.
    """
    cut = int(d.row["original"]) - int(d.row["captured"])
    return d.theirs == -1 and cut > d.length and d.fact in ("ack_rtt", "bytes_in_flight", "initial_rtt")


def flight_size(d):
    """FlightSize is what was sent and not cumulatively acknowledged (RFC 5681 section 2), as worked out here.
    tshark leaves out what lies in or before a gap, takes off sacked bytes (D-SACKs too, whose bytes are in
    flight no more), and counts bytes that are sent though they were acknowledged.
    """
    if d.fact != "bytes_in_flight":
        return False
    shaped, fin = d.marks & _SHAPED, d.seq + d.length if d.flags & c.FIN else d.mine.fin
    end = -1 if shaped else d.seq + d.length + bool(d.flags & c.FIN)
    flight = max(d.mine.sent, end, d.other.acked) - d.other.acked - (fin >= d.other.acked)
    uneven = d.mine.uneven or min(d.mine.sent, d.seq) < d.other.acked or d.marks & c.GAP_BEFORE
    return d.other.acked >= 0 and d.ours == max(flight, 0) and bool(uneven or shaped)


def never_acknowledged(d):
    """Before the other side acknowledges anything in view, bytes from before the capture may be outstanding
    too: SND.UNA is not known, so how many are in flight is not known. tshark counts those that it saw.
    """
    return d.fact == "bytes_in_flight" and d.ours == -1 and d.other.acked == -1


def probed_window(d):
    """Linux probes a window of zero at SND.NXT - 1 (F1): the answer advertises zero again or another window,
    and a probe of one byte advertises one as every segment does. tshark looks at none of them.
    """
    moved = int(d.row["window_raw"]) == 0 or bool(d.marks & c.WINDOW_UPDATE)
    answers = d.fact == "keep_alive_ack" and d.other.probed == 1 and moved
    return d.ours and (answers or (d.fact == "zero_window" and bool(d.marks & c.PROBE_SHAPED)))


def nothing_outstanding(d):
    """An ACK is a duplicate only while data of its receiver is outstanding (RFC 5681 section 2)."""
    return d.fact == "duplicate_ack" and d.theirs and d.other.sent <= d.ack


def challenge(d):
    """A challenge ACK answers a SYN with the numbers of an older connection (RFC 5961 section 4), which count
    for nothing in the new one: no bytes are missing, no handshake is over, and what follows is no repeat.
    """
    if d.fact == "ack_lost_segment":
        return d.theirs and is_stale(d.mine, d.other, d.ack)
    numbered = d.fact in ("behind", "lost_segment") and d.theirs and d.seq <= 1
    return d.before.challenged and (d.fact == "initial_rtt" or numbered)


def asked_and_answered_again(d):
    """Where the SYN-ACK was repeated, and the SYN as well, the handshake began with the last SYN that the
    first SYN-ACK can answer; tshark counts from the last SYN of all.
    """
    again = all(1 in side.repeats for side in d.before.sides)
    return d.fact == "initial_rtt" and again and d.ours > d.theirs >= 0


def told_at_the_acknowledgement(d):
    """Bytes that the other side acknowledged unseen were sent: they are missing from the acknowledgement on
    (ACKS_UNSEEN), not once more before the next segment, and when they come they fill the gap; the last one
    of them alone looks like a keepalive.
    """
    again = d.fact == "lost_segment" and d.theirs
    filled = d.fact == "behind" and d.ours and bool(d.marks & c.FILLS_GAP)
    last = d.fact in ("keep_alive", "behind") and bool(d.marks & c.KEEPALIVE_SHAPED)
    return (again or filled or last) and d.mine.sent < d.other.acked and d.seq <= d.other.acked


def by_the_bytes(d):
    """Whether all bytes up to an acknowledgement were seen, counted here byte by byte. tshark knows one
    number, the end of what it saw without a gap, and moves it only by segments that begin right there.
    """
    return d.fact == "ack_lost_segment" and d.ours != d.other.seen(max(d.mine.acked, 0), d.ack)


def control_is_numbered(d):
    """SYN and FIN have sequence numbers (RFC 9293 section 3.4), so that an acknowledged one can be sent
    again; tshark looks for payload only.
    """
    control = d.length == 0 and bool(d.flags & (c.SYN | c.FIN))
    return d.fact == "spurious_retransmission" and d.ours and control


def seen_once(d):
    """Bytes that were acknowledged before they were recorded came late into the capture: seen once, they are
    no spurious retransmission.
    """
    once = not d.mine.seen(d.seq, d.seq + d.length)
    return d.fact == "spurious_retransmission" and d.theirs and once


def one_old_byte(d):
    """A segment that begins one byte before new data has one byte that was seen. tshark lets it pass, in case
    that byte was a probe; for us a probe does not move the highest byte.
    """
    return d.fact == "behind" and d.ours and d.length > 1 and d.seq == d.mine.sent - 1


def ahead(d):
    """An ACK that lies ahead of what tshark saw is newer than the last one: what it repeats and which
    window it gives counts (SND.WL1, RFC 9293 section 3.10.7.4).
    """
    acks = d.fact in ("duplicate_ack", "window_update", "keep_alive_ack")
    return acks and d.ours and (d.mine.sent < d.other.acked or bool(d.marks & c.GAP_BEFORE))


def answered_before(d):
    """A keepalive is answered by the first ACK after it; the next ones answer something else."""
    return d.fact in ("keep_alive_ack", "duplicate_ack") and d.other.probed == 2


def takes_no_window(d):
    """Bytes that were acknowledged before take up nothing of the window, wherever it ends."""
    return d.fact == "window_full" and d.theirs and d.seq + d.length <= d.other.acked


EXPLAINED = (
    copied, of_a_reset, karn, by_the_timestamp, nothing_new, in_no_time, cut_in_its_header, flight_size,
    never_acknowledged, probed_window, nothing_outstanding, challenge,
    asked_and_answered_again, told_at_the_acknowledgement,
    by_the_bytes, control_is_numbered, seen_once, one_old_byte, ahead, answered_before, takes_no_window,
)  # fmt: skip
