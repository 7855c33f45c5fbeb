"""Lines of tcpdump as packets, as far as the rules of packets.py need them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST = 2000  # packets
_TIME = re.compile(r"^(?:\s*\d+\s+)?(?:\d{4}-\d\d-\d\d )?(?:(\d\d):(\d\d):(\d\d(?:\.\d+)?)|(\d+\.\d+)) ")
_TTL = re.compile(r"\bttl (\d+)")
_ENDS = re.compile(r"(?:^|\s)([0-9A-Za-z.:_-]+) > ([0-9A-Za-z.:_-]+): (.*)")
_FLAGS = re.compile(r"Flags \[([SFRPUWE.none]+)\]")
_NUMBERS = re.compile(r"\b(seq|ack|win|length) ([\d:]+)")


@dataclass(frozen=True)
class Packet:
    """One packet. Numbers that tcpdump did not print are None; `rest` is what it says of the packet."""

    time: float  # seconds since midnight, or as printed
    source: str
    target: str
    ttl: int | None
    flags: str  # "" when it is not TCP
    seq: str
    ack: int | None
    window: int | None
    length: int
    rest: str
    line: str


def packets(lines: Sequence[str]) -> list[Packet]:
    """The packets that the lines show, in their order."""
    found: list[Packet] = []
    for line in joined(lines):
        packet = one(line)
        if packet is not None and len(found) < MOST:
            found.append(packet)
    return found


def joined(lines: Sequence[str]) -> Iterator[str]:
    """With -v tcpdump breaks a packet into two lines: they become one again."""
    held = ""
    for line in lines:
        if held and line[:1].isspace():
            held = f"{held} {line.strip()}"
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def one(line: str) -> Packet | None:
    """One line; None for what is no packet between two ends."""
    clock, ends = _TIME.match(line), _ENDS.search(line)
    if clock is None or ends is None:
        return None
    rest = ends[3]
    flags, ttl = _FLAGS.search(rest), _TTL.search(line[: ends.start(3)])
    numbers = dict(_NUMBERS.findall(rest))
    return Packet(
        seconds(clock),
        ends[1],
        ends[2],
        int(ttl[1]) if ttl else None,
        flags[1] if flags else "",
        numbers.get("seq", ""),
        number(numbers.get("ack")),
        number(numbers.get("win")),
        number(numbers.get("length")) or 0,
        rest,
        line.strip(),
    )


def seconds(clock: re.Match[str]) -> float:
    """The time of a line."""
    hours, minutes, rest, alone = clock.groups()
    return float(alone) if alone else int(hours) * 3600 + int(minutes) * 60 + float(rest)


def number(text: str | None) -> int | None:
    """A plain number; None for none."""
    return int(text) if text and text.isdigit() and len(text) < 20 else None


def host(end: str) -> str:
    """10.0.2.2.443 → 10.0.2.2."""
    head, _, tail = end.rpartition(".")
    return head if (tail.isalnum() and head.count(".") >= 3) or ":" in head else end
