"""All rules over all connections, then precedence: one primary finding for each connection, its symptoms
folded away.
"""

from collections import defaultdict
from dataclasses import dataclass

from diagnoses.case import Case, Connection
from diagnoses.finding import Finding
from diagnoses.form import ConnectionRule
from diagnoses.registry import CODES, CONNECTIONS, QUALITY


@dataclass(frozen=True)
class Verdicts:
    """What was concluded about a capture."""

    quality: tuple[Finding, ...]
    findings: tuple[Finding, ...]  # most important first
    primary: dict[int, tuple[str, str]]  # connection to the code and severity of its verdict


def judge(case: Case) -> Verdicts:
    """Judge a capture."""
    quality = tuple(rule.find(case) for rule in QUALITY if all(holds(case) for holds in rule.CONDITIONS))
    found: dict[int, list[Finding]] = defaultdict(list)
    untold: dict[int, tuple[str, str]] = {}
    for rule in CONNECTIONS:
        told = 0
        for connection in case.connections(rule.candidates(case.capture.table)):
            if told == getattr(rule, "MOST_FINDINGS", None):
                untold[connection.number] = (rule.CODE, "info")
            elif finding := _apply(rule, connection):
                found[connection.number].append(finding)
                told += 1
    kept = {number: _without_symptoms(findings) for number, findings in found.items()}
    primary = untold | {number: _primary(findings) for number, findings in kept.items()}
    return Verdicts(quality, tuple(sorted((f for fs in kept.values() for f in fs), key=_order)), primary)


def _apply(rule: ConnectionRule, connection: Connection) -> Finding | None:
    return rule.find(connection) if all(holds(connection) for holds in rule.CONDITIONS) else None


def _without_symptoms(findings: list[Finding]) -> list[Finding]:
    superseded = {
        code for rule in CONNECTIONS for code in rule.SUPERSEDES if any(f.code == rule.CODE for f in findings)
    }
    return [f for f in findings if f.code not in superseded]


def _order(finding: Finding) -> tuple[int, int, int, int]:
    return (*finding.weight, CODES.index(finding.code), finding.frames[0])


def _primary(findings: list[Finding]) -> tuple[str, str]:
    first = min(findings, key=_order)
    return first.code, first.severity
