"""All lines of a scene; many connections in few of them, by a block that is played again and again.

    5.000  repeat 40 every 0.010
    0.000  client:41000+ > server:1+        SYN
    0.004  server:1+     > client:41000+    RST,ACK about 1
    end

The block is played 40 times, 10 ms apart, from second 5 on; its own times count from the beginning of a
round. Behind a port, ``+`` adds one a round; behind a host that is declared with ``many = 40`` it names the
first, the second, … of them. ``again N`` and ``about N`` count the packet lines of the block. Rounds
may overlap.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from experiments.scripted.lines import COMMENT, MICROSECOND, Line, read_line
from experiments.scripted.mistakes import SceneError

_HEAD = re.compile(r"(\d+(?:\.\d+)?)\s+repeat\s+(\d+)\s+every\s+(\d+(?:\.\d+)?)")
_PORT = re.compile(r":(\d+)\+")
_HOST = re.compile(r"\b([a-z]\w*)\+(?=[\s:])")
MOST = 2_000  # rounds: a scene stays a scene


@dataclass(frozen=True)
class Block:
    """The text of one block, and how often it is played."""

    start: Decimal  # seconds
    rounds: int
    every: Decimal
    rows: list[tuple[int, str]]  # line of the declaration, text


def read_lines(text: str, first_row: int) -> list[Line]:
    """All packet lines of ``text``; ``first_row`` is the file's line number of its first line."""
    lines: list[Line] = []
    block: Block | None = None
    for row, raw in enumerate(text.split("\n"), first_row):
        written = COMMENT.sub(r"\1", raw).strip()
        if not written:
            continue
        if block is None:
            block = _head(written, row)
            if block is None:
                _append(lines, [read_line(written, row)], row)
        elif written == "end":
            _append(lines, _played(block, sum(line.kind != "clock" for line in lines)), row)
            block = None
        else:
            block.rows.append((row, written))
    if block is not None:
        raise SceneError("a block that is repeated ends with a line 'end'", first_row)
    return lines


def _append(lines: list[Line], more: list[Line], row: int) -> None:
    if lines and more and more[0].time_ns < lines[-1].time_ns:
        raise SceneError("the time goes back; write the lines in the order of their times", row)
    lines += more


def _head(written: str, row: int) -> Block | None:
    """The block that a line begins; None when it begins none."""
    found = _HEAD.fullmatch(written)
    if not found:
        return None
    rounds = int(found[2])
    if not 1 <= rounds <= MOST:
        raise SceneError(f"a block is repeated 1 to {MOST} times", row)
    return Block(Decimal(found[1]), rounds, Decimal(found[3]), [])


def _played(block: Block, before: int) -> list[Line]:
    """The lines of all rounds in the order of their times; ``before``: packet lines already read."""
    made = [
        (number, index, _line(block, number, row, text))
        for number in range(block.rounds)
        for index, (row, text) in enumerate(block.rows, start=1)
    ]
    made.sort(key=lambda one: one[2].time_ns)
    place = {(number, index): before + at for at, (number, index, _) in enumerate(made, start=1)}
    return [_counted(line, number, place) for number, _, line in made]


def _line(block: Block, number: int, row: int, text: str) -> Line:
    text = _PORT.sub(lambda found: f":{int(found[1]) + number}", text)
    text = _HOST.sub(lambda found: f"{found[1]}{number + 1}", text)
    line = read_line(text, row)
    if line.kind == "clock":
        raise SceneError("the clock is not set within a block", row)
    begin = int((block.start + number * block.every) * 1_000_000) * MICROSECOND
    return replace(line, time_ns=line.time_ns + begin)


def _counted(line: Line, number: int, place: dict[tuple[int, int], int]) -> Line:
    """``again`` and ``about`` with the number that the packet line has in the whole scene."""
    try:
        again = place[number, line.again] if line.again is not None else None
        about = place[number, line.about] if line.about is not None else None
    except KeyError:
        raise SceneError("within a block, again and about count the lines of the block", line.row) from None
    return replace(line, again=again, about=about)
