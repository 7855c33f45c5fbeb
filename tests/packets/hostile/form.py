"""What a bad input is, and the list of those that there must be."""

from collections.abc import Callable
from dataclasses import dataclass

# In everything that is nobody's business: payload, passwords, keys. It must not come out anywhere.
CANARY = "kanarienvogel"


@dataclass(frozen=True)
class Refused:
    """The file is no capture; the code of CaptureError says why."""

    code: str


@dataclass(frozen=True)
class Read:
    """So many packets are read; ``notes`` are the codes of all that is told about the file itself.

    ``connections``: how many there must be, where that is beyond doubt.
    """

    packets: int
    notes: tuple[str, ...] = ()
    connections: int | None = None


@dataclass(frozen=True)
class BadInput:
    """One file that somebody may send us. ``item``: its line in ITEMS; ``name``: what is special about it."""

    family: str
    item: str
    build: Callable[[], bytes]
    ends: Refused | Read
    name: str = ""

    def __str__(self) -> str:
        return f"{self.family}: {self.item}" + (f", {self.name}" if self.name else "")


# Each of these has at least one input; a family is a file of this folder.
ITEMS = {
    "not a capture": (
        "empty", "one byte", "random", "HTML", "SVG", "ELF", "magic only", "header short", "snoop",
        "hexdump text", "spoiled by ASCII FTP", "spoiled by UTF-8 decoding", "two files glued",
        "pcap followed by pcapng", "zero tail", "all zeros",
    ),
    "pcap": (
        "big-endian", "nanosecond", "modified header", "FCS bits in the link type", "unknown link type",
        "snaplen 0", "snaplen huge", "snaplen lying", "caplen 4 GiB", "caplen negative",
        "caplen above the original length", "zero-length records", "cut inside a header",
        "cut inside a packet", "garbage in the middle",
    ),
    "time": (
        "1970", "2106", "overflowing microseconds", "backwards", "70-year gap", "all equal",
        "one-day step",
    ),
    "pcapng": (
        "block length 0", "block length 4", "block length odd", "block length 4 GiB", "trailer differs",
        "unknown byte order", "version 2", "section length lies", "packet before interface",
        "interface out of range", "a million options", "no end-of-options", "comment in Latin-1",
        "comment with HTML", "comment with Markdown", "comment with ANSI and bidi",
        "comment with a formula", "comments of 64 times 64 KiB", "resolution 10^-127",
        "resolution 2^-127", "resolution 1 s", "offset int64 min", "50,000 interfaces",
        "mixed link types", "second section in the other byte order", "simple packets",
        "obsolete packets", "TLS keys in the file",
    ),
    "compression": (
        "gzip bomb", "zstd bomb", "nested ten times", "zip with ../ names", "cut", "wrong CRC",
        "trailing garbage", "hostile names",
    ),
    "IP": (
        "short frames", "IHL lies", "total length 0", "padding", "fragments overlapping",
        "fragments never completed", "fragments beyond 65,535", "8,000 IPv6 headers", "IP-in-IP", "GRE",
        "VXLAN", "QinQ thousands deep", "MPLS thousands deep", "all checksums wrong",
    ),
    "TCP": (
        "data offset lies", "option length 0", "all 256 flag sets", "SACK nonsense", "sequence wrap",
        "2 GiB jump", "60,000 SYNs", "50,000 duplicate ACKs", "5,000 segments in reverse",
        "one 4-tuple 500 times", "every packet twice",
    ),
    "application": (
        "DNS pointer loops", "DNS counts of 65,535", "DNS names with HTML",
        "DNS names with control characters", "DNS names with a formula", "HTTP header of 1 MB",
        "TLS lengths that lie", "SNI with HTML", "template injection", "log injection", "secrets",
    ),
}  # fmt: skip
