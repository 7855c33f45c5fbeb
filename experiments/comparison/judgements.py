"""What the diagnoses found in the captures of two runs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from math import isfinite
from typing import Any

from experiments.comparison.meaning import EPHEMERAL
from experiments.comparison.traffic import apart
from experiments.comparison.values import Section, section
from experiments.comparison.words import NOTHING, SECOND, here_and_there, shown
from packets.errors import Text

Reports = Mapping[str, Mapping[str, Any]]
Findings = dict[str, list[dict[str, Any]]]
CHANCE = {"seq", "isn", "tsval", "mac"}  # words in the names of numbers that no run repeats


def findings(vantage: str, one: Reports, other: Reports) -> Section | None:
    """Findings that were gained, lost, or have other numbers; None also where a report is not there."""
    if vantage not in one or vantage not in other:
        return None
    here, there = (_by_code(reports[vantage]) for reports in (one, other))
    said = [
        sentence
        for code in dict.fromkeys((*here, *there))
        for pair in zip_longest(here.get(code, []), there.get(code, []))
        for sentence in _finding(shown(code)[1:-1], *pair)
    ]
    return section(f"Findings at {vantage}", f"{vantage} の診断結果", said)


def _by_code(report: Mapping[str, Any]) -> Findings:
    """The findings of each code, in the order of the report."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in report.get("findings", []):
        found[str(finding.get("code", ""))].append(finding.get("numbers") or {})
    return dict(found)


def _finding(code: str, here: dict[str, Any] | None, there: dict[str, Any] | None) -> Iterator[Text]:
    if here is None:
        yield {"en": f"{code} is found only there.", "ja": f"{code} はもう一方だけで見つかりました。"}
    elif there is None:
        yield {"en": f"{code} is found only here.", "ja": f"{code} はこちらだけで見つかりました。"}
    else:
        for name in dict.fromkeys((*here, *there)):
            if _differ(name, here.get(name), there.get(name)):
                pair = [
                    NOTHING if value is None else shown(value) for value in (here.get(name), there.get(name))
                ]
                said, what = here_and_there(*pair), shown(name)[1:-1]
                yield {
                    "en": f"{code}: {what} is {said['en']}.",
                    "ja": f"{code} の {what}: {said['ja']}。",
                }


def _differ(name: str, here: Any, there: Any) -> bool:
    """Whether a number of a finding differs by more than chance."""
    if here == there or CHANCE & set(name.split("_")):
        return False
    if not (_is_number(here) and _is_number(there)):
        return True
    if "port" in name and min(here, there) >= EPHEMERAL:
        return False
    if isinstance(here, float) or isinstance(there, float):
        scale = 1 if name.endswith("_s") else 0  # of seconds, a millisecond is chance
        return apart(round(here * SECOND), round(there * SECOND), scale * SECOND // 1000)
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
