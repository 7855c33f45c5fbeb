"""Disputes follow their verdicts: a new report tells them whether it still says what is disputed."""

import numpy as np
from numpy.typing import NDArray

from kb.earlier import text
from kb.models import Dispute, Finding, Report


def follow(report: Report, rows: NDArray[np.void]) -> None:
    """Tells the capture's disputes what this new report says; `rows`: its connections."""
    for dispute in Dispute.objects.filter(capture=report.capture_id):
        before = dispute.connection, dispute.code_now
        at = None if dispute.connection is None else found_again(dispute, dispute.connection, rows)
        if at is not None:
            dispute.connection = int(rows["id"][at])
        dispute.code_now = code_now(dispute, report, rows, at)
        if dispute.code_now != before[1]:
            dispute.rules_now = "" if dispute.code_now is None else report.rules
        if (dispute.connection, dispute.code_now) != before:
            dispute.save(update_fields=["connection", "code_now", "rules_now"])


def code_now(dispute: Dispute, report: Report, rows: NDArray[np.void], at: int | None) -> str | None:
    """What the report says instead of what is disputed, empty: nothing; None when it says the same."""
    if stands(dispute, report, rows, at):
        return None
    return "" if at is None else text(rows["verdict"][at])


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


def found_in(report: Report, connection: int, code: str) -> bool:
    """Whether there is such a finding, be it the connection's verdict or not."""
    return report.findings.filter(connection=connection, code=code).exists()


def ends_of(finding: Finding) -> tuple[str, str]:
    """The first two hosts of a finding, as a dispute keeps them."""
    hosts = [str(host)[:80] for host in finding.body_en["hosts"][:2]]
    first, second = [*hosts, "", ""][:2]
    return first, second


def key_of(finding: Finding) -> tuple[str, int | None, str, str]:
    """Dispute.about of the disputes about this finding."""
    ends = ("", "") if finding.connection is not None else ends_of(finding)
    return finding.code, finding.connection, *ends
