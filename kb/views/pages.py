"""Where in a long table the reader is."""

from dataclasses import dataclass, replace
from typing import Self

from django.http import HttpRequest


@dataclass(frozen=True)
class Page:
    """Rows [start, start + size) of `total`. `first_asked`: the reader asked for this row, not for a page
    number.
    """

    start: int
    size: int
    total: int = 0
    first_asked: int | None = None

    @classmethod
    def asked(cls, request: HttpRequest, size: int) -> Self:
        """By `?page=`, from 1; what is no such number is page 1."""
        asked = request.GET.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
        return cls(start=(max(1, number) - 1) * size, size=size)

    def of(self, total: int) -> Self:
        """The same page of a table of that many rows; past the end, its last page."""
        last = max(0, (total - 1) // self.size * self.size)
        return replace(self, total=total, start=min(self.start, last))

    @property
    def first(self) -> int:
        """The first row shown, counted from 1; 0 when there is none."""
        return self.start + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The last row shown, counted from 1."""
        return min(self.start + self.size, self.total)

    @property
    def number(self) -> int:
        """This page, from 1."""
        return self.start // self.size + 1

    @property
    def before(self) -> int | None:
        """The number of the page before; None on the first."""
        return self.number - 1 if self.start else None

    @property
    def after(self) -> int | None:
        """The number of the page after; None on the last."""
        return self.number + 1 if self.last < self.total else None
