"""One thing that happened to packets, and where: on the client's side of both capture points, on the server's
side, or between the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from diagnoses.finding import Confidence, Sentence, Value

Where = Literal["client side", "server side", "between", "not decided"]
# What can be placed, the most telling first.
KINDS = (
    "made_reset",
    "lost",
    "made",
    "made_icmp",
    "missing",
    "delayed",
    "reordered",
    "needless_repeat",
    "unrecorded",
    "undecided",
    "after_end",
    "expired",
    "round_trip",
)
MOST_FRAMES = 100  # named of one thing; ``packets`` among its numbers counts all
BEYOND: dict[bool, Where] = {True: "server side", False: "client side"}  # by: sent by the client


@dataclass(frozen=True)
class Placed:
    """``here`` and ``there``: frames of either capture. ``connections``: ids here and there, where it is one
    and known. ``owners``: all connections, as (0: here, 1: there; id), of what one capture alone holds.
    """

    kind: str
    where: Where
    confidence: Confidence
    text: tuple[Sentence, ...]
    here: tuple[int, ...] = ()
    there: tuple[int, ...] = ()
    connections: tuple[int | None, int | None] = (None, None)
    numbers: dict[str, Value] = field(default_factory=dict)
    owners: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not (self.here or self.there) or not self.text:
            raise ValueError(f"{self.kind}: without frames or words nothing can be placed")
        object.__setattr__(self, "here", self.here[:MOST_FRAMES])
        object.__setattr__(self, "there", self.there[:MOST_FRAMES])

    @property
    def packets(self) -> int:
        """How many packets it concerns; more than have their frames named, perhaps."""
        return int(str(self.numbers.get("packets", 0)))

    @property
    def frames(self) -> list[int | str]:
        """Frames of both captures: 12, "b:17"."""
        return named(self.here, self.there)


def named(here: Iterable[int] = (), there: Iterable[int] = ()) -> list[int | str]:
    """Frames as they are written: those of the other capture with its letter."""
    return [*here, *(f"b:{frame}" for frame in there)]


def order(placed: Placed) -> tuple[int, int, int]:
    """The most telling first, then by frame."""
    return KINDS.index(placed.kind), placed.where == "not decided", min(placed.here + placed.there)
