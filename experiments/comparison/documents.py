"""Where two JSON documents of a run begin to differ: which step, which change, which counter, which value."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from experiments.comparison.difference import Difference, difference
from experiments.comparison.words import NOTHING, apart_in_time, here_and_there, number, seconds, shown
from packets.errors import Text

NOTHING_SUCH = object()  # stands for a value that one of the documents does not have
Path = tuple[str | int, ...]


def documents_differ(file: str, one: Any, other: Any) -> Difference | None:
    """The first value that differs; None: the same values, written in other bytes."""
    special: dict[str, Callable[[str, Any, Any], Difference | None]] = {
        "steps.json": steps_differ,
        "sockets.json": sockets_differ,
        "counters.json": counters_differ,
    }
    found = special[file](file, one, other) if file in special else None
    return found or values_differ(file, one, other)


def steps_differ(file: str, one: Any, other: Any) -> Difference | None:
    """Which step ended otherwise: its exit, its duration, a line of its output."""
    for at, here, there in _rows(one, other):
        for said in (_exit(here, there), _duration(here, there), _output(here, there)):
            if said:
                name = shown(here.get("name", ""))
                return difference(file, said, {"en": f"step {at} {name}", "ja": f"手順 {at} {name}"})
    return None


def _exit(here: dict[str, Any], there: dict[str, Any]) -> Text | None:
    codes = [step.get("exit") for step in (here, there)]
    if codes[0] == codes[1]:
        return None
    said = here_and_there(shown(codes[0]), shown(codes[1]))
    return {"en": f"exit {said['en']}", "ja": f"終了コードは{said['ja']}"}


def duration(step: dict[str, Any]) -> int | None:
    """How long a step took, in nanoseconds; None: it did not begin or end."""
    began, ended = number(step.get("began_ns")), number(step.get("ended_ns"))
    return None if began is None or ended is None else ended - began


def _duration(here: dict[str, Any], there: dict[str, Any]) -> Text | None:
    took = duration(here), duration(there)
    if took[0] is None or took[1] is None or took[0] == took[1]:
        return None
    said = here_and_there(*apart_in_time(took[0], took[1]))
    return {"en": f"took {said['en']}", "ja": f"所要時間は{said['ja']}"}


def _output(here: dict[str, Any], there: dict[str, Any]) -> Text | None:
    lines = [str(step.get("output", "")).split("\n") for step in (here, there)]
    for at, pair in enumerate(zip_longest(*lines), 1):
        if pair[0] != pair[1]:
            said = here_and_there(*(NOTHING if line is None else shown(line) for line in pair))
            return {"en": f"output line {at} is {said['en']}", "ja": f"出力の {at} 行目は{said['ja']}"}
    return None


def sockets_differ(file: str, one: Any, other: Any) -> Difference | None:
    """Which change of a socket's state is another one."""
    for at, here, there in _rows(one, other):
        if here != there:
            said = here_and_there(_change(here), _change(there))
            if said == here_and_there(_change(here), _change(here)):
                return None  # it differs in what this sentence does not say
            return difference(file, said, {"en": f"change {at}", "ja": f"変化 {at}"})
    return None


def _change(change: dict[str, Any]) -> Text:
    host, socket, before, after = (shown(change.get(key))[1:-1] for key in ("host", "socket", "from", "to"))
    at = seconds(number(change.get("at_ns")) or 0, 9)
    what = f"{host} {socket} {before} → {after}"
    return {"en": f"{what} at {at}", "ja": f"{what}（{at}）"}


def counters_differ(file: str, one: Any, other: Any) -> Difference | None:
    """Which counter of which host grew otherwise."""
    for (host, name), here, there in _counters(one, other):
        if here != there:
            place = {
                "en": f"{shown(name)[1:-1]} of {shown(host)[1:-1]}",
                "ja": f"{shown(host)[1:-1]} の {shown(name)[1:-1]}",
            }
            return difference(file, here_and_there(_span(here), _span(there)), place)
    return None


def _counters(one: Any, other: Any) -> Iterator[tuple[tuple[str, str], Any, Any]]:
    for host in _keys(one, other):
        here, there = _value(one, host), _value(other, host)
        for name in _keys(here, there):
            yield (host, name), _value(here, name), _value(there, name)


def _value(tree: Any, key: str) -> Any:
    return tree.get(key) if isinstance(tree, dict) else None


def _span(value: Any) -> str | Text:
    if value is None:
        return NOTHING
    if isinstance(value, list) and len(value) == 2:
        return f"{shown(value[0])} → {shown(value[1])}"
    return shown(value)


def values_differ(file: str, one: Any, other: Any) -> Difference | None:
    """The first value of any document that differs, with the way to it."""
    found = next(_leaves(one, other, ()), None)
    if found is None:
        return None
    path, here, there = found
    said = here_and_there(*(NOTHING if value is NOTHING_SUCH else shown(value) for value in (here, there)))
    way = shown(".".join(map(str, path)))[1:-1]
    return difference(file, said, {"en": way, "ja": way} if path else None)


def _leaves(one: Any, other: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in _keys(one, other):
            yield from _leaves(one.get(key, NOTHING_SUCH), other.get(key, NOTHING_SUCH), (*path, key))
    elif isinstance(one, list) and isinstance(other, list):
        for at, pair in enumerate(zip_longest(one, other, fillvalue=NOTHING_SUCH), 1):
            yield from _leaves(*pair, (*path, at))
    elif one != other or type(one) is not type(other):
        yield path, one, other


def _keys(one: Any, other: Any) -> list[str]:
    """The keys of both, in the order of the first."""
    trees = [tree for tree in (one, other) if isinstance(tree, dict)]
    return list(dict.fromkeys(key for tree in trees for key in tree))


def _rows(one: Any, other: Any) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """The rows that both documents have, counted from 1."""
    if isinstance(one, list) and isinstance(other, list):
        for at, (here, there) in enumerate(zip(one, other, strict=False), 1):
            if isinstance(here, dict) and isinstance(there, dict):
                yield at, here, there
