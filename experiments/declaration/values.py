"""An experiment as it was declared: values, all of them checked (reading.py makes them).

Times are integers in nanoseconds of virtual time, 0 = the recording begins. Texts for people are
dictionaries by language, ``{"en": …, "ja": …}``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Text = dict[str, str]


@dataclass(frozen=True)
class Parameter:
    """A number that a reader may change before a replay; ``{name}`` in sysctls, commands and rules."""

    name: str
    value: int
    lowest: int
    highest: int
    says: Text


@dataclass(frozen=True)
class Host:
    """A machine: a set of namespaces in the guest."""

    name: str
    sysctl: dict[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()  # commands (iptables, nft, ip route …) run once before the recording begins
    files: dict[str, str] = field(default_factory=dict)  # file name in the working folder -> text


@dataclass(frozen=True)
class Fault:
    """What a link does to counted packets: of those that match in one direction, the ``nth`` (from 1)."""

    sender: str  # the host at that end of the link
    receiver: str
    match: str  # a filter of packets, see filters.py
    nth: tuple[int, ...]
    do: str  # "drop", "delay" or "duplicate"
    by_ns: int = 0  # "delay": so much longer than the link's own delay


@dataclass(frozen=True)
class Link:
    """A cable between two hosts. What happens on it is seen by neither recorder, as with a real cable."""

    ends: tuple[str, str]
    delay_ns: int = 0  # one way, both directions
    loss_percent: float = 0.0  # random, from a fixed seed
    reorder_percent: float = 0.0  # so many packets are sent without the delay
    rate_bit: int = 0  # bits a second; 0: no limit
    mtu: int = 1500
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Vantage:
    """Where packets are recorded: the interface of a host on the link to a neighbour, or "lo"."""

    name: str  # as written: "client", "fw:client", "client:lo"
    host: str
    neighbour: str  # the other end of the link; "lo"

    @property
    def file(self) -> str:
        """Name of the capture file: ``client.pcap``, ``fw-client.pcap``."""
        return f"{self.name.replace(':', '-')}.pcap"


@dataclass(frozen=True)
class Step:
    """One thing that is done at one host: a command that is started, or keys typed into a running one."""

    name: str  # unique; "step 3" when none was given
    at_ns: int
    host: str
    run: str = ""  # what a reader would type at the shell (bash)
    type: str = ""  # else: text typed into the terminal of the step ``into``
    into: str = ""
    background: bool = False  # nobody waits for its end; it is ended with the recording
    says: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Expectation:
    """What must be seen, or must not. ``kind`` says which of the arguments exist (README.md)."""

    kind: str
    arguments: dict[str, Any]
    kernel: str = ""  # only on these kernels: "<6.5", ">=6.5"; empty: on all
    says: Text = field(default_factory=dict)
    row: int = 0  # line of the declaration


@dataclass(frozen=True)
class Experiment:
    """A declaration, complete and free of contradictions."""

    name: str
    title: Text
    claim: Text
    date: datetime  # the guest's clock when the recording begins, with zone
    hosts: dict[str, Host]
    links: tuple[Link, ...]
    captures: tuple[Vantage, ...]
    steps: tuple[Step, ...]
    expectations: tuple[Expectation, ...]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    twins: tuple[str, ...] = ()  # names of other experiments
    articles: tuple[str, ...] = ()  # addresses of articles that it proves
    ipv6: bool = False  # addresses of both families
    lasts_ns: int = 0  # at least so long; else until the last foreground step has ended
    settle_ns: int = 10**9  # recorded so long after the last foreground step has ended
    changed: dict[str, int] = field(default_factory=dict)  # parameters whose number is not the declared one
