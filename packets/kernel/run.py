"""The loop of the reader: packet after packet, in the order of the file, each decoded, given to its
connection and counted.
"""

from packets import columns as c
from packets.kernel import checksum, copies, hosts, link, machine, network, nodes, table, tallies, transport
from packets.kernel import connection as k
from packets.kernel import fields as f
from packets.kernel.bytes import Bytes, u8, u16, u32, u48
from packets.kernel.rows import Row, Rows

FRAGMENT_SLOTS = (
    4096  # first fragments remembered while their followers arrive; a new one takes an old one's place
)
FRAGMENT_SLOT = (
    5  # key (two numbers, + 1), flow's source and target, sequence number of the IP payload's start
)
FIRST_FRAGMENTS = FRAGMENT_SLOTS * FRAGMENT_SLOT
CHECKED = 10_000  # checksums looked at: an offloading host shows it in its first packets
# ns since 1970, either way (1823 to 2116; seconds of 32 bits end in 2106). A file may claim any time; from
# these on the difference of two always fits into 64 bits.
MOST_TIME = (1 << 62) - 1


def run(
    data: Bytes,
    offset: Row,
    captured: Row,
    original: Row,
    time: Row,
    link_type: Row,
    interface: Row,
    fcs: Row,
    first: int,
    count: int,
    frame: int,
    out: Rows,
    words: Row,
    conns: Rows,
    slots: Row,
    hosts_: Rows,
    host_slots: Row,
    pool: Row,
    fragments: Row,
    believed: Row,
    notes: Rows,
    g: Row,
) -> int:
    """Let the frames ``first`` to ``first + count`` of a batch pass; ``frame`` is the number of the first
    one.

    ``out`` gets a row each (kernel/fields.py); ``conns``, ``hosts_``, their slots and ``pool`` have room for
    all that so many packets can bring. ``believed``: for each flow 1 where its copies are believed to be
    copies (a single -1: of every flow). Returns ``count``.
    """
    for number in range(count):
        row, at = out[number], first + number
        _begin(row, frame + number, time[at], captured[at], original[at], interface[at], link_type[at])
        kept = row[f.CAPTURED] - min(0 + fcs[at], row[f.CAPTURED])
        start = 0 + offset[at]
        end, wire_end = start + kept, start + max(row[f.ORIGINAL] - fcs[at], kept)
        _decode(data, start, end, wire_end, row, words, hosts_, host_slots, fragments, g)
        _flow_of_quoted(data, row, out[count], words, hosts_, host_slots, slots, g)
        _connect(row, conns, slots, pool, believed, g)
        hosts.see(row, hosts_)
        _note(row, conns, notes, g)
    return count


def _begin(row: Row, frame: int, time: int, captured: int, original: int, interface: int, link: int) -> None:
    for at in range(f.WIDTH):
        row[at] = -1
    row[f.FRAME], row[f.TIME] = frame, min(max(0 + time, -MOST_TIME), MOST_TIME)
    row[f.CAPTURED], row[f.ORIGINAL] = 0 + captured, 0 + original
    row[f.INTERFACE], row[f.LINK] = 0 + interface, 0 + link
    row[f.PROTOCOL], row[f.VERSION], row[f.TTL], row[f.FLAGS], row[f.OPTIONS] = 0, 0, 0, 0, 0
    row[f.EXTRAS] = 0
    row[f.FRAGMENT], row[f.OFFSET], row[f.LENGTH], row[f.MARKS], row[f.SACKS] = 0, 0, 0, 0, 0
    row[f.KIND], row[f.ODD], row[f.SIDE] = f.NOTHING, 0, 0


