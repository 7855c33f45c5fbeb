"""What a device between the two points rewrites, told once for all connections that it does it to."""

from collections.abc import Iterator
from dataclasses import dataclass

from diagnoses.finding import Sentence, say
from diagnoses.two_points.look import Look
from diagnoses.two_points.placed import named
from packets.columns import AE, CWR, ECE, PSH, URG
from packets.pairing.rewrites import Rewrite, rewrites

_FLAGS = ((PSH, "PSH"), (URG, "URG"), (ECE, "ECE"), (CWR, "CWR"), (AE, "AE"))
# The kinds of TCP options by name (IANA tcp-parameters); others by number.
_OPTIONS = {2: "MSS", 3: "WScale", 4: "SACK-permitted", 8: "Timestamps", 30: "MPTCP", 34: "Fast-Open"}


@dataclass(frozen=True)
class Change:
    """One field that is rewritten at one end of some connections.

    ``here`` and ``there``: its value in the first of them, whose ids are ``first``.
    """

    field: str
    end: str
    here: str
    there: str
    connections: int
    packets: int
    frames: tuple[tuple[int, int], ...]
    first: tuple[int, int]
    text: Sentence

    @property
    def shown(self) -> list[int | str]:
        """Frames of both captures."""
        return named((a for a, _ in self.frames), (b for _, b in self.frames))


def find(look: Look) -> Iterator[Change]:
    """All rewrites, grouped by field and end."""
    groups: dict[tuple[str, str], list[Rewrite]] = {}
    for rewrite in rewrites(look.pairing):
        groups.setdefault((rewrite.field, rewrite.end), []).append(rewrite)
    for (field, end), some in groups.items():
        first = some[0]
        here, there = (
            _value(look, which, field, value) for which, value in enumerate((first.here, first.there))
        )
        packets = sum(rewrite.count for rewrite in some)
        values = {"whose": say("whose_" + end), "here": here, "there": there, "packets": packets}
        frames = named(*((frame,) for frame in first.frames[0]))
        yield Change(
            field, end, str(here), str(there), len(some), packets, first.frames,
            (first.connection_here, first.connection_there),
            say("rewrite_" + field, **values, n=len(some), frames=frames),
        )  # fmt: skip


def _value(look: Look, which: int, field: str, value: int) -> str | int:
    if field == "address":
        return _address(look, which, value)
    if field == "flags":
        return "+".join(name for bit, name in _FLAGS if value & bit) or "-"
    if field == "options":
        kinds = [kind for at in range(8) if (kind := value >> 8 * at & 0xFF) > 1]
        return "+".join(_OPTIONS.get(kind, str(kind)) for kind in kinds) or "-"
    return "-" if value < 0 else value


def _address(look: Look, which: int, shared: int) -> str:
    """The address of a host by the number that both captures share."""
    return look.sights[which].address(shared)


__all__ = ["Change", "find"]
