"""What experiments say of articles. kb knows none: the room that does registers how to ask it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kb.models import Article

State = Literal["proved", "refuted", "unknown"]


@dataclass(frozen=True)
class Proof:
    """What the newest replays of an article's experiments say, all of them together."""

    state: State
    at: datetime | None = None  # of the newest replay
    kernels: tuple[str, ...] = ()  # series on which it was replayed, as 6.1
    identical: bool = False  # all of them gave the recorded bytes
    url: str = ""  # of the experiment, or of the run that refutes
    title: str = ""  # of that experiment


UNKNOWN = Proof("unknown")
Ask = Callable[[Iterable[Article]], Mapping[int, Proof]]  # by the article's pk; those without are unknown

_asked: list[Ask] = []


def register(ask: Ask) -> None:
    """Makes the room that knows the proofs known; called in AppConfig.ready."""
    _asked[:] = [ask]


def of(article: Article) -> Proof:
    """What is known of this article."""
    return of_each([article]).get(article.pk, UNKNOWN)


def of_each(articles: Iterable[Article]) -> Mapping[int, Proof]:
    """By pk, for those of which anything is known; in a few queries, however many there are."""
    return _asked[0](articles) if _asked else {}
