"""Readers disagree: a dispute begins, and is answered. What later diagnoses make of it: kb/following.py."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from kb import reports
from kb.earlier import text
from kb.following import ends_of, found_in
from kb.models import Capture, Dispute, Report, User
from kb.outcomes import AlreadySaid, NoSuchVerdict, NotAccepted, TooManyWords, TooOften
from kb.streams import cleaned

LEAST, MOST = 3, 2000  # characters of a reason, and of an answer
MOST_AN_HOUR = 30  # disputes of one reader: more than anybody who reads a report writes
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class About:
    """A verdict of a report; the names are those of Dispute."""

    code: str
    connection: int | None
    client: str
    server: str
    first_ns: int | None


def about(report: Report, code: str, connection: int | None, position: int | None = None) -> About | None:
    """The verdict that is meant; None when the report holds none."""
    code = cleaned(code)
    if connection is None:
        return about_capture(report, code, position)
    try:
        return about_connection(report, code, reports.connection_row(report, connection))
    except (LookupError, OverflowError):
        return None


def about_connection(report: Report, code: str, row: np.void) -> About | None:
    """The verdict of that code about a connection, CONNECTION_DTYPE; None when the report holds none.

    The empty code is a verdict that is missing, which only a connection without one can have.
    """
    number = int(row["id"])
    if text(row["verdict"]) != code and not (code and found_in(report, number, code)):
        return None
    return About(code, number, text(row["client"]), text(row["server"]), int(row["first_ns"]))


def about_capture(report: Report, code: str, position: int | None = None) -> About | None:
    """A finding about no single connection: about the capture itself, or about hosts. Of several with that
    code `position` tells which; the first otherwise.
    """
    findings = list(report.findings.filter(connection=None, code=code))
    chosen = next((f for f in findings if f.position == position), findings[0] if findings else None)
    return About(code, None, *ends_of(chosen), None) if chosen else None


def begin(report: Report, reader: User, what: About | None, why: str) -> Dispute | NotAccepted:
    """A new dispute; or why there is none. The caller has settled that the reader may see the capture."""
    why = plain(why)
    if what is None:
        return NoSuchVerdict.any_more()
    if not LEAST <= len(why) <= MOST:
        return TooManyWords.than(LEAST, MOST)
    with transaction.atomic():
        theirs = Dispute.objects.filter(reader=reader)
        if theirs.filter(created__gt=timezone.now() - HOUR).count() >= MOST_AN_HOUR:
            return TooOften.than(MOST_AN_HOUR)
        same = theirs.filter(capture=report.capture_id, state=Dispute.State.OPEN, code=what.code)
        if any(dispute.about == Dispute(**vars(what)).about for dispute in same):
            return AlreadySaid.by_you()
        return Dispute.objects.create(
            capture_id=report.capture_id, rules=report.rules, reader=reader, why=why, **vars(what)
        )


def plain(words: str) -> str:
    """As it is kept: no NUL, the line ends of Unix, nothing around it."""
    said: str = cleaned(words).replace("\r\n", "\n").replace("\r", "\n").strip()
    return said


def answer(dispute: Dispute, curator: User, state: str, words: str) -> NotAccepted | None:
    """Closes the dispute, or closes it otherwise than before; returns why not.

    The caller has settled that this is a curator who may see the capture.
    """
    words = plain(words)
    if not LEAST <= len(words) <= MOST or state not in (Dispute.State.ACCEPTED, Dispute.State.DECLINED):
        return TooManyWords.than(LEAST, MOST)
    dispute.state, dispute.answer = state, words
    dispute.answered_by, dispute.answered = curator, timezone.now()
    dispute.save(update_fields=["state", "answer", "answered_by", "answered"])
    return None


def on(capture: Capture) -> list[Dispute]:
    """All disputes about a capture, newest first."""
    return list(capture.disputes.select_related("reader", "answered_by"))
