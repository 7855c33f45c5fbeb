"""The comparison as a person reads it in a terminal."""

from collections.abc import Iterator

from diagnoses.two_points import words
from diagnoses.two_points.comparison import Comparison
from diagnoses.two_points.objects import change_object, headline, placed_object, summary

_HEADS = {
    "en": {"beside": "Beside the other capture", "rewrites": "Changed on the way", "more": "And {n} more."},
    "ja": {"beside": "もう一方のキャプチャとの比較", "rewrites": "途中での書き換え", "more": "ほか {n} 件。"},
}
MOST_PLACED = 30  # printed; --json has more


def lines(comparison: Comparison, language: str) -> Iterator[str]:
    """What the comparison says, line by line."""
    heads = _HEADS[language]
    yield from ("", heads["beside"], f"  {words.render(headline(comparison), language)}")
    yield from (f"  {words.render(sentence, language)}" for sentence in summary(comparison))
    for placed in comparison.placed[:MOST_PLACED]:
        shown = placed_object(placed, language)
        yield from ("", f"● {shown['kind_name']}: {shown['where_name']}", f"  {shown['text']}")
        yield f"  {shown['kind']} · {shown['where']} · {shown['confidence']}"
    if len(comparison.placed) > MOST_PLACED:
        yield from ("", heads["more"].format(n=len(comparison.placed) - MOST_PLACED))
    if comparison.changes:
        yield from ("", heads["rewrites"])
    yield from (f"  ○ {change_object(change, language)['text']}" for change in comparison.changes)
