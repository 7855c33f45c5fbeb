"""A scene is played: its lines become the frames that the vantage point records."""

from experiments.scripted import neighbours, wire
from experiments.scripted.conversation import tcp_packet
from experiments.scripted.datagrams import echo, icmp_error, udp
from experiments.scripted.declaration import Part, Scene
from experiments.scripted.endpoint import Segment
from experiments.scripted.lines import Line
from experiments.scripted.pcapfile import Recorded
from experiments.scripted.stage import Stage


def play(scene: Scene, part: Part) -> list[Recorded]:
    """The frames of one part, in the order in which they are recorded.

    Raises:
        SceneError: when a line asks for something that no endpoint could send.
    """
    stage = Stage(scene, part)
    recorded: list[Recorded] = []
    stepped = 0
    for line in part.lines:
        if line.kind == "clock":
            stepped += line.clock_step_ns
            continue
        packet, segment = _packet(stage, line)
        stage.played.append((line, packet, segment))
        if not line.unseen and (line.claims or line.source.host) not in part.unseen_from:
            recorded += _record(stage, line, packet, scene.start_ns + line.time_ns + stepped)
    if part.recorded_twice:
        recorded.sort(key=lambda one: one.time_ns)
    return recorded


def _record(stage: Stage, line: Line, packet: bytes, time_ns: int) -> list[Recorded]:
    """One frame, or two where the vantage point records each packet twice."""
    outgoing = _outgoing(stage, line)
    source, target = _cards(0, outgoing)
    if line.kind in neighbours.KINDS:
        target = neighbours.receiver(line, stage.host(line.target.host, line.row), target)
    first = Recorded(time_ns, wire.ethernet_frame(source, target, packet))
    twice = stage.part.recorded_twice
    if not twice:
        return [first]
    later = wire.with_ttl(packet, wire.ttl_of(packet) + twice.ttl)
    return [
        first,
        Recorded(time_ns + twice.after_us * 1000, wire.ethernet_frame(*_cards(1, outgoing), later)),
    ]


def _outgoing(stage: Stage, line: Line) -> bool:
    """Whether the packet leaves the vantage point; in the middle: comes from the host declared first."""
    here, order = stage.scene.vantage, list(stage.part.hosts)
    if here in (line.source.host, line.target.host):
        return line.source.host == here
    return order.index(line.source.host) < order.index(line.target.host)


def _cards(segment: int, outgoing: bool) -> tuple[bytes, bytes]:
    """Source and target MAC address on one network segment; locally administered, so nobody's."""
    near, far = (bytes([2, 0, 0, 0, segment, last]) for last in (1, 2))
    return (near, far) if outgoing else (far, near)


def _packet(stage: Stage, line: Line) -> tuple[bytes, Segment | None]:
    if line.kind == "tcp":
        return tcp_packet(stage, line)
    if line.kind in neighbours.KINDS:
        return neighbours.packet(stage, line, _cards(0, _outgoing(stage, line))[0]), None
    maker = {"udp": udp, "icmp": icmp_error, "ping": echo, "pong": echo}[line.kind]
    return maker(stage, line), None
