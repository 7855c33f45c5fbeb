"""What is known while a scene is played: its connections, ports in use, counters, and the packets so far."""

from dataclasses import dataclass, field
from hashlib import sha256

from experiments.scripted import wire
from experiments.scripted.declaration import Host, Part, Scene
from experiments.scripted.endpoint import Endpoint, Segment
from experiments.scripted.lines import Line
from experiments.scripted.mistakes import SceneError

Side = tuple[str, int]  # host, port


@dataclass
class Connection:
    """Two endpoints and the segments that each has sent."""

    ends: dict[Side, Endpoint]
    sent: dict[Side, list[Segment]]


@dataclass
class Stage:
    """What is known while a part is played."""

    scene: Scene
    part: Part
    connections: dict[frozenset[Side], Connection] = field(default_factory=dict)
    older: dict[frozenset[Side], Connection] = field(default_factory=dict)  # that had the same ports before
    ports: dict[tuple[str, frozenset[str]], list[dict[str, int]]] = field(
        default_factory=dict
    )  # used last: last
    counters: dict[str, int] = field(default_factory=dict)
    played: list[tuple[Line, bytes, Segment | None]] = field(default_factory=list)  # each packet line

    def number(self, *about: object, below: int = 2**32) -> int:
        """The same "random" number each time for the same scene, part and subject."""
        words = "/".join(str(word) for word in (self.scene.name, self.part.name, *about))
        return int.from_bytes(sha256(words.encode()).digest()[:8], "big") % below

    def host(self, name: str, row: int) -> Host:
        """The host of that name, or a SceneError."""
        if name not in self.part.hosts:
            raise SceneError(f"no host is called '{name}'; there are {', '.join(self.part.hosts)}", row)
        return self.part.hosts[name]

    def count(self, *about: object) -> int:
        """A counter of its own per subject that starts anywhere: IP IDs outside connections."""
        key = "/".join(str(word) for word in about)
        self.counters[key] = (self.counters.get(key, self.number(key, below=2**16)) + 1) % 2**16
        return self.counters[key]

    def earlier(self, number: int, row: int) -> tuple[Line, bytes, Segment | None]:
        """A packet line already played, counted from 1, or a SceneError."""
        if not 0 < number <= len(self.played):
            raise SceneError(f"there is no packet {number} before this line", row)
        return self.played[number - 1]


def envelope(
    line: Line,
    sender: Host,
    claimed: Host,
    target: Host,
    protocol: int,
    ip_id: int,
    dont_fragment: bool = True,
    traffic_class: int = 0,
) -> wire.Envelope:
    """The IP header of a packet that ``sender`` sends with the address of ``claimed``."""
    if claimed.address.version != target.address.version:
        raise SceneError(
            f"'{claimed.name}' and '{target.name}' do not speak the same version of IP", line.row
        )
    ttl = sender.seen_ttl if line.ttl is None else line.ttl
    return wire.Envelope(claimed.address, target.address, ttl, protocol, ip_id, dont_fragment, traffic_class)
