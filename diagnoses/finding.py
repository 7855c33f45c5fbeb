"""A finding: what was concluded, how sure it is, and the packets that prove it. Without evidence none can be
built.
"""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note", "info"]
Confidence = Literal["certain", "likely", "possible"]
Kind = Literal["client", "server", "path", "capture", "unknown"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note", "info")
CONFIDENCES: tuple[Confidence, ...] = ("certain", "likely", "possible")
MOST_FRAMES = 100  # evidence frames in one finding: enough to prove, few enough to look at
Value = int | float | str | bool | list[float] | list[int] | list[str] | None


@dataclass(frozen=True)
class Sentence:
    """A sentence of a diagnosis' words.toml, with the case's own values for its gaps."""

    key: str
    values: dict[str, object] = field(default_factory=dict)


def say(key: str, **values: object) -> Sentence:
    """The sentence ``key`` of the diagnosis' own words."""
    return Sentence(key, values)


@dataclass(frozen=True)
class Culprit:
    """Who did it. ``hops``: 0 is the capture host, else as traceroute counts; None when not known."""

    kind: Kind = "unknown"
    ip: str | None = None
    hops: int | None = None


@dataclass(frozen=True)
class Rejected:
    """Another explanation, and why the packets exclude it (or do not)."""

    code: str
    why: Sentence


@dataclass(frozen=True)
class Finding:
    """One judgement. ``connection`` is None when it concerns the whole capture."""

    code: str
    severity: Severity
    confidence: Confidence
    connection: int | None
    hosts: tuple[str, ...]
    frames: tuple[int, ...]
    title: Sentence
    explanation: tuple[Sentence, ...]
    culprit: Culprit = Culprit()
    numbers: dict[str, Value] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    would_settle: Sentence | None = None

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError(f"{self.code}: a finding without evidence frames cannot be built")
        if not self.explanation:
            raise ValueError(f"{self.code}: a finding without an explanation cannot be built")
        object.__setattr__(self, "frames", tuple(sorted(set(self.frames)))[:MOST_FRAMES])

    @property
    def weight(self) -> tuple[int, int]:
        """Smaller is more important: severity first, then how sure it is."""
        return SEVERITIES.index(self.severity), CONFIDENCES.index(self.confidence)
