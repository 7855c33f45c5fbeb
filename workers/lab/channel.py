"""What the guest says, understood: a parser of hostile input.

The guest's commands run as root there, so everything that arrives may be written by them: lines of JSON, some
of which announce the bytes of a file. Only files that were asked for are taken, each once, and all of it is
bounded.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

LINE = 64 * 1024  # bytes of a line
LINES = 20_000  # of a run; an honest one of a day has some three thousand
SAID = 2000  # characters of the guest's own words that are kept

Tell = Callable[[dict[str, Any]], None]


class Malformed(Exception):
    """The guest said something that the agent never would; the text is for the log."""


@dataclass
class Channel:
    """The guest's answer so far."""

    wanted: frozenset[str]  # names of the files that may come
    most: int  # bytes in all
    tell: Tell = lambda progress: None
    files: dict[str, bytes] = field(default_factory=dict)
    ended: bool = False
    refused: str = ""  # the agent's sentence: the plan cannot be carried out
    failed: str = ""  # the agent's own trouble
    heard: int = 0
    lines: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    coming: tuple[str, int] | None = None  # a file and its size

    def hear(self, data: bytes) -> None:
        """Takes what has arrived.

        Raises:
            Malformed: and then nothing of it is believed.
        """
        self.heard += len(data)
        if self.heard > self.most:
            raise Malformed(f"more than {self.most} bytes")
        self.waiting += data
        while self.understand():
            pass

    def understand(self) -> bool:
        """Takes one line or one file from what waits. False when it is not whole yet."""
        if self.coming is not None:
            name, size = self.coming
            if len(self.waiting) < size:
                return False
            self.files[name] = bytes(self.waiting[:size])
            del self.waiting[:size]
            self.coming = None
            return True
        end = self.waiting.find(b"\n", 0, LINE + 1)
        if end < 0:
            if len(self.waiting) > LINE:
                raise Malformed("a line without end")
            return False
        line = bytes(self.waiting[:end])
        del self.waiting[: end + 1]
        self.act_on(parse(line))
        return True

    def act_on(self, said: dict[str, Any]) -> None:
        """One line's meaning."""
        self.lines += 1
        if self.lines > LINES:
            raise Malformed("too many lines")
        if self.ended:
            raise Malformed("words after the end")
        match said:
            case {"at": int(at), "step": int(step)} if bool not in (type(at), type(step)):
                self.tell({"at_ns": min(max(at, 0), 1 << 62), "step": min(max(step, 0), 1000)})
            case {"file": str(name), "bytes": int(size)} if not isinstance(size, bool):
                self.expect(name, size)
            case {"end": True}:
                self.ended = True
            case {"refused": str(sentence)}:
                self.refused, self.ended = plain(sentence)[:SAID], True
            case {"failed": str(trouble)}:
                self.failed, self.ended = plain(trouble)[-SAID:], True
            case _:
                raise Malformed(f"unknown words: {sorted(said)[:5]!a:.200}")

    def expect(self, name: str, size: int) -> None:
        """A file is announced."""
        if name not in self.wanted or name in self.files:
            raise Malformed(f"a file that nobody asked for: {name[:80]!a}")
        if not 0 <= size <= self.most - self.heard + len(self.waiting):
            raise Malformed(f"{size} bytes of {name}")
        self.coming = (name, size)

    def complete(self) -> bool:
        """True when everything that was asked for is here, and nothing more."""
        return self.ended and not self.waiting and self.coming is None and set(self.files) == set(self.wanted)


def parse(line: bytes) -> dict[str, Any]:
    """A line of JSON that is an object."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed("a line that is no JSON") from None
    if not isinstance(said, dict):
        raise Malformed("a line that is no object")
    return said


def plain(text: str) -> str:
    """Without characters that no database takes (NUL) and no file (half a surrogate pair)."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def files_of(captures: Iterable[str]) -> frozenset[str]:
    """What a guest is asked for: its record, its trace, and the captures by their names."""
    return frozenset({"record.json", "trace.txt", *(f"captures/{name}" for name in captures)})
