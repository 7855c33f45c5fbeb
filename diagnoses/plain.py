"""The report as a person reads it in a terminal: what the page says, in the same order."""

from collections import Counter
from collections.abc import Iterator

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
        "counts": "Connections",
        "none": "no verdict",
        "size": "{packets} packets, {connections} connections, {seconds:.3f} s",
        "file": "About the file",
    },
    "ja": {
        "rejected": "除外した可能性",
        "settle": "確定させる方法",
        "frames": "フレーム",
        "quality": "キャプチャについて",
        "counts": "接続",
        "none": "判定なし",
        "size": "{packets} パケット、{connections} 接続、{seconds:.3f} 秒",
        "file": "ファイルについて",
    },
}
MOST_FINDINGS = 20  # findings printed in full; the rest are counted below


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
    for finding in verdicts.findings[:MOST_FINDINGS]:
        yield from _finding(finding_object(finding, language), words)
    if verdicts.quality:
        yield from ("", words["quality"])
    for finding in verdicts.quality:
        shown = finding_object(finding, language)
        yield f"  ○ {shown['title']} {shown['explanation']}"
    if capture.notes:
        yield from ("", words["file"])
    yield from (f"  ○ {note.text[language]}" for note in capture.notes)
    yield from _counts(capture, verdicts, words)


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


def _counts(capture: Capture, verdicts: Verdicts, words: dict[str, str]) -> Iterator[str]:
    counts = Counter(verdicts.counts)
    counts[words["none"]] = capture.connections - counts.total()
    counts = +counts
    if counts:
        yield from ("", words["counts"])
    yield from (f"  {count} × {verdict}" for verdict, count in counts.most_common())
