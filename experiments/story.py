"""What a run's folder tells, as values for pages. Each file is read alone: a spoiled one hides no other."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from drawing.lanes import Lane, Span
from experiments import casts
from experiments.casts import Terminal
from kb.streams import TooMuch, read_object

log = logging.getLogger(__name__)

MOST = 500  # steps, changes of state or counters that a page shows
Made = TypeVar("Made")


@dataclass(frozen=True)
class Done:
    """A step as it went."""

    name: str
    host: str
    command: str  # what was started, or the text that was typed
    typed: bool
    began_s: float
    ended_s: float | None
    exit: int | None  # 128 + n for a signal
    output: str
    cut: bool


@dataclass(frozen=True)
class Change:
    """A socket changed its state."""

    at_s: float
    host: str
    socket: str
    local: str
    remote: str
    before: str
    after: str
    program: str


@dataclass(frozen=True)
class Counter:
    """A counter of a host's kernel, by nstat's name."""

    host: str
    name: str
    before: int
    after: int

    @property
    def grew(self) -> int:
        """By how much."""
        return self.after - self.before


@dataclass(frozen=True)
class Story:
    """All of it."""

    steps: tuple[Done, ...]
    terminals: tuple[Terminal, ...]
    changes: tuple[Change, ...]
    counters: tuple[Counter, ...]


def read(folder: Path) -> Story:
    """The story of the run in that folder; what is missing or spoiled is empty."""
    return Story(
        steps=_each(folder / "steps.json", _step),
        terminals=_terminals(folder / "terminals"),
        changes=_each(folder / "sockets.json", _change),
        counters=_counters(folder / "counters.json"),
    )


def lanes(changes: Iterable[Change], ends_s: float) -> list[Lane]:
    """A lane for each socket that was ever in a state: its bars end with the next change, or with the run."""
    made = []
    for (host, _), found in groupby(
        sorted(changes, key=lambda c: (c.host, c.socket, c.at_s)), lambda c: (c.host, c.socket)
    ):
        own = list(found)
        ends = [change.at_s for change in own[1:]] + [max(ends_s, own[-1].at_s)]
        spans = tuple(
            Span(change.after, round(change.at_s * 1e9), round(end * 1e9))
            for change, end in zip(own, ends, strict=True)
            if change.after != "CLOSED"
        )
        made.append(Lane(f"{host}: {own[-1].local} → {own[-1].remote}", spans))
    return made


def _each(path: Path, make: Callable[[dict[str, Any]], Made]) -> tuple[Made, ...]:
    return _unless_spoiled(path, lambda: tuple(make(told) for told in read_object(path, list)[:MOST]))


def _unless_spoiled(path: Path, read_it: Callable[[], tuple[Made, ...]]) -> tuple[Made, ...]:
    try:
        return read_it()
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, TooMuch) as error:
        log.warning("%s cannot be shown: %r", path, error)
        return ()


def _step(told: dict[str, Any]) -> Done:
    ended = told["ended_ns"]
    began = told["at_ns"] if told["began_ns"] is None else told["began_ns"]  # what is typed begins nothing
    return Done(
        name=str(told["name"]),
        host=str(told["host"]),
        command=str(told["run"] or told["type"]),
        typed=not told["run"],
        began_s=began / 1e9,
        ended_s=None if ended is None else ended / 1e9,
        exit=None if told["exit"] is None else int(told["exit"]),
        output=casts.ESCAPES.sub("", str(told["output"])[: casts.LARGEST]).replace("\r\n", "\n"),
        cut=bool(told["cut"]),
    )


def _change(told: dict[str, Any]) -> Change:
    return Change(
        at_s=told["at_ns"] / 1e9,
        host=str(told["host"]),
        socket=str(told["socket"]),
        local=str(told["local"]),
        remote=str(told["remote"]),
        before=str(told["from"]),
        after=str(told["to"]),
        program=str(told["program"]),
    )


def _counters(path: Path) -> tuple[Counter, ...]:
    def read_it() -> tuple[Counter, ...]:
        pairs = [(host, own) for host, own in read_object(path).items()]
        found = [
            Counter(str(host), str(name), int(before), int(after))
            for host, own in pairs
            for name, (before, after) in own.items()
        ]
        return tuple(found[:MOST])

    return _unless_spoiled(path, read_it)


def _terminals(folder: Path) -> tuple[Terminal, ...]:
    files = sorted(folder.glob("*.cast"))[:16]
    return tuple(terminal for path in files for terminal in _terminal(path))


def _terminal(path: Path) -> tuple[Terminal, ...]:
    return _unless_spoiled(path, lambda: (casts.read(path),))
