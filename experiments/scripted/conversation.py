"""TCP lines: which connection and which endpoint a line means, and the segment that it sends."""

from dataclasses import replace

from experiments.scripted import wire
from experiments.scripted.declaration import Host
from experiments.scripted.endpoint import Endpoint, Segment, stateless_reset
from experiments.scripted.lines import ACK, RST, SYN, Line, Place
from experiments.scripted.mistakes import SceneError
from experiments.scripted.stage import Connection, Side, Stage, envelope

EPHEMERAL = range(32768, 61000)  # net.ipv4.ip_local_port_range of Linux
ANSWER_WINDOW = 65160  # Linux answers a SYN with this window when the MSS is 1460
STAMP_BYTES = 12  # the timestamps option, padded, takes its room from the data


def tcp_packet(stage: Stage, line: Line) -> tuple[bytes, Segment]:
    """The IP packet of a TCP line as the vantage point sees it, and its segment.

    Raises:
        SceneError: when no endpoint could send it.
    """
    mine, other = sides(stage, line)
    connection = _connection(stage, mine, other, line)
    segment = _segment(stage, line, connection, mine, other)
    connection.sent[mine].append(segment)
    if not line.lost:
        connection.ends[other].receive(segment)
    sender = stage.host(line.source.host, line.row)
    claimed, target = stage.host(mine[0], line.row), stage.host(other[0], line.row)
    header = envelope(
        line, sender, claimed, target, wire.TCP, segment.ip_id if line.ip_id is None else line.ip_id
    )
    window = segment.window if line.window is None else line.window
    body = wire.tcp_segment(
        header,
        (mine[1], other[1]),
        segment.seq,
        segment.ack,
        segment.flags,
        window,
        segment.option_bytes(),
        segment.payload,
        sender.checksum_offload,
    )
    return header.packet(_spoilt(body) if line.bad_sum else body), segment


def _spoilt(body: bytes) -> bytes:
    """A segment whose last bit was turned over on the way."""
    return body[:-1] + bytes([body[-1] ^ 1])


def sides(stage: Stage, line: Line) -> tuple[Side, Side]:
    """Who speaks to whom; ports not written are those last used between the two, else new ones."""
    source = Place(line.claims, line.source.port) if line.claims else line.source
    mine, other = stage.host(source.host, line.row), stage.host(line.target.host, line.row)
    used = stage.ports.setdefault((line.kind, frozenset((mine.name, other.name))), [])
    for ports in reversed(used):
        if source.port in (None, ports[mine.name]) and line.target.port in (None, ports[other.name]):
            break
    else:
        ports = _new_ports(stage, mine, other, source.port, line.target.port, line.row)
    if ports in used:
        used.remove(ports)
    used.append(ports)
    return (mine.name, ports[mine.name]), (other.name, ports[other.name])


def _new_ports(
    stage: Stage, mine: Host, other: Host, port: int | None, service: int | None, row: int
) -> dict[str, int]:
    service = service or other.port
    if service is None:
        raise SceneError(f"'{other.name}' has no port: give it one, or write {other.name}:PORT", row)
    chosen = EPHEMERAL[stage.number("port", mine.name, other.name, service, below=len(EPHEMERAL))]
    return {mine.name: port or chosen, other.name: service}


def _connection(stage: Stage, mine: Side, other: Side, line: Line) -> Connection:
    key = frozenset((mine, other))
    if line.older:
        return _older(stage, key, line)
    known = stage.connections.get(key)
    if known and _opens_again(line, known.ends[mine]):
        stage.older[key] = known
        known = None
    if known is None:
        ends = {side: _endpoint(stage, side, peer, line) for side, peer in ((mine, other), (other, mine))}
        known = stage.connections[key] = Connection(ends, {side: [] for side in ends})
    return known


def _older(stage: Stage, key: frozenset[Side], line: Line) -> Connection:
    if key not in stage.older:
        raise SceneError("no connection had these ports before", line.row)
    return stage.older[key]


def _opens_again(line: Line, end: Endpoint) -> bool:
    return bool(line.flags & SYN) and end.opened and line.again is None