def _decode(
    data: Bytes,
    start: int,
    end: int,
    wire_end: int,
    row: Row,
    words: Row,
    hosts_: Rows,
    host_slots: Row,
    fragments: Row,
    g: Row,
) -> None:
    """All layers of one frame, and the flow that it belongs to."""
    if row[f.LINK] == c.NO_LINK:
        row[f.STOP] = end
        return
    at, kind = link.header(data, start, end, row[f.LINK], row)
    at = network.decode(data, at, end, wire_end, kind, row, words)
    row[f.SOURCE] = hosts.enter(words, 0, row[f.VERSION], host_slots, hosts_, g)
    row[f.TARGET] = hosts.enter(words, 3, row[f.VERSION], host_slots, hosts_, g)
    if at >= 0 and not row[f.OFFSET]:
        transport.decode(data, at, row)
        if row[f.PROTOCOL] == c.TCP and row[f.ABS_SEQ] >= 0 and g[tallies.CHECKED] < CHECKED:
            g[tallies.CHECKED] += 1
            row[f.CHECKSUM] = checksum.tcp(data, at, row, words)
    _own_flow(row)
    _neighbour(data, row, words, hosts_, host_slots, g)
    if row[f.FRAGMENT]:
        _join(row, fragments)


def _neighbour(data: Bytes, row: Row, words: Row, hosts_: Rows, host_slots: Row, g: Row) -> None:
    """Neighbour discovery is a talk of two, as ARP is: who asks, and whose address is asked for (RFC 4861
    sections 4.3 and 4.4). The question itself goes to a multicast address, an answer may.
    """
    asks, at = row[f.ICMP_TYPE] == 135, row[f.PAYLOAD]
    if row[f.PROTOCOL] != c.ICMPV6 or row[f.FLOW_PROTOCOL] < 0 or at < 0 or at + 16 > row[f.STOP]:
        return
    if not asks and row[f.ICMP_TYPE] != 136:
        return
    words[0], words[1], words[2] = u48(data, at, row[f.STOP]), u48(data, at + 6, row[f.STOP]), 0
    words[2] = u32(data, at + 12, row[f.STOP])
    named = hosts.enter(words, 0, 6, host_slots, hosts_, g)
    row[f.FLOW_TARGET if asks else f.FLOW_SOURCE] = named << 16


def _own_flow(row: Row) -> None:
    """The ends of a packet: with ports where it has some, else hosts only."""
    protocol = row[f.PROTOCOL]
    if row[f.SOURCE] < 0 or row[f.TARGET] < 0:
        return
    ports = protocol == c.TCP or protocol == c.UDP
    if ports and row[f.SPORT] < 0:  # ports cut off, or a later fragment: of no connection that could be named
        return
    row[f.FLOW_PROTOCOL] = protocol
    row[f.FLOW_SOURCE] = row[f.SOURCE] << 16 | (row[f.SPORT] if ports else 0)
    row[f.FLOW_TARGET] = row[f.TARGET] << 16 | (row[f.DPORT] if ports else 0)


def _join(row: Row, fragments: Row) -> None:
    """Give later IP fragments the ports of their first one (RFC 791: source, target, protocol, ID), and those
    of a TCP segment their place in the stream.
    """
    protocol = row[f.PROTOCOL]
    if row[f.SOURCE] < 0 or (protocol != c.TCP and protocol != c.UDP):
        return
    a, b = row[f.SOURCE] << 31 | row[f.TARGET], protocol << 32 | row[f.IP_ID]
    at = (table.mix(a, b) & (FRAGMENT_SLOTS - 1)) * FRAGMENT_SLOT
    if row[f.SPORT] >= 0:
        fragments[at], fragments[at + 1] = a + 1, b
        fragments[at + 2], fragments[at + 3] = row[f.FLOW_SOURCE], row[f.FLOW_TARGET]
        fragments[at + 4] = row[f.ABS_SEQ] - row[f.HEADER] if protocol == c.TCP else -1
    elif fragments[at] == a + 1 and fragments[at + 1] == b:
        row[f.FLOW_PROTOCOL] = protocol
        row[f.FLOW_SOURCE], row[f.FLOW_TARGET] = fragments[at + 2], fragments[at + 3]
        if protocol == c.TCP:
            row[f.ABS_SEQ] = (fragments[at + 4] + row[f.OFFSET]) & 0xFFFFFFFF
            row[f.SPORT], row[f.DPORT] = row[f.FLOW_SOURCE] & 0xFFFF, row[f.FLOW_TARGET] & 0xFFFF


