"""What a reader of one direction of a TCP stream must be able to do."""

from typing import Protocol

from packets.applications.tables import Span

NOT_MINE = -1  # the bytes are no message of this protocol


class Reader(Protocol):
    """Takes contiguous bytes, unit by unit: a record, a line, a message.

    ``wanted``: bytes that must be there before ``take`` can get any further. ``between``: no message is
    begun, whatever comes next may be of another protocol. ``kept``: bytes it holds itself.
    """

    wanted: int
    between: bool
    kept: int

    def take(self, data: bytearray, span: Span) -> int:
        """Read the unit that begins in ``data``, which arrived in ``span``.

        Returns how many bytes are done with (more than there are: the rest is of no interest), 0 when nothing
        can be said before ``wanted`` bytes are there, or NOT_MINE.
        """
        ...

    def cut(self, data: bytearray, span: Span | None) -> int:
        """Write down what is known: after ``data``, which can be empty, bytes are missing for good.

        Returns the bytes from the front of ``data`` to the next unit, 0 when that cannot be known.
        """
        ...


def joined(first: Span | None, second: Span) -> Span:
    """The span of a message whose parts arrived in these."""
    if first is None:
        return second
    late = first if first[1] > second[1] else second
    return min(first[0], second[0]), late[1], late[2]
