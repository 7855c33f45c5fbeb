"""Readers disagree: a dispute begins, is answered, and follows its verdict through later diagnoses."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from kb.earlier import text
from kb.models import Capture, Dispute, Finding, Report, User
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


def about_connection(report: Report, code: str, row: np.void) -> About | None:
    """The verdict of that code about a connection, CONNECTION_DTYPE; None when the report holds none.

    The empty code is a verdict that is missing, which only a connection without one can have.
    """
    number = int(row["id"])
    if text(row["verdict"]) != code and not (code and found_in(report, number, code)):
        return None
    return About(code, number, text(row["client"]), text(row["server"]), int(row["first_ns"]))


def found_in(report: Report, connection: int, code: str) -> bool:
    """Whether there is such a finding, be it the connection's verdict or not."""
    return report.findings.filter(connection=connection, code=code).exists()


def about_capture(report: Report, code: str, position: int | None = None) -> About | None:
    """A finding about no single connection: about the capture itself, or about hosts. Of several with that
    code `position` tells which; the first otherwise.
    """
    findings = list(report.findings.filter(connection=None, code=code))
    chosen = next((f for f in findings if f.position == position), findings[0] if findings else None)
    return About(code, None, *ends_of(chosen), None) if chosen else None


def ends_of(finding: Finding) -> tuple[str, str]:
    """The first two hosts of a finding, as a dispute keeps them."""
    hosts = [str(host)[:80] for host in finding.body_en["hosts"][:2]]
    first, second = [*hosts, "", ""][:2]
    return first, second


def key_of(finding: Finding) -> tuple[str, int | None, str, str]:
    """Dispute.about of the disputes about this finding."""
    ends = ("", "") if finding.connection is not None else ends_of(finding)
    return finding.code, finding.connection, *ends


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


def follow(report: Report, rows: NDArray[np.void]) -> None:
    """Tells the capture's disputes what this new report says; `rows`: its connections."""
    for dispute in Dispute.objects.filter(capture=report.capture_id):
        at = None if dispute.connection is None else found_again(dispute, dispute.connection, rows)
        if at is not None:
            dispute.connection = int(rows["id"][at])
        now = None if stands(dispute, report, rows, at) else ("" if at is None else text(rows["verdict"][at]))
        if now != dispute.code_now:
            dispute.code_now, dispute.rules_now = now, "" if now is None else report.rules
        dispute.save(update_fields=["connection", "code_now", "rules_now"])


def found_again(dispute: Dispute, number: int, rows: NDArray[np.void]) -> int | None:
    """The row of its connection: at its old number, or wherever the same ends began at the same time."""
    guess = int(np.searchsorted(rows["id"], number))
    for some in (
        np.arange(guess, min(guess + 1, len(rows))),
        np.flatnonzero(rows["first_ns"] == dispute.first_ns),
    ):
        for at in some.tolist():
            if same_connection(dispute, rows[at]):
                return int(at)
    return None


def same_connection(dispute: Dispute, row: np.void) -> bool:
    """Whether the row is the connection that the dispute is about."""
    ends = text(row["client"]), text(row["server"])
    return ends == (dispute.client, dispute.server) and int(row["first_ns"]) == dispute.first_ns


def stands(dispute: Dispute, report: Report, rows: NDArray[np.void], at: int | None) -> bool:
    """Whether the report still says what is disputed."""
    if dispute.connection is None:
        same_code = report.findings.filter(connection=None, code=dispute.code)
        return any(key_of(finding) == dispute.about for finding in same_code)
    if at is None:
        return False
    judged = text(rows["verdict"][at])
    return judged == dispute.code or (
        dispute.code != "" and found_in(report, int(rows["id"][at]), dispute.code)
    )


def on(capture: Capture) -> list[Dispute]:
    """All disputes about a capture, newest first."""
    return list(capture.disputes.select_related("reader", "answered_by"))