def _flow_of_quoted(
    data: Bytes, row: Row, quoted: Row, words: Row, hosts_: Rows, host_slots: Row, slots: Row, g: Row
) -> None:
    """Give an ICMP error the flow of the packet that it quotes, where the capture has seen that flow.

    Routers quote only the first bytes (RFC 792: 8 behind the header), so their length field says more than is
    there.
    """
    end, at = row[f.STOP], row[f.PAYLOAD]
    if row[f.ICMP_TYPE] < 0 or not transport.quotes(row) or at + 20 > end:
        return
    _begin(quoted, 0, 0, 0, 0, 0, 0)
    at = network.decode(data, at, end, end, link.by_version(data, at, end), quoted, words)
    protocol = quoted[f.PROTOCOL]
    if at < 0 or quoted[f.OFFSET] or at + 8 > quoted[f.STOP]:
        return
    ports, kind = protocol == c.TCP or protocol == c.UDP, u8(data, at, end)
    ping = (protocol == c.ICMP and kind == 8) or (protocol == c.ICMPV6 and kind == 128)
    if not ports and not ping:
        return
    source = hosts.enter(words, 0, quoted[f.VERSION], host_slots, hosts_, g) << 16
    target = hosts.enter(words, 3, quoted[f.VERSION], host_slots, hosts_, g) << 16
    if ports:
        source, target = source | u16(data, at, end), target | u16(data, at + 2, end)
    there = table.find(slots, min(source, target), max(source, target) << 9 | protocol)
    if not slots[there + table.VALUE]:
        return
    row[f.FLOW_PROTOCOL], row[f.FLOW_SOURCE], row[f.FLOW_TARGET] = protocol, source, target
    row[f.QUOTES] = 1
    row[f.QUOTED_SEQ] = u32(data, at + 4, end) if protocol == c.TCP else -1


def _connect(row: Row, conns: Rows, slots: Row, pool: Row, believed: Row, g: Row) -> None:
    """Find or begin the connection of a packet, and let it pass there."""
    if row[f.FLOW_PROTOCOL] <= 0:
        return
    source, target, protocol = row[f.FLOW_SOURCE], row[f.FLOW_TARGET], row[f.FLOW_PROTOCOL]
    own = row[f.QUOTES] < 0
    row[f.SIDE] = 0 if (source <= target) == own else 1
    low, high = min(source, target), max(source, target)
    there = table.find(slots, low, high << 9 | protocol)
    if not slots[there + table.VALUE]:
        table.put(
            slots, there, low, high << 9 | protocol, _new(conns, row, g[tallies.FLOWS], g), g[tallies.FLOWS]
        )
        g[tallies.FLOWS] += 1
    s = conns[slots[there + table.VALUE] - 1]
    twin = copies.repeats(s, row)
    if twin:
        s[k.TWINS] += 1
        g[tallies.TWINS] += 1
        if believed[0] < 0 or (len(believed) > s[k.FLOW] and believed[s[k.FLOW]]):
            row[f.MARKS] = c.COPY
    segment = own and protocol == c.TCP and row[f.ABS_SEQ] >= 0
    if segment and not row[f.MARKS] & c.COPY and machine.starts_anew(s, row):
        _let_go(s, pool, g)
        slots[there + table.VALUE] = _new(conns, row, s[k.FLOW], g) + 1
        s = conns[slots[there + table.VALUE] - 1]
        copies.repeats(s, row)
    row[f.CONNECTION] = slots[there + table.VALUE] - 1
    _pass(s, row, own)
    if segment:
        if row[f.MARKS] & c.COPY:
            machine.place(s, row)
        else:
            machine.step(s, row, pool, g)
            if row[f.FLAGS] & c.RST:
                _let_go(s, pool, g)


def _new(conns: Rows, row: Row, flow: int, g: Row) -> int:
    number = g[tallies.CONNECTIONS]
    g[tallies.CONNECTIONS] = number + 1
    s = conns[number]
    low = min(row[f.FLOW_SOURCE], row[f.FLOW_TARGET])
    k.begin(s, row[f.FLOW_PROTOCOL], low, max(row[f.FLOW_SOURCE], row[f.FLOW_TARGET]), flow)
    s[k.OPENER], s[k.FIRST_FRAME] = row[f.SIDE], row[f.FRAME]
    s[k.FIRST_TIME], s[k.LAST_TIME] = row[f.TIME], row[f.TIME]
    return number


