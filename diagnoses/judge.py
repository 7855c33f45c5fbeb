"""All rules over all connections, then precedence: one primary finding for each connection, its symptoms
folded away.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection, Group
from diagnoses.faults import Faults
from diagnoses.finding import SEVERITIES, Finding, say
from diagnoses.form import ConnectionRule, GroupRule
from diagnoses.gate import Gate
from diagnoses.registry import CODES, CONNECTIONS, GROUPS, QUALITY
from diagnoses.words import LANGUAGES, render
from packets.table import Table

# Findings kept of one code: beyond them a connection has its verdict, but no words of its own. A port scan of
# a whole network is one story, not a million.
MOST_OF_A_CODE = 5_000
_NONE = -1
_SUPERSEDED_BY = {rule.CODE: rule.SUPERSEDES for rule in CONNECTIONS}


@dataclass(frozen=True)
class Verdicts:
    """What was concluded about a capture. ``codes`` and ``severities``: one element a connection, index in
    CODES and SEVERITIES, -1: no verdict.
    """

    quality: tuple[Finding, ...]
    findings: tuple[Finding, ...]  # most important first
    codes: NDArray[np.int8]
    severities: NDArray[np.int8]
    faults: Counter[str] = field(default_factory=Counter)  # rules that failed, and how often

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many connections have each verdict."""
        numbers, counts = np.unique(self.codes[self.codes != _NONE], return_counts=True)
        return {CODES[n]: c for n, c in zip(numbers.tolist(), counts.tolist(), strict=True)}

    def notes(self) -> list[dict[str, str]]:
        """What the reader must know of the judging itself, in each language."""
        if not self.faults:
            return []
        told = say("rules_failed", n=self.faults.total(), codes=sorted(self.faults))
        return [{language: render("", told, language) for language in LANGUAGES}]

    @property
    def healthy(self) -> int:
        """Connections whose verdict is that nothing is wrong."""
        return int((self.severities == SEVERITIES.index("info")).sum())


class _Bench:
    """Judges groups of connections, then stretch after stretch of their table."""

    def __init__(self, case: Case, gate: Gate) -> None:
        self.case, self.gate, self.faults = case, gate, Faults()
        self.codes = np.full(case.capture.connections, _NONE, np.int8)
        self.severities = np.full(case.capture.connections, _NONE, np.int8)
        self.findings: list[Finding] = []
        self._told: Counter[str] = Counter()
        # For each connection its group's rule: 1 + index in GROUPS, 0: none. Empty until there is a group.
        self._grouped: NDArray[np.int8] = np.zeros(0, np.int8)

    def group(self, rule: GroupRule) -> None:
        """Give the members of each group that the rule finds its verdict."""
        for group in rule.groups(self.case):
            told = all(holds(group) for holds in rule.CONDITIONS)
            if told and self.gate.passes(rule, rule.CODE, self.case.connection(int(group.members[0]))):
                self._keep_group(rule, group, rule.find(group))

    def _keep_group(self, rule: GroupRule, group: Group, finding: Finding) -> None:
        if not len(self._grouped):
            self._grouped = np.zeros(len(self.codes), np.int8)
        members = group.members[self._grouped[group.members] == 0]
        self._grouped[members] = 1 + GROUPS.index(rule)
        self.codes[members] = CODES.index(rule.CODE)
        self.severities[members] = SEVERITIES.index(finding.severity)
        self.findings.append(finding)

    def _spare_members(self, rule: ConnectionRule, mask: NDArray[np.bool_], first: int) -> None:
        """What the verdict of a group explains is not looked for in its members."""
        if not len(self._grouped):
            return
        grouped = self._grouped[first : first + len(mask)]
        for number, owner in enumerate(GROUPS, start=1):
            if rule.CODE in owner.SUPERSEDES:
                mask &= grouped != number

    def judge(self, table: Table) -> None:
        """Give each connection of the stretch its verdict."""
        masks = [rule.candidates(table) for rule in CONNECTIONS]
        for rule, mask in zip(CONNECTIONS, masks, strict=True):
            self._spare_members(rule, mask, table.first)
            self._leave_out(rule, mask, table.first)
        for at in np.flatnonzero(np.logical_or.reduce(masks)).tolist():
            rules = [rule for rule, mask in zip(CONNECTIONS, masks, strict=True) if mask[at]]
            connection = self.case.among(table, at)
            found = [finding for rule in rules if (finding := self._apply(rule, connection))]
            if found:
                self._keep(connection.number, _without_symptoms(found))

    def _apply(self, rule: ConnectionRule, connection: Connection) -> Finding | None:
        return self.faults.guarded(rule.CODE, partial(self._find, rule, connection), None)

    def _find(self, rule: ConnectionRule, connection: Connection) -> Finding | None:
        if not all(holds(connection) for holds in rule.CONDITIONS):
            return None
        return rule.find(connection) if self.gate.passes(rule, rule.CODE, connection) else None

    def _leave_out(self, rule: ConnectionRule, mask: NDArray[np.bool_], first: int) -> None:
        """Healthy connections beyond the first ones of their kind: they keep the verdict, without a
        finding.
        """
        most = getattr(rule, "MOST_FINDINGS", None)
        if most is None:
            return
        named = np.flatnonzero(mask)
        beyond = named[max(most - self._told[rule.CODE], 0) :]
        self._told[rule.CODE] += len(named) - len(beyond)
        mask[beyond] = False
        self.codes[first + beyond] = CODES.index(rule.CODE)
        self.severities[first + beyond] = SEVERITIES.index("info")

    def _keep(self, number: int, found: list[Finding]) -> None:
        primary = min(found, key=_order)
        severity = SEVERITIES.index(primary.severity)
        in_group = len(self._grouped) > 0 and self._grouped[number] > 0
        if not in_group or severity < self.severities[number]:
            self.codes[number], self.severities[number] = CODES.index(primary.code), severity
        for finding in found:
            if self._told["finding " + finding.code] < MOST_OF_A_CODE:
                self._told["finding " + finding.code] += 1
                self.findings.append(finding)


def judge(case: Case) -> Verdicts:
    """Judge a capture."""
    flaws = [rule for rule in QUALITY if all(holds(case) for holds in rule.CONDITIONS)]
    bench = _Bench(case, Gate(flaws))
    for rule in GROUPS:
        bench.faults.guarded(rule.CODE, partial(bench.group, rule), None)
    for table in case.capture.stretches():
        bench.judge(table)
    quality = tuple(bench.gate.told(flaw.find(case)) for flaw in flaws)
    findings = tuple(sorted(bench.findings, key=_order))
    return Verdicts(quality, findings, bench.codes, bench.severities, bench.faults.counts)


def _without_symptoms(findings: list[Finding]) -> list[Finding]:
    superseded = {code for finding in findings for code in _SUPERSEDED_BY[finding.code]}
    return [f for f in findings if f.code not in superseded]


def _order(finding: Finding) -> tuple[int, int, int, int]:
    return (*finding.weight, CODES.index(finding.code), finding.frames[0])
