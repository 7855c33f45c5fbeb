"""All rules over all connections, then precedence: one primary finding for each connection, its symptoms
folded away.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    masks = [rule.candidates(case.capture.table) for rule in CONNECTIONS]
    untold = {
        number: (rule.CODE, "info")
        for rule, mask in zip(CONNECTIONS, masks, strict=True)
        for number in _leave_out(rule, mask)
    }
    kept = {}
    for connection in case.connections(np.logical_or.reduce(masks)):
        rules = [rule for rule, mask in zip(CONNECTIONS, masks, strict=True) if mask[connection.number]]
        found = [finding for rule in rules if (finding := _apply(rule, connection))]
        if found:
            kept[connection.number] = _without_symptoms(found)
    primary = untold | {number: _primary(findings) for number, findings in kept.items()}
    return Verdicts(quality, tuple(sorted((f for fs in kept.values() for f in fs), key=_order)), primary)


def _leave_out(rule: ConnectionRule, mask: NDArray[np.bool_]) -> list[int]:
    """Healthy connections beyond the first ones of their kind: they keep the verdict, without a finding."""
    beyond: NDArray[np.int64] = np.flatnonzero(mask)[getattr(rule, "MOST_FINDINGS", len(mask)) :]
    mask[beyond] = False
    numbers: list[int] = beyond.tolist()
    return numbers


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
