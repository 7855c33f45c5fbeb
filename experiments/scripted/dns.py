"""DNS lines: the words of a message, and its bytes (RFC 1035 section 4, EDNS of RFC 6891).

client > resolver  DNS query AAAA www.example.com id 7 edns 1232 do
resolver > client  DNS answer 7 NXDOMAIN
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address

from experiments.scripted.mistakes import SceneError

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}
RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}
_RESPONSE, _AA, _TC, _RD, _RA, _CD = 0x8000, 0x400, 0x200, 0x100, 0x80, 0x10
_OPT, _IN, _DO, _TTL = 41, 1, 0x8000, 300
_FLAGS = {"TC": _TC, "AA": _AA}
_MOST_LABEL = 63


@dataclass(frozen=True)
class Message:
    """What the words of a line say. Of an answer, name and type are those of the question."""

    answers: bool
    number: int  # the id
    name: str = "."
    kind: int = 0
    flags: int = _RD
    rcode: int = 0
    edns: int | None = None  # bytes of UDP payload that the sender takes
    do: bool = False
    records: tuple[tuple[str, str], ...] = field(default=())  # type and value, of the answer section


def read_message(words: list[str], row: int) -> tuple[Message, list[str]]:
    """The message that the words behind "DNS" begin with, and the words left over."""
    if words[:1] == ["query"] and len(words) >= 5 and words[3] == "id":
        asked = Message(False, _number(words[4], row), _name(words[2], row), _type(words[1], row))
        return _wishes(asked, words[5:], row)
    if words[:1] == ["answer"] and len(words) >= 3:
        return _results(Message(True, _number(words[1], row), flags=_RESPONSE | _RD | _RA), words[2:], row)
    raise SceneError("a DNS line is 'DNS query TYPE NAME id N' or 'DNS answer N RESULT'", row)


def _wishes(asked: Message, words: list[str], row: int) -> tuple[Message, list[str]]:
    while words and words[0] in ("edns", "do", "cd", "norec"):
        word, *words = words
        if word == "edns":
            size, *words = words or [""]
            asked = replace(asked, edns=_number(size, row))
        elif word == "do":
            asked = replace(asked, do=True, edns=asked.edns or 1232)
        else:
            asked = replace(asked, flags=asked.flags | _CD if word == "cd" else asked.flags & ~_RD)
    return asked, words


def _results(told: Message, words: list[str], row: int) -> tuple[Message, list[str]]:
    while words and (words[0] in RCODES or words[0] in _FLAGS or words[0] in ("A", "AAAA", "CNAME")):
        word, *words = words
        if word in RCODES:
            told = replace(told, rcode=RCODES[word])
        elif word in _FLAGS:
            told = replace(told, flags=told.flags | _FLAGS[word])
        else:
            value, *words = words or [""]
            _data(word, value, row)
            told = replace(told, records=(*told.records, (word, value)))
    return told, words


def message(said: Message, asked: Iterable[Message], row: int) -> bytes:
    """The bytes of the message; ``asked``: the questions before it, latest first, that it may answer."""
    if said.answers:
        question = next((one for one in asked if not one.answers and one.number == said.number), None)
        if question is None:
            raise SceneError(f"no question with id {said.number} was asked before", row)
        said = replace(said, name=question.name, kind=question.kind)
    authority = _authority(said) if said.answers and said.rcode == RCODES["NXDOMAIN"] else b""
    counts = (1, len(said.records), bool(authority), said.edns is not None)
    head = struct.pack("!HHHHHH", said.number, said.flags | said.rcode, *counts)
    return (
        head
        + _labels(said.name)
        + struct.pack("!HH", said.kind, _IN)
        + _records(said, row)
        + authority
        + _opt(said)
    )


def _records(said: Message, row: int) -> bytes:
    """The answer section; behind a CNAME stand the records of its target."""
    owner, section = b"\xc0\x0c", b""
    for kind, value in said.records:
        data = _data(kind, value, row)
        section += owner + struct.pack("!HHIH", TYPES[kind], _IN, _TTL, len(data)) + data
        owner = data if kind == "CNAME" else owner
    return section


def _authority(said: Message) -> bytes:
    """The SOA record that lets a "no" be kept (RFC 2308 section 3), of the last two labels."""
    zone = ".".join(said.name.split(".")[-2:])
    data = _labels(f"ns.{zone}") + _labels(f"hostmaster.{zone}") + struct.pack("!5I", 1, 7200, 900, 86400, 60)
    return _labels(zone) + struct.pack("!HHIH", TYPES["SOA"], _IN, 60, len(data)) + data


def _opt(said: Message) -> bytes:
    return b"" if said.edns is None else struct.pack("!BHHIH", 0, _OPT, said.edns, _DO if said.do else 0, 0)


def _data(kind: str, value: str, row: int) -> bytes:
    try:
        if kind == "CNAME":
            return _labels(_name(value, row))
        return (IPv4Address if kind == "A" else IPv6Address)(value).packed
    except ValueError as wrong:
        raise SceneError(f"'{value}' is no value of a record of type {kind}", row) from wrong


def _labels(name: str) -> bytes:
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _name(written: str, row: int) -> str:
    if any(not 0 < len(label) <= _MOST_LABEL for label in written.rstrip(".").split(".")) and written != ".":
        raise SceneError(f"'{written}' is not a name", row)
    return written


def _type(written: str, row: int) -> int:
    if written not in TYPES:
        raise SceneError(f"'{written}' is not a type of record; there are {', '.join(TYPES)}", row)
    return TYPES[written]


def _number(written: str, row: int) -> int:
    if not written.isdigit() or int(written) > 0xFFFF:
        raise SceneError(f"'{written}' is not a number of 16 bits", row)
    return int(written)
