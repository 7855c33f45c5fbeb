"""One packet line of a scene, as it is written.

    TIME     SOURCE > TARGET    WHAT            DETAILS
    0.000    client > server    SYN             win 64240 mss 1460 wscale 7 sack ts
    0.040    client > server    PSH,ACK 517
    0.060    server > client    PSH,ACK "HTTP/1.1 200 OK\r\n\r\n" 900
    30.2     fw     > client    RST as server
    31.0     client > server    again 3
    60.0     client > server    keepalive
    61.0     router > client    ICMP host-prohibited about 1
    62.0     client > server    ping            (answered by: server > client pong)
    63.0     app    > log:514   UDP 40
    64.0     client > gateway   who-has         (answered by: gateway > client is-at)
    65.0     client > resolver  DNS query A www.example.com id 7
    70.0     clock +3600        the recorder's clock is set forward from here on

``#`` starts a comment. README.md beside this file explains every word.
"""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from experiments.scripted import tls
from experiments.scripted.dns import Message, read_message
from experiments.scripted.mistakes import SceneError

FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MICROSECOND = 1000  # ns; the resolution of the pcap files

KINDS = ("UDP", "DNS", "ICMP", "ping", "pong", "who-has", "is-at", "again", "keepalive", "window-probe")
NUMBERS = {
    "win": "window",
    "seq": "seq",
    "ack": "ack",
    "ttl": "ttl",
    "id": "ip_id",
    "about": "about",
    "mtu": "mtu",
    "dsack": "dsack",
    "echo": "echo",
}
OPTIONS = {"mss": True, "wscale": True, "sack": False, "ts": False}  # with a number or without
SWITCHES = {"unseen": "unseen", "lost": "lost", "badsum": "bad_sum", "older": "older"}

_SHAPE = re.compile(r"(?P<time>\d+(?:\.\d+)?)\s+(?P<source>\S+)\s+>\s+(?P<target>\S+)\s+(?P<rest>\S.*)")
_CLOCK = re.compile(r"(?P<time>\d+(?:\.\d+)?)\s+clock\s+(?P<step>[+-]\d+(?:\.\d+)?)")
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')
COMMENT = re.compile(r'^((?:"(?:[^"\\]|\\.)*"|[^"#])*)#.*$')
_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Place:
    """A host by its name, and a port where the line gives one."""

    host: str
    port: int | None = None


@dataclass(frozen=True)
class Line:
    """What one line says; ``seq`` and ``ack`` are relative (SYN = 0), as Wireshark shows them."""

    row: int  # line in the declaration, 1-based
    time_ns: int  # since the scene's date
    source: Place
    target: Place
    kind: str = "tcp"  # tcp, udp, icmp, ping, pong, who-has, is-at, clock
    flags: int = 0
    length: int | None = None  # payload bytes
    text: bytes | None = None  # beginning of the payload
    again: int | None = None  # packet line whose segment is sent once more
    probe: str | None = None  # keepalive, window-probe
    claims: str | None = None  # host whose address is written as the source
    icmp: str | None = None  # name of the error
    about: int | None = None  # packet line that is answered or quoted
    window: int | None = None  # the 16-bit field
    seq: int | None = None
    ack: int | None = None
    ttl: int | None = None  # as seen at the vantage point
    ip_id: int | None = None
    mtu: int | None = None
    dsack: int | None = None  # packet line whose bytes the first SACK block reports as received twice
    echo: int | None = None  # packet line whose timestamp is echoed
    options: dict[str, int] = field(
        default_factory=dict
    )  # mss, wscale, sack, ts: exactly these, when any is given
    unseen: bool = False  # passes, but is not recorded
    lost: bool = False  # does not arrive
    bad_sum: bool = False  # the TCP checksum is wrong
    older: bool = False  # of the connection that had these ports before
    clock_step_ns: int = 0
    dns: Message | None = None  # the payload of a UDP line


def read_line(written: str, row: int) -> Line:
    """One line without its comment."""
    if step := _CLOCK.fullmatch(written):
        nowhere = Place("clock")
        return Line(
            row,
            _nanoseconds(step["time"], row),
            nowhere,
            nowhere,
            "clock",
            clock_step_ns=int(Decimal(step["step"]) * 10**9),
        )
    shape = _SHAPE.fullmatch(written)
    if not shape:
        raise SceneError(f"'{written}' is not of the form: TIME SOURCE > TARGET WHAT", row)
    words = _WORD.findall(shape["rest"])
    line = Line(
        row, _nanoseconds(shape["time"], row), _place(shape["source"], row), _place(shape["target"], row)
    )
    return _details(*_what(line, words))


def _nanoseconds(seconds: str, row: int) -> int:
    value = int(Decimal(seconds) * 10**9)
    if value % MICROSECOND:
        raise SceneError(f"the time {seconds} is finer than a microsecond", row)
    return value


def _place(written: str, row: int) -> Place:
    host, colon, port = written.partition(":")
    if not colon:
        return Place(host)
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SceneError(f"'{port}' is not a port number", row)
    return Place(host, int(port))


def _what(line: Line, words: list[str]) -> tuple[Line, list[str]]:
    """Read the first word, which says what kind of packet it is; return the rest too."""
    first, rest = words[0], words[1:]
    if first in ("ping", "pong", "who-has", "is-at"):
        return replace(line, kind=first), rest
    if first == "UDP":
        return replace(line, kind="udp"), rest
    if first == "DNS":
        said, rest = read_message(rest, line.row)
        return replace(line, kind="udp", dns=said), rest
    if first in ("keepalive", "window-probe"):
        return replace(line, flags=ACK, probe=first), rest
    if first in ("ICMP", "again") and not rest:
        raise SceneError(f"'{first}' needs a word after it", line.row)
    if first == "ICMP":
        return replace(line, kind="icmp", icmp=rest[0]), rest[1:]
    if first == "again":
        return replace(line, again=_number(rest[0], "again", line.row)), rest[1:]
    return replace(line, flags=_flags(first, line.row)), rest


def _flags(written: str, row: int) -> int:
    total = 0
    for name in written.split(","):
        if name not in FLAGS:
            raise SceneError(
                f"'{name}' is no TCP flag, and none of {', '.join(KINDS)}",
                row,
            )
        total |= FLAGS[name]
    return total


def _details(line: Line, words: list[str]) -> Line:
    rest = iter(words)
    said: dict[str, Any] = {}
    options: dict[str, int] = {}
    for word in rest:
        if word.isdigit():
            said["length"] = int(word)
        elif word.startswith('"'):
            said["text"] = _unquoted(word)
        elif word == "TLS":
            said["text"] = tls.records(_unquoted(next(rest, '""')).decode(), line.row)
        elif word in SWITCHES:
            said[SWITCHES[word]] = True
        elif word in NUMBERS:
            said[NUMBERS[word]] = _number(next(rest, ""), word, line.row)
        elif word in OPTIONS:
            options[word] = _number(next(rest, ""), word, line.row) if OPTIONS[word] else 1
        elif word == "as":
            said["claims"] = next(rest, "")
        else:
            raise SceneError(f"'{word}' is not a word of the scene language", line.row)
    return replace(line, options=options, **said)


def _number(written: str, word: str, row: int) -> int:
    if not written.isdigit():
        raise SceneError(f"'{word}' needs a number after it", row)
    return int(written)


def _unquoted(word: str) -> bytes:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), word[1:-1]).encode()
