"""Which of the entries that hold the words comes first: one order for every database.

An entry's score adds up what each needle is worth: more in the title, codes and tags than in the summary,
more there than in the text; more as a whole word than as the beginning or the inside of one; rare needles
more than those that every candidate holds. What holds all of them, or holds them side by side, comes first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kb.models import SearchEntry
from kb.search.needles import Needle, Query, is_kanji

HEAD, LEAD, BODY = 6.0, 2.5, 1.0
WHOLE, BEGINNING, INSIDE = 1.0, 0.8, 0.4
PART, SHORTEST_PART = 0.5, 3  # of a Japanese run; characters
SHORTEST_INSIDE = 5  # letters: "rst" inside "first" means nothing
COUNTED = 30  # times that a word is counted in a text
SIDE_BY_SIDE = (("head", 2.0), ("lead", 1.6), ("body", 1.5))
KINDS = {"article": 1.0, "runbook": 0.95, "experiment": 0.85, "capture": 0.8, "attachment": 0.5}
OTHER_LANGUAGE = 0.85
EXPLAINS = 12.0  # for what a recognised symptom means


@dataclass(frozen=True)
class Ranked:
    """An entry and what it is worth."""

    entry: SearchEntry
    score: float


def ranked(
    entries: Sequence[SearchEntry],
    query: Query,
    needles: Sequence[Needle],
    language: str,
    codes: Sequence[str] = (),
) -> list[Ranked]:
    """The entries that hold any of the needles, best first. `codes`: what a recognised symptom means."""
    found = [[worth(entry, needle) for needle in needles] for entry in entries]
    rarity = [rare(len(entries), sum(1 for row in found if row[at])) for at in range(len(needles))]
    scored = []
    for entry, row in zip(entries, found, strict=True):
        score = total(row, rarity) * closeness(entry, query) + explained(entry, codes)
        if score and holds_phrases(entry, query):
            scored.append(Ranked(entry, score * standing(entry, language)))
    return sorted(
        scored, key=lambda each: (-each.score, len(each.entry.head), each.entry.kind, each.entry.key)
    )


def rare(candidates: int, holders: int) -> float:
    """What a needle counts for."""
    return math.log(1 + candidates / holders) if holders else math.log(1 + candidates)


def total(row: Sequence[float], rarity: Sequence[float]) -> float:
    """The worth of all needles, less where some are missing."""
    whole = sum(rarity) or 1.0
    there = sum(weight for worth_, weight in zip(row, rarity, strict=True) if worth_)
    return sum(worth_ * weight for worth_, weight in zip(row, rarity, strict=True)) * (there / whole) ** 2


def closeness(entry: SearchEntry, query: Query) -> float:
    """More for a text that holds the query as it was typed, most for a title that is the query."""
    if entry.title.casefold() == query.text.casefold() or query.folded in entry.codes:
        return 4.0
    if [query.folded] == [needle.text for needle in query.needles]:
        return 1.0  # that it is there is known
    places = [(text_of(entry, field).count(query.folded), factor) for field, factor in SIDE_BY_SIDE]
    often = math.log2(1 + min(sum(times for times, _ in places), COUNTED)) / 4
    return next((factor + often for times, factor in places if times), 1.0)


def explained(entry: SearchEntry, codes: Sequence[str]) -> float:
    """What is found because it explains the symptom, the first code more than the last."""
    places = [at for at, code in enumerate(codes) if code in entry.codes]
    return EXPLAINS / (1 + places[0]) / math.sqrt(len(entry.codes)) if places else 0.0


def holds_phrases(entry: SearchEntry, query: Query) -> bool:
    """Whether what stood between quotation marks is there."""
    return all(phrase in entry.head or phrase in entry.body for phrase in query.phrases)


def standing(entry: SearchEntry, language: str) -> float:
    """By kind, and by the reader's language."""
    other = entry.language not in ("", language)
    return KINDS[entry.kind] * (OTHER_LANGUAGE if other else 1.0)


def text_of(entry: SearchEntry, field: str) -> str:
    """The folded text. The lead is the first line of the body."""
    if field == "lead":
        return entry.body.partition("\n")[0]
    text: str = getattr(entry, field)
    return text


def worth(entry: SearchEntry, needle: Needle) -> float:
    """What the needle is worth in this entry; 0 where it is not there."""
    lead, _, body = entry.body.partition("\n")
    in_body, times = held(body, needle)
    score = HEAD * held(entry.head, needle)[0] + LEAD * held(lead, needle)[0]
    return score + BODY * in_body * (1 + math.log2(1 + times) / 3)


def held(text: str, needle: Needle) -> tuple[float, int]:
    """How well the text holds the needle, and how often (up to COUNTED)."""
    if needle.is_run:
        times = min(text.count(needle.text), COUNTED)
        return (WHOLE, times) if times else (part_of_run(text, needle.text), 1)
    if needle.whole and needle.text in text:
        return WHOLE, min(text.count(needle.text), COUNTED)
    words = [*needle.parts[:-1], needle.stem]
    best = [word(text, one) for one in words]
    return min(best, key=lambda each: each[0])


def part_of_run(text: str, run: str) -> float:
    """Of チェックサムエラー the longest beginning or end that is there: チェックサム."""
    least = max(2 if is_kanji(run) else SHORTEST_PART, len(run) // 2)
    for length in range(len(run) - 1, least - 1, -1):
        if run[:length] in text or run[-length:] in text:
            return PART * length / len(run)
    return 0.0


def word(text: str, wanted: str) -> tuple[float, int]:
    """How well a single word is held: whole, as a beginning, or inside another."""
    best, times, at = 0.0, 0, text.find(wanted)
    while at >= 0 and times < COUNTED:
        quality = fit(text, at, at + len(wanted))
        best, times = max(best, quality), times + bool(quality)
        at = text.find(wanted, at + len(wanted))
    return best, times


def fit(text: str, start: int, end: int) -> float:
    """A whole word, the beginning of one, or the inside of one."""
    if start and is_letter(text[start - 1]):
        return INSIDE if end - start >= SHORTEST_INSIDE else 0.0
    if end < len(text) and is_letter(text[end]):
        return BEGINNING if end - start > 1 else 0.0
    return WHOLE


def is_letter(character: str) -> bool:
    """A letter or digit of a script with spaces."""
    return character.isalnum() and character < "\u2e80"