def _endpoint(stage: Stage, side: Side, peer: Side, line: Line) -> Endpoint:
    host = stage.host(side[0], line.row)
    offers = {"mss": host.mss, "wscale": host.wscale}
    offers |= {name: 1 for name, on in (("sack", host.sack), ("ts", host.timestamps)) if on}
    asked = side[0] == line.target.host
    window = ANSWER_WINDOW if asked and host.window == Host.window else host.window
    subject = (*side, *peer, len(stage.played))
    clock = stage.number("clock", host.name, below=2**31) if host.clock is None else host.clock
    return Endpoint(
        stage.number("isn", *subject), stage.number("id", *subject, below=2**16), clock, offers, window
    )


def _segment(stage: Stage, line: Line, connection: Connection, mine: Side, other: Side) -> Segment:
    end, peer = connection.ends[mine], connection.ends[other]
    if line.again is not None:
        return _sent_again(stage, line, end, connection.sent[mine])
    if line.flags & RST and (line.claims or line.flags == RST or not end.opened):
        return _reset(stage, line, connection, other)
    _prepare(line, end)
    if line.flags & ACK and end.expected is None and line.ack is None:
        raise SceneError(f"'{mine[0]}' has received nothing that it could acknowledge", line.row)
    length = line.length if line.length is not None else len(line.text or b"")
    pieces = _pieces(stage, line, end, length, mine[0], other[0])
    start = _start(line, end)
    payload = end.data(start, length, line.text) if length else b""
    made = end.segment(line.flags, payload, line.time_ns, seq=start, ids=pieces)
    if line.ack is not None:
        made = end.acknowledging(made, peer.isn + line.ack)
    return _telling(stage, line, made)


def _telling(stage: Stage, line: Line, made: Segment) -> Segment:
    """The segment with what the line makes it say of earlier ones: received twice, or echoed."""
    if line.echo is not None:
        made = replace(made, tsecr=_earlier_segment(stage, line.echo, line.row).tsval or 0)
    if line.dsack is not None:
        twice = _earlier_segment(stage, line.dsack, line.row)
        made = replace(made, blocks=((twice.seq, twice.end), *made.blocks[:2]))
    return made


def _earlier_segment(stage: Stage, number: int, row: int) -> Segment:
    segment = stage.earlier(number, row)[2]
    if segment is None:
        raise SceneError(f"packet {number} is not a TCP segment", row)
    return segment


def _prepare(line: Line, end: Endpoint) -> None:
    """Words of the line that change the endpoint for good: options and window of a SYN, the window later."""
    if line.flags & SYN:
        end.offers = line.options or end.offers
        end.syn_window = end.syn_window if line.window is None else line.window
        end.settle()
    elif line.window is not None:
        end.window = line.window


def _start(line: Line, end: Endpoint) -> int:
    if line.seq is not None:
        return end.isn + line.seq
    if line.probe:
        return (end.next_seq if line.probe == "keepalive" else end.unacked) - 1
    return end.next_seq


def _pieces(stage: Stage, line: Line, end: Endpoint, length: int, *names: str) -> int:
    """How many segments the payload is on the wire: each has its own IP ID."""
    if line.flags & SYN and not length:
        return 1
    largest = end.agreed.get("mss", 536) - (STAMP_BYTES if "ts" in end.agreed else 0)
    if length > largest and not any(stage.host(name, line.row).segmentation_offload for name in names):
        raise SceneError(
            f"{length} bytes are more than a segment of this connection holds ({largest}); "
            "give a host segmentation_offload = true if that is meant",
            line.row,
        )
    return max(-(-length // largest), 1)


def _sent_again(stage: Stage, line: Line, end: Endpoint, sent: list[Segment]) -> Segment:
    """A retransmission: the same bytes, with IP ID, timestamp and acknowledgement of now."""
    first = stage.earlier(line.again or 0, line.row)[2]
    if first is None or not any(first is one for one in sent):
        raise SceneError(f"packet {line.again} is not a segment of this side of the connection", line.row)
    if line.window is not None:
        end.window = line.window
    return end.segment(first.flags, first.payload, line.time_ns, seq=first.seq)


def _reset(stage: Stage, line: Line, connection: Connection, other: Side) -> Segment:
    """A RST by a kernel or a device that keeps no state: it is made from the segment that it answers."""
    latest = connection.sent[other][-1:]
    answered = stage.earlier(line.about, line.row)[2] if line.about else latest[0] if latest else None
    if answered is None:
        raise SceneError("there is no segment that this RST could answer", line.row)
    made = stateless_reset(answered)
    if made.flags != line.flags:
        wanted = "RST" if made.flags == RST else "RST,ACK"
        raise SceneError(f"a kernel answers that segment with {wanted}", line.row)
    return made
