"""Segments that were sent again though the first one had passed both points, or neither: what was lost, was
lost outside.
"""

from collections.abc import Iterator

import numpy as np

from diagnoses.finding import Confidence, say
from diagnoses.two_points.look import Look
from diagnoses.two_points.placed import BEYOND, Placed, Where, named
from packets.columns import FILLS_GAP, REPORTS_TWICE, SEEN_ACKNOWLEDGED, SEEN_TWICE, TCP
from packets.pairing.sight import Ints, Mask


def find(look: Look) -> Iterator[Placed]:
    """Repeats that both points saw, a direction of a connection at a time."""
    segments = (look.matched[0]["protocol"] == TCP) & (look.towards != 0)
    first, second = look.first("marks"), look.second("marks")
    again = segments & ((second & SEEN_TWICE) > 0) & ((first & SEEN_TWICE) > 0)
    acknowledged = (second & SEEN_ACKNOWLEDGED) > 0
    for some in look.alike(np.flatnonzero(again & ~acknowledged)):
        yield _beyond(look, some)
    returned = (first & SEEN_ACKNOWLEDGED) > 0
    for at_sender in (True, False):
        for some in look.alike(np.flatnonzero(again & acknowledged & (returned == at_sender))):
            yield _needless(look, some, at_sender)
    filled = segments & ((first & FILLS_GAP) > 0) & _emitted_later(look)
    for some in look.alike(np.flatnonzero(filled)):
        yield _before(look, some)


def _emitted_later(look: Look) -> Mask:
    """The timestamp is newer than that of the packet before it from the same side: not merely overtaken."""
    stamps = look.first("tsval")
    newer = np.zeros(len(stamps), bool)
    newer[1:] = (np.diff(look.lanes) == 0) & (stamps[:-1] >= 0) & (np.diff(stamps) > 0)
    return newer


def _beyond(look: Look, some: Ints) -> Placed:
    """It had passed both points, and no acknowledgement had passed the second one when it was sent again."""
    reports = look.lanes[(look.matched[0]["marks"] & REPORTS_TWICE) > 0]
    sure: Confidence = "possible" if np.isin(look.lanes[some] ^ 1, reports).any() else "likely"
    return _placed(look, some, "lost", "beyond", BEYOND[_from_client(look, some)], sure)


def _needless(look: Look, some: Ints, at_sender: bool) -> Placed:
    """Its acknowledgement had passed the second point already, and the first one too, or not."""
    where: Where = BEYOND[not _from_client(look, some)] if at_sender else "between"
    key = "needless_sender" if at_sender else "needless"
    return _placed(look, some, "needless_repeat", key, where, "likely")


def _before(look: Look, some: Ints) -> Placed:
    """Its bytes had not passed even the first point, though later ones had."""
    return _placed(look, some, "lost", "before", BEYOND[not _from_client(look, some)], "likely")


def _from_client(look: Look, some: Ints) -> bool:
    return bool(look.lanes[some[0]] % 2 == 0)


def _placed(look: Look, some: Ints, kind: str, key: str, where: Where, confidence: Confidence) -> Placed:
    here, there = look.frames(some)
    here_first = bool(look.towards[some[0]] > 0)
    values = {
        "n": len(some),
        "frames": named(here),
        "others": named((), there),
        "side": say("server" if where == "server side" else "client"),
        "first": say("here" if here_first else "there"),
        "second": say("there" if here_first else "here"),
    }
    connections, numbers = look.connections(some), {"packets": len(some)}
    return Placed(kind, where, confidence, (say(key, **values),), here, there, connections, {**numbers})


__all__ = ["find"]
