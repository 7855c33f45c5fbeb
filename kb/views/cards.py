"""Findings as the capture page shows them: one card for equal ones, with everything a template asks for."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from drawing.words import Language
from kb.models import Dispute, Finding
from kb.views import wording
from kb.views.heard import Heard

# Cards are built of this many findings; beyond, only the count is said.
MOST_FINDINGS = 500
# Cards of one diagnosis against different hosts; beyond, one card folds them all.
MOST_CARDS = 3
# A card lists this many frames; the rest is a number.
MOST_FRAMES = 24

FrameLink = Callable[[int | None, int], str]


@dataclass(frozen=True)
class Frame:
    """One piece of evidence: its number and where it is shown."""

    number: int
    link: str


@dataclass(frozen=True)
class Card:
    """One finding in one language, and how many are equal to it."""

    position: int
    code: str
    severity: str
    confidence: str
    connection: int | None
    title: str
    explanation: str
    numbers: list[wording.Number]
    frames: list[Frame]
    frames_left: int
    rejected: list[dict[str, str]]
    would_settle: str
    culprit: str
    others: list["Card"]
    disputes: list[Dispute]  # about the finding itself and about its equals

    @property
    def count(self) -> int:
        """The finding itself and its equals."""
        return 1 + len(self.others)


def card(
    finding: Finding, lang: Language, link: FrameLink, heard: Heard, others: Iterable["Card"] = ()
) -> Card:
    """The card of one finding. `link(connection, frame)` is where a frame of evidence is shown."""
    body, others = finding.body(lang), list(others)
    frames = [int(number) for number in body["frames"]]
    return Card(
        position=finding.position,
        code=finding.code,
        severity=finding.severity,
        confidence=finding.confidence,
        connection=finding.connection,
        title=body["title"],
        explanation=body["explanation"],
        numbers=wording.numbers(body["numbers"], lang),
        frames=[Frame(number, link(finding.connection, number)) for number in frames[:MOST_FRAMES]],
        frames_left=max(0, len(frames) - MOST_FRAMES),
        rejected=[{"name": wording.code(r["code"]), **r} for r in body["rejected"]],
        would_settle=body["would_settle"] or "",
        culprit=wording.culprit(body["culprit"]),
        others=others,
        disputes=heard.about(finding) + [dispute for other in others for dispute in other.disputes],
    )


def grouped(findings: Iterable[Finding], lang: Language, link: FrameLink, heard: Heard) -> list[Card]:
    """One card for each kind of finding against the same hosts, in the order of the first of each. Where a
    diagnosis has very many hosts, they share one card.
    """
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_sameness(finding, lang), []).append(finding)
    return [
        card(first, lang, link, heard, [card(other, lang, link, heard) for other in rest])
        for first, *rest in _merged(groups)
    ]


def _merged(groups: dict[tuple[Any, ...], list[Finding]]) -> list[list[Finding]]:
    """The groups; of a code, severity and confidence with more than MOST_CARDS of them, all as one."""
    kinds = Counter(key[:3] for key in groups)
    merged: dict[tuple[Any, ...], list[Finding]] = {}
    for key, findings in groups.items():
        merged.setdefault(key[:3] if kinds[key[:3]] > MOST_CARDS else key, []).extend(findings)
    return list(merged.values())


def _sameness(finding: Finding, lang: Language) -> tuple[Any, ...]:
    """What two findings must share to be one card: the verdict, how sure, and everybody but the client."""
    return finding.code, finding.severity, finding.confidence, *finding.body(lang)["hosts"][1:]
