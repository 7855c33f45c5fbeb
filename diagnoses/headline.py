"""The one sentence above everything else: the most important finding, or what the capture holds when nothing
is wrong.
"""

from dataclasses import dataclass

from diagnoses.finding import Finding
from diagnoses.judge import Verdicts
from diagnoses.words import LANGUAGES, render
from packets.capture import Capture


@dataclass(frozen=True)
class Headline:
    """``severity`` is that of the finding, or "none" when there is nothing to report."""

    text: dict[str, str]
    severity: str


_EMPTY = {
    "en": "The file is a capture, but holds no packets.",
    "ja": "ファイルはキャプチャですが、パケットを含んでいません。",
}
_NOTHING = {
    "en": "No fault was found. Connections judged healthy: {judged:,}; without a verdict: {silent:,}.",
    "ja": "異常は見つかりませんでした。正常と判定した接続: {judged:,}、判定なし: {silent:,}。",
}
_HEALTHY = {
    "en": "All {judged:,} connections in this capture are healthy.",
    "ja": "このキャプチャの {judged:,} 個の接続はすべて正常です。",
}
_MORE = {
    "en": " {count:,} connections show this verdict.",
    "ja": "同じ判定の接続は {count:,} 個あります。",
}


def headline(capture: Capture, verdicts: Verdicts) -> Headline:
    """Choose and word the headline in all languages."""
    if not capture.packet_count:
        return Headline(dict(_EMPTY), "none")
    first = verdicts.findings[0] if verdicts.findings else None
    if first is None or (first.severity == "info" and capture.connections > 1):
        return _calm(capture, verdicts)
    return Headline({lang: _with_count(first, verdicts, lang) for lang in LANGUAGES}, first.severity)


def _calm(capture: Capture, verdicts: Verdicts) -> Headline:
    judged = verdicts.healthy
    silent = capture.connections - judged
    words = _HEALTHY if not silent and judged else _NOTHING
    return Headline(
        {lang: words[lang].format(judged=judged, silent=silent) for lang in LANGUAGES},
        "none" if silent else "info",
    )


def _with_count(first: Finding, verdicts: Verdicts, language: str) -> str:
    same = verdicts.counts.get(first.code, 0)
    more = _MORE[language].format(count=same) if same > 1 else ""
    return render(first.code, first.title, language) + more