def _let_go(s: Row, pool: Row, g: Row) -> None:
    """Nothing that was sent before will be acknowledged any more."""
    for side in range(2):
        nodes.drop(pool, g, s, k.SIDES + side * k.SIDE_WIDTH + k.SENT)


def _pass(s: Row, row: Row, own: bool) -> None:
    """Count a packet for its connection, whatever its protocol."""
    time, copy = row[f.TIME], row[f.MARKS] & c.COPY
    if s[k.ROWS]:
        row[f.GAP] = time - s[k.BEFORE]
        if row[f.GAP] > s[k.LONGEST_GAP]:
            s[k.LONGEST_GAP], s[k.LONGEST_GAP_FRAME] = row[f.GAP], row[f.FRAME]
    s[k.ROWS] += 1
    s[k.BEFORE], s[k.LAST_FRAME] = time, row[f.FRAME]
    s[k.FIRST_TIME], s[k.LAST_TIME] = min(s[k.FIRST_TIME], time), max(s[k.LAST_TIME], time)
    if copy:
        s[k.COPIES] += 1
    if not own:
        s[k.ICMP_ERRORS] += 1
        return
    s[k.PACKETS] += 1
    s[k.BYTES] += row[f.ORIGINAL]
    if not copy:
        a = k.SIDES + row[f.SIDE] * k.SIDE_WIDTH
        s[a + k.SIDE_PACKETS] += 1
        s[a + k.SIDE_BYTES] += row[f.ORIGINAL]


def _note(row: Row, conns: Rows, notes: Rows, g: Row) -> None:
    """What a packet shows of the recording itself."""
    if row[f.CAPTURED] < row[f.ORIGINAL]:
        _keep(notes[tallies.CUT], row[f.FRAME])
        g[tallies.LONGEST_CUT] = max(g[tallies.LONGEST_CUT], row[f.CAPTURED])
    if row[f.MARKS] & c.COPY:
        _keep(notes[tallies.COPIES], row[f.FRAME])
    if row[f.PROTOCOL] == c.TCP and _large(row, conns):
        _keep(notes[tallies.LARGE], row[f.FRAME])
        g[tallies.LARGEST] = max(g[tallies.LARGEST], row[f.ORIGINAL])
    _clock(row, notes, g)


def _large(row: Row, conns: Rows) -> bool:
    """Longer than the segment size that its receiver announced, or than any frame of a network."""
    if row[f.ORIGINAL] > tallies.JUMBO:
        return True
    if row[f.CONNECTION] < 0 or row[f.LENGTH] == 0:
        return False
    mss = conns[row[f.CONNECTION]][k.SIDES + (1 - row[f.SIDE]) * k.SIDE_WIDTH + k.MSS]
    return 0 < mss < row[f.LENGTH]


def _clock(row: Row, notes: Rows, g: Row) -> None:
    time = row[f.TIME]
    if not g[tallies.FRAMES]:
        g[tallies.FIRST_TIME], g[tallies.EARLIEST], g[tallies.LATEST] = time, time, time
    else:
        jump = time - g[tallies.LAST_TIME]
        if jump < -tallies.BACK or jump > tallies.AHEAD:
            _keep(notes[tallies.STEPS], row[f.FRAME])
            if abs(jump) > abs(g[tallies.STEP]):
                g[tallies.STEP] = jump
    g[tallies.FRAMES] += 1
    g[tallies.LAST_TIME] = time
    g[tallies.EARLIEST], g[tallies.LATEST] = min(g[tallies.EARLIEST], time), max(g[tallies.LATEST], time)


def _keep(note: Row, frame: int) -> None:
    seen = note[tallies.COUNT]
    if seen < tallies.KEPT:
        note[1 + seen] = frame
    note[tallies.COUNT] = seen + 1
