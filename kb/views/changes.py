"""What changed since the diagnosis before, as the capture page tells it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from kb import earlier
from kb.models import Capture, EarlierReport, Report
from kb.views import wording

FRESH = timedelta(hours=1)  # whoever asked for the diagnosis still looks at it


@dataclass(frozen=True)
class Named:
    """A connection and its page."""

    number: int
    link: str


@dataclass(frozen=True)
class Pair:
    """Connections whose verdict changed in the same way; both codes may be empty: no verdict."""

    was: str
    now: str
    count: int
    first: list[Named]
    link: str  # to all of them

    @property
    def left(self) -> int:
        """How many are not named."""
        return self.count - len(self.first)


@dataclass(frozen=True)
class Changes:
    """The report beside the one before it."""

    rules: str
    created: datetime
    same: bool  # connections are numbered as before
    changed: int
    pairs: list[Pair]
    pairs_left: int  # connections of pairs that are not listed
    totals: list[dict[str, Any]]
    came: list[str]  # names of quality findings
    went: list[str]
    fresh: bool
    uncompared: int  # connections beyond those that were compared

    @property
    def nothing(self) -> bool:
        """Whether the two say the same."""
        return self.same and not (self.changed or self.came or self.went)


def since(capture: Capture, report: Report) -> Changes | None:
    """None when there was no report before."""
    found = EarlierReport.objects.filter(capture=capture).defer("verdicts").first()
    if found is None or found.changes is None:
        return None
    told = found.changes
    pairs = [pair(capture, one) for one in told["pairs"]]
    return Changes(
        rules=found.rules,
        created=found.created,
        same=told["same"],
        changed=told["changed"],
        pairs=pairs,
        pairs_left=told["changed"] - sum(one.count for one in pairs),
        totals=told["totals"],
        came=[wording.code(code) for code in told["came"]],
        went=[wording.code(code) for code in told["went"]],
        fresh=datetime.now(UTC) - report.created < FRESH,
        uncompared=report.connections - told["compared"],
    )


def pair(capture: Capture, told: dict[str, Any]) -> Pair:
    """One line of the table."""
    page = reverse("connections", args=[capture.uid])
    query = urlencode({"verdict": told["now"], "before": told["was"]})
    first = [Named(number, reverse("connection", args=[capture.uid, number])) for number in told["first"]]
    return Pair(told["was"], told["now"], told["count"], first, f"{page}?{query}")


@dataclass(frozen=True)
class Before:
    """The verdict that a connection had in the report before; an empty code: none."""

    code: str
    rules: str


def of_connection(report: Report, number: int, verdict: str) -> Before | None:
    """What the connection was judged before, where that differs from its verdict now."""
    found = EarlierReport.objects.filter(capture=report.capture_id).first()
    if found is None or not (found.changes or {}).get("same"):
        return None
    indexes = earlier.codes_of(found)
    code = found.codes[indexes[number]] if number < len(indexes) else verdict
    return Before(code, found.rules) if code != verdict else None
