"""The report as a person reads it in a terminal: what the page says, in the same order."""

from collections.abc import Iterator, Sequence

from diagnoses import overview
from diagnoses.case import Case
from diagnoses.finding import Finding
from diagnoses.headline import headline
from diagnoses.judge import Verdicts
from diagnoses.objects import finding_object
from packets.capture import Capture

_MARKS = {"error": "✖", "warning": "▲", "note": "○", "info": "✔", "none": "–"}
_WORDS = {
    "en": {
        "rejected": "Rejected",
        "settle": "Would settle it",
        "frames": "Frames",
        "quality": "About the capture",
        "overview": "Connections",
        "alike": "And {count} more like it.",
        "size": "{packets} packets, {connections} connections, {seconds:.3f} s",
        "file": "About the file",
    },
    "ja": {
        "rejected": "除外した可能性",
        "settle": "確定させる方法",
        "frames": "フレーム",
        "quality": "キャプチャについて",
        "overview": "接続",
        "alike": "ほかに同様の判定が {count} 件あります。",
        "size": "{packets} パケット、{connections} 接続、{seconds:.3f} 秒",
        "file": "ファイルについて",
    },
}
MOST_FINDINGS = 20  # findings printed in full, one of each code and server; the overview counts all


def lines(capture: Capture, verdicts: Verdicts, language: str) -> Iterator[str]:
    """The report, line by line."""
    words, first = _WORDS[language], headline(capture, verdicts)
    yield f"{_MARKS[first.severity]} {first.text[language]}"
    size = {
        "packets": capture.packet_count,
        "connections": capture.connections,
        "seconds": capture.duration_ns / 1e9,
    }
    yield "  " + words["size"].format(**size)
    if capture.connections > 1:
        yield from _overview(capture, verdicts, language)
    for finding, alike in list(_different(verdicts.findings).values())[:MOST_FINDINGS]:
        yield from _finding(finding_object(finding, language), words)
        if alike:
            yield "  " + words["alike"].format(count=alike)
    if verdicts.quality:
        yield from ("", words["quality"])
    for finding in verdicts.quality:
        shown = finding_object(finding, language)
        yield f"  ○ {shown['title']} {shown['explanation']}"
    notes = [*(note.text for note in capture.notes), *verdicts.notes()]
    if notes:
        yield from ("", words["file"])
    yield from (f"  ○ {note[language]}" for note in notes)


def _finding(shown: dict[str, object], words: dict[str, str]) -> Iterator[str]:
    yield ""
    yield f"{_MARKS[str(shown['severity'])]} {shown['title']}"
    yield f"  {shown['code']} · {shown['severity']} · {shown['confidence']}"
    yield f"  {shown['explanation']}"
    frames = shown["frames"]
    assert isinstance(frames, list)
    yield f"  {words['frames']}: {', '.join(map(str, frames))}"
    rejected = shown["rejected"]
    assert isinstance(rejected, list)
    yield from (f"  {words['rejected']}: {r['code']}: {r['why']}" for r in rejected)
    if shown["would_settle"]:
        yield f"  {words['settle']}: {shown['would_settle']}"


def _different(findings: Sequence[Finding]) -> dict[tuple[str, ...], tuple[Finding, int]]:
    """The first finding of each code and server, and how many more there are."""
    found: dict[tuple[str, ...], tuple[Finding, int]] = {}
    for finding in findings:
        key = (finding.code, *finding.hosts[-1:])
        first, alike = found.get(key, (finding, -1))
        found[key] = (first, alike + 1)
    return found


def _overview(capture: Capture, verdicts: Verdicts, language: str) -> Iterator[str]:
    case = Case(capture)
    lines = overview.lines(case, verdicts)
    if lines:
        yield from ("", _WORDS[language]["overview"])
    for line in lines:
        yield f"  {_MARKS[line.severity or 'none']} {overview.text(case, line, language)}"
