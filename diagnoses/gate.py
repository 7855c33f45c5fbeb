"""The quality gate: what a flaw of the capture would fake is withheld, and the flaw's banner says what and
why.

A rule names the flaws that would fake it (``WITHHELD_BY``); a rule about quality may say which connections
its flaw touches (``affects``), else it touches all.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from diagnoses.case import Connection
from diagnoses.finding import Finding, say
from diagnoses.form import QualityRule

Affects = Callable[[Connection], bool]


class Gate:
    """Lets findings pass, and counts those that it holds back."""

    def __init__(self, rules: Iterable[QualityRule]) -> None:
        self._affects: dict[str, Affects] = {
            rule.CODE: getattr(rule, "affects", _everywhere) for rule in rules
        }
        self.withheld: dict[str, Counter[str]] = {}

    def passes(self, rule: object, code: str, connection: Connection) -> bool:
        """Whether a finding of ``rule`` about ``connection`` may be told."""
        for flaw in getattr(rule, "WITHHELD_BY", ()):
            if flaw in self._affects and self._affects[flaw](connection):
                self.withheld.setdefault(flaw, Counter())[code] += 1
                return False
        return True

    def told(self, finding: Finding) -> Finding:
        """The finding of a flaw, with what was withheld because of it."""
        held = self.withheld.get(finding.code)
        if not held:
            return finding
        codes = sorted(held)
        sentence = say("withheld", n=held.total(), codes=codes)
        numbers = finding.numbers | {"withheld_findings": held.total(), "withheld_codes": codes}
        return replace(finding, explanation=(*finding.explanation, sentence), numbers=numbers)


def _everywhere(_: Connection) -> bool:
    return True
