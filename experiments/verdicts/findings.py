"""Expectations of what the diagnoses say about a capture."""

from collections.abc import Iterator, Mapping
from math import isclose
from typing import Any

from experiments.artefacts import Broken
from experiments.verdicts.showing import MANY, frames, plain, within
from experiments.verdicts.values import Case, Seen

GRAVE = ("error", "warning")
Finding = Mapping[str, Any]


def _all(case: Case, at: str) -> list[Finding]:
    """All findings at a vantage, those on the quality of the capture too.

    Raises:
        Broken: when there is no report, so that nobody takes silence for health.
    """
    report = case.reports.get(at)
    findings = report.get("findings") if isinstance(report, Mapping) else None
    if report is None or not isinstance(findings, list):
        raise Broken(f"There is no report on {at}.", f"{at} についてのレポートがありません。")
    capture = report.get("capture")
    capture = capture if isinstance(capture, Mapping) else {}
    told = case.run.manifest.capture(at)
    if told and capture.get("packets", told.packets) != told.packets:
        raise Broken(
            f"The report on {at} is of another capture.",
            f"{at} についてのレポートは別のキャプチャのものです。",
        )
    quality = capture.get("quality", [])
    return [one for one in (*findings, *quality) if isinstance(one, Mapping)]


def _frames(findings: list[Finding]) -> tuple[int, ...]:
    numbers = {number for one in findings for number in one.get("frames", ())}
    return tuple(sorted(numbers))


def _named(findings: list[Finding], at: str) -> tuple[str, str]:
    """The codes that were found, each with its frames."""
    if not findings:
        return f"Nothing is found at {at}.", f"{at} では何も見つかっていません。"
    pairs = [_with_frames(one) for one in findings[:MANY]]
    rest = ["…"] * (len(findings) > MANY)
    en, ja = (sep.join([pair[k] for pair in pairs] + rest) for k, sep in ((0, "; "), (1, "、")))
    return f"Found at {at}: {en}.", f"{at} で見つかったもの: {ja}。"


def _with_frames(finding: Finding) -> tuple[str, str]:
    code, numbers = plain(str(finding.get("code")))[1:-1], _frames([finding])
    if not numbers:
        return code, code
    en, ja = frames(numbers)
    return f"{code} ({en})", f"{code} ({ja})"


def finding(case: Case, said: dict[str, Any]) -> Seen:
    """A diagnosis is found."""
    everything = _all(case, said["at"])
    found = [one for one in everything if one.get("code") == said["code"]]
    return _seen(bool(found), found or everything, said["at"])


def no_finding(case: Case, said: dict[str, Any]) -> Seen:
    """A diagnosis is not found; "*": no error and no warning is."""
    found = [one for one in _all(case, said["at"]) if _counts(one, said["code"])]
    if found:
        return _seen(False, found, said["at"])
    recorded = case.run.manifest.capture(said["at"])
    if recorded is None or recorded.packets == 0:  # nothing could have been found
        return Seen(False, "The capture is empty.", "キャプチャは空です。")
    if said["code"] == "*":
        return Seen(True, "There is no error and no warning.", "エラーも警告もありません。")
    return Seen(True, f"{said['code']} is not found.", f"{said['code']} は見つかっていません。")


def _counts(finding: Finding, code: str) -> bool:
    return finding.get("severity") in GRAVE if code == "*" else finding.get("code") == code


def _seen(held: bool, found: list[Finding], at: str) -> Seen:
    numbers = _frames(found)
    return Seen(held, *_named(found, at), {at: numbers} if numbers else {})


def numbers(case: Case, said: dict[str, Any]) -> Seen:
    """One finding of this code has all these numbers."""
    everything = _all(case, said["at"])
    found = [one for one in everything if one.get("code") == said["of"]]
    if not found:
        return _seen(False, everything, said["at"])
    wanted = said["numbers"]
    fitting = [one for one in found if wanted and all(_fits(one, name, wanted[name]) for name in wanted)]
    shown = fitting or found
    numbers = _frames(shown)
    en, ja = (sep.join(_measured(shown, wanted, k)) for k, sep in ((0, "; "), (1, "、")))
    return Seen(bool(fitting), f"{en}.", f"{ja}。", {said["at"]: numbers} if numbers else {})


def _measured(findings: list[Finding], wanted: Mapping[str, Any], language: int) -> Iterator[str]:
    for one in findings[:MANY]:
        figures = _figures(one)
        missing = ("missing", "なし")[language]
        values = [f"{name} = {plain(figures[name]) if name in figures else missing}" for name in wanted]
        yield f"{_with_frames(one)[language]}: {', '.join(values)}"


def _figures(finding: Finding) -> Mapping[str, Any]:
    figures = finding.get("numbers")
    return figures if isinstance(figures, Mapping) else {}


def _fits(finding: Finding, name: str, wanted: Any) -> bool:
    figures = _figures(finding)
    return name in figures and same(figures[name], wanted)


def same(value: Any, wanted: Any) -> bool:
    """Whether a number of a finding is the wanted one. True is not 1, and "1" is not 1."""
    if isinstance(wanted, Mapping):
        return _is_number(value) and within(value, wanted)
    if isinstance(wanted, list | tuple):
        alike = isinstance(value, list | tuple) and len(value) == len(wanted)
        return alike and all(same(one, other) for one, other in zip(value, wanted, strict=True))
    if _is_number(wanted) and _is_number(value):
        return value == wanted or isclose(value, wanted, rel_tol=1e-9)
    return type(value) is type(wanted) and bool(value == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
