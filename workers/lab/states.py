"""Every change of a TCP socket's state, from the kernel's tracepoint and our probes.

The tracepoint inet_sock_set_state shows full sockets. Two kinds of half sockets it does not show are seen by
probes (workers/lab/guest/recorder.py): a request that waits for the handshake's last ACK (SYN-RECV), and what
is kept of a closed socket (FIN-WAIT-2 without an owner, TIME-WAIT). Names of states are those of ss(8).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from workers.lab.trace import Ends, Event, Lineage, ends_of_change, ends_of_probe, events

NAMES = {
    "TCP_ESTABLISHED": "ESTAB", "TCP_SYN_SENT": "SYN-SENT", "TCP_SYN_RECV": "SYN-RECV",
    "TCP_NEW_SYN_RECV": "SYN-RECV", "TCP_FIN_WAIT1": "FIN-WAIT-1", "TCP_FIN_WAIT2": "FIN-WAIT-2",
    "TCP_TIME_WAIT": "TIME-WAIT", "TCP_CLOSE": "CLOSED", "TCP_CLOSE_WAIT": "CLOSE-WAIT",
    "TCP_LAST_ACK": "LAST-ACK", "TCP_LISTEN": "LISTEN", "TCP_CLOSING": "CLOSING",
}  # fmt: skip
TIME_WAIT = 6  # include/net/tcp_states.h
CHANGES = 20_000


@dataclass(frozen=True)
class Change:
    """A socket changed its state; times in nanoseconds since the recording began."""

    at_ns: int
    host: str
    socket: str  # "s1", "s2", … in the order of appearance
    local: str
    remote: str
    family: int
    before: str
    after: str
    program: str


@dataclass
class Socket:
    """A socket that is not closed."""

    name: str
    host: str
    ends: Ends
    state: str = "CLOSED"
    program: str = ""
    request: bool = False  # a handshake that is not complete has no full socket yet
    remains: bool = False  # only what is kept of a closed one
    noted: list[int] = field(default_factory=list)  # places of its changes among all that were found


@dataclass
class Sockets:
    """All sockets of all hosts while the trace is read."""

    lineage: Lineage
    zero_ns: int
    alive: dict[tuple[str, Ends], Socket] = field(default_factory=dict)
    found: list[Change] = field(default_factory=list)
    named: int = 0

    def take(self, event: Event) -> None:
        """One line of the trace."""
        if event.name == "sched_process_fork":
            self.lineage.fork(event)
        elif event.name == "inet_sock_set_state":
            if event.fields.get("protocol") == "IPPROTO_TCP":
                self.change(event, ends_of_change(event.fields))
        elif act := PROBES.get(event.name):
            act(self, event, ends_of_probe(event.fields))

    def change(self, event: Event, ends: Ends) -> None:
        """A full socket has a new state."""
        after = NAMES[event.fields["newstate"]]
        if (
            after == "SYN-RECV" and not ends.remote_port
        ):  # a copy of the listener, on its way to become the request's
            return
        socket = self.of(event, ends)
        if after == "CLOSED" and socket.remains:  # the full socket is gone, what remains has its own end
            return
        socket.request = False
        self.set(event, socket, after)

    def request(self, event: Event, ends: Ends) -> None:
        """A SYN was answered."""
        socket = self.of(event, ends)
        socket.request = True
        self.set(event, socket, "SYN-RECV")

    def dropped(self, event: Event, ends: Ends) -> None:
        """A request is taken off the list: because it became a socket, or because nobody answered."""
        socket = self.of(event, ends)
        if socket.request:
            self.set(event, socket, "CLOSED")

    def remain(self, event: Event, ends: Ends) -> None:
        """The full socket is replaced by what is kept of it."""
        socket = self.of(event, ends)
        socket.remains = True
        state = int(event.fields["state"])
        self.set(event, socket, "TIME-WAIT" if state == TIME_WAIT else "FIN-WAIT-2")

    def wait(self, event: Event, ends: Ends) -> None:
        """The timer of what remains is set; set anew, it tells that the peer's FIN has come."""
        if int(event.fields["rearm"]):
            socket = self.of(event, ends)
            if socket.state == "FIN-WAIT-2":
                self.set(event, socket, "TIME-WAIT")

    def gone(self, event: Event, ends: Ends) -> None:
        """Nothing is left."""
        self.set(event, self.of(event, ends), "CLOSED")

    def of(self, event: Event, ends: Ends) -> Socket:
        """The living socket with these ends, or a new one."""
        host = self.lineage.host(event, ends)
        key = (host, ends)
        if key not in self.alive:
            self.alive[key] = self.without_port(host, ends) or Socket("", host, ends)
        socket = self.alive[key]
        if event.pid in self.lineage.hosts and not socket.program and not ends.remote_port:
            socket.program = event.program
        if event.fields.get("newstate") == "TCP_SYN_SENT":
            socket.program = event.program
        return socket

    def without_port(self, host: str, ends: Ends) -> Socket | None:
        """A connecting socket is in SYN-SENT a moment before it has a port: now it has one."""
        key = (host, replace(ends, local_port=0))
        socket = self.alive.pop(key, None)
        if socket is not None:
            socket.ends = ends
            for place in socket.noted:
                self.found[place] = replace(self.found[place], local=shown(ends.local, ends.local_port))
        return socket

    def set(self, event: Event, socket: Socket, state: str) -> None:
        """Notes a change; what is none is not noted."""
        if socket.state == state or len(self.found) >= CHANGES:
            if state == "CLOSED":
                self.alive.pop((socket.host, socket.ends), None)
            return
        if not socket.name:
            self.named += 1
            socket.name = f"s{self.named}"
        ends = socket.ends
        at_ns = (event.at_ns - self.zero_ns) // 1000 * 1000  # the trace knows microseconds
        change = Change(
            at_ns, socket.host, socket.name,
            shown(ends.local, ends.local_port), shown(ends.remote, ends.remote_port),
            ends.family, socket.state, state, socket.program,
        )  # fmt: skip
        socket.noted.append(len(self.found))
        self.found.append(change)
        socket.state = state
        if state == "CLOSED":
            self.alive.pop((socket.host, ends), None)


Act = Callable[[Sockets, Event, Ends], None]
PROBES: dict[str, Act] = {
    "request": Sockets.request,
    "dropped": Sockets.dropped,
    "freed": Sockets.dropped,
    "freed6": Sockets.dropped,
    "remains": Sockets.remain,
    "waits": Sockets.wait,
    "gone": Sockets.gone,
}


def shown(address: str, port: int) -> str:
    """As ss shows an end."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def changes(text: str, lineage: Lineage, zero_ns: int) -> list[Change]:
    """All changes in the order of time.

    Raises:
        ValueError, KeyError: when the trace is not what a kernel writes.
    """
    sockets = Sockets(lineage, zero_ns)
    for event in events(text):
        sockets.take(event)
    return sockets.found
