"""Where two recordings of a terminal begin to differ: the event, and its time."""

import json
from itertools import zip_longest

from experiments.comparison.difference import Difference, difference
from experiments.comparison.words import NOTHING, SECOND, here_and_there, seconds, shown
from packets.errors import Text


def terminals_differ(file: str, one: bytes, other: bytes) -> Difference:
    """The first event that differs between two files of different bytes."""
    pairs = zip_longest(one.split(b"\n"), other.split(b"\n"))
    number, here, there = next((at, *pair) for at, pair in enumerate(pairs) if pair[0] != pair[1])
    if not number:
        return difference(file, here_and_there(_line(here), _line(there)), {"en": "header", "ja": "ヘッダー"})
    place = {"en": f"event {number}", "ja": f"イベント {number}"}
    return difference(file, here_and_there(_event(here), _event(there)), place)


def _line(line: bytes | None) -> str | Text:
    return shown(line.decode("utf-8", "backslashreplace")) if line is not None else NOTHING


def _event(line: bytes | None) -> str | Text:
    """ "“hello” at 3.001147 s"; a line that is no event as it stands."""
    event = _parsed(line)
    if not isinstance(event, list) or len(event) != 3 or not isinstance(event[0], int | float):
        return _line(line)
    if not abs(event[0]) < SECOND:  # no time of a run, and perhaps no number at all
        return _line(line)
    at = seconds(round(event[0] * SECOND), 6)
    return {"en": f"{shown(event[2])} at {at}", "ja": f"{shown(event[2])}（{at}）"}


def _parsed(line: bytes | None) -> object:
    try:
        return json.loads(line or b"null")
    except (ValueError, RecursionError):
        return None
