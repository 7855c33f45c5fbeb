"""What tracefs printed, as events: one line each, of the form

telnet-113  [000] .....    31.972915: inet_sock_set_state: family=AF_INET … oldstate=TCP_CLOSE
newstate=TCP_SYN_SENT
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

LINES, LONGEST = 50_000, 1000  # and characters of a line: the kernel's have half of that
LINE = re.compile(
    r"\s*(?P<program>.{1,16})-(?P<pid>\d{1,8})\s+\[\d+\]\s+\S+"
    r"\s+(?P<s>\d{1,9})\.(?P<us>\d{6}): (?P<event>\w{1,40}): (?P<rest>.*)"
)
# Neither part is ever tried again from its middle, so that a line takes time in proportion to its length.
FIELD = re.compile(r"(?<!\w)(\w+)=(\{[^{}\s]*\}|\S+)")


@dataclass(frozen=True)
class Event:
    """One line: who ran then (not always who caused it), when, and the fields by name."""

    program: str
    pid: int
    at_ns: int  # on the guest's monotonic clock
    name: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Ends:
    """Addresses and ports of a socket, as it sees them."""

    family: int
    local: str
    local_port: int
    remote: str
    remote_port: int


def events(text: str) -> Iterator[Event]:
    """All lines that are events; others, such as the heading, are passed over."""
    for line in text.splitlines()[:LINES]:
        found = LINE.fullmatch(line) if len(line) <= LONGEST else None
        if found:
            at_ns = int(found["s"]) * 10**9 + int(found["us"]) * 1000
            fields = dict(FIELD.findall(found["rest"]))
            yield Event(found["program"].strip(), int(found["pid"]), at_ns, found["event"], fields)


def ends_of_change(fields: dict[str, str]) -> Ends:
    """Ends in an event of the tracepoint inet_sock_set_state."""
    if fields["family"] == "AF_INET6":
        local, remote = (plain(IPv6Address(fields[name])) for name in ("saddrv6", "daddrv6"))
        family = 6
    else:
        local, remote = (str(IPv4Address(fields[name])) for name in ("saddr", "daddr"))
        family = 4
    return Ends(family, local, port(fields["sport"]), remote, port(fields["dport"]))


def ends_of_probe(fields: dict[str, str]) -> Ends:
    """Ends in an event of our own probes, which show struct sock_common: the remote port in network order."""
    remote_port = int.from_bytes(port(fields["dport"]).to_bytes(2, "little"), "big")
    if int(fields["family"]) == 10:  # AF_INET6
        local, remote = (plain(six(fields[name])) for name in ("saddr6", "daddr6"))
        return Ends(6, local, port(fields["sport"]), remote, remote_port)
    local, remote = (four(fields[name]) for name in ("saddr", "daddr"))
    return Ends(4, local, port(fields["sport"]), remote, remote_port)


def four(text: str) -> str:
    """An IPv4 address as a probe prints it: its bytes read as a number of this machine."""
    value = int(text[:11])
    if not 0 <= value < 1 << 32:
        raise ValueError(f"no address: {value}")
    return str(IPv4Address(value.to_bytes(4, "little")))


def six(text: str) -> IPv6Address:
    """Sixteen bytes as a probe prints an array: {0xfd,0x0,…}."""
    return IPv6Address(bytes(int(part, 16) for part in text.strip("{}").split(",")))


def plain(address: IPv6Address) -> str:
    """An IPv4 address in IPv6's clothes is shown as what it is."""
    return str(address.ipv4_mapped or address)


def port(text: str) -> int:
    """0 to 65535."""
    value = int(text[:6])
    if not 0 <= value < 65536:
        raise ValueError(f"no port: {value}")
    return value


@dataclass
class Lineage:
    """Whose an event is: by the socket's address, and where that does not tell, by the process."""

    addresses: dict[str, tuple[str, ...]]
    hosts: dict[int, str]  # process -> host; grows with every fork
    owners: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.owners = {each: host for host, owned in self.addresses.items() for each in owned}

    def fork(self, event: Event) -> None:
        """A child is where its parent is."""
        parent, child = int(event.fields.get("pid", event.pid)), int(event.fields["child_pid"])
        if parent in self.hosts:
            self.hosts.setdefault(child, self.hosts[parent])

    def host(self, event: Event, ends: Ends) -> str:
        """The host of a socket; empty when nothing tells."""
        loopback = ends.local.startswith("127.") or ends.local == "::1"
        if not loopback and ends.local in self.owners:
            return self.owners[ends.local]
        if event.pid in self.hosts:
            return self.hosts[event.pid]
        return next(iter(self.addresses)) if len(self.addresses) == 1 else ""
