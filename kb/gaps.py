"""What a living wiki lacks: articles and runbooks of codes, translations, experiments, runbooks that work."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from diagnoses.registry import CODES
from kb import leads
from kb.models import Article, Capture, Finding, Lead, Revision, User
from kb.models.language import Language
from kb.stepping.reading import parse
from kb.stepping.steps import Mistake

LANGUAGES = tuple(Language.values)
APPROVED = Revision.State.APPROVED
LATELY = timedelta(days=90)


@dataclass(frozen=True)
class Experiment:
    """An experiment as the room that knows it tells: title in the asked language, page, and the slugs and
    codes of the articles that it proves.
    """

    title: str
    url: str
    articles: frozenset[str]


Ask = Callable[[str], list[Experiment]]  # argument: the language
_asked: list[Ask] = []


def register(ask: Ask) -> None:
    """Makes the room that knows the experiments known; called in AppConfig.ready."""
    _asked[:] = [ask]


@dataclass(frozen=True)
class Gap:
    """A code, and the languages in which its article and its runbook are missing; in how many captures it was
    found lately.
    """

    code: str
    article: tuple[str, ...]
    runbook: tuple[str, ...]
    seen: int = 0

    @property
    def is_open(self) -> bool:
        """Whether anything is missing."""
        return bool(self.article or self.runbook)


@dataclass(frozen=True)
class Broken:
    """A runbook that cannot be followed, or that nothing leads to."""

    revision: Revision
    mistakes: tuple[Mistake, ...]
    is_led: bool


def every_code() -> list[Gap]:
    """All codes, by code; two queries."""
    articles, runbooks = _languages_of_articles(), _languages_of_runbooks()
    return [
        Gap(code, _missing(articles.get(code, ())), _missing(runbooks.get(code, ())))
        for code in sorted(CODES)
    ]


def of_codes() -> list[Gap]:
    """Codes without article or runbook in either language."""
    return [gap for gap in every_code() if gap.is_open]


def _languages_of_articles() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    approved = Revision.objects.filter(state=APPROVED, article__code__in=CODES)
    for code, language in approved.values_list("article__code", "language"):
        found[str(code)].add(language)
    return found


def _languages_of_runbooks() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    led = Lead.objects.filter(hidden=False, runbook__revisions__state=APPROVED)
    for code, language in led.values_list("code", "runbook__revisions__language"):
        found[code].add(language)
    return found


def _missing(there: Iterable[str]) -> tuple[str, ...]:
    return tuple(language for language in LANGUAGES if language not in there)


def seen_by(user: User) -> list[Gap]:
    """Codes found in the captures of this person's teams within LATELY, the most frequent first, each with
    what is missing.
    """
    theirs = Capture.objects.belonging_to(user)
    found = Finding.objects.filter(
        report__capture__in=theirs, report__created__gt=timezone.now() - LATELY, code__in=CODES
    )
    counted = dict(
        found.order_by()
        .values_list("code")
        .annotate(seen=Count("report", distinct=True))
        .values_list("code", "seen")
    )
    gaps = {gap.code: gap for gap in every_code()}
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [Gap(code, gaps[code].article, gaps[code].runbook, seen) for code, seen in ordered]


def of_runbooks() -> list[Broken]:
    """Approved runbooks with mistakes, or to which no code leads."""
    approved = Revision.objects.filter(state=APPROVED, article__kind=Article.Kind.RUNBOOK)
    revisions = list(approved.select_related("article").order_by("title", "language"))
    led = leads.codes_of(revision.article_id for revision in revisions)
    every = [Broken(one, parse(one.body).mistakes, one.article_id in led) for one in revisions]
    return [broken for broken in every if broken.mistakes or not broken.is_led]


def untranslated() -> list[Revision]:
    """The approved revision of what is there in one language only."""
    approved = Revision.objects.filter(state=APPROVED)
    single = approved.order_by().values("article").annotate(languages=Count("language", distinct=True))
    alone = [row["article"] for row in single if row["languages"] == 1]
    return list(approved.filter(article__in=alone).select_related("article").order_by("title").defer("body"))


def unproved(language: str) -> list[Revision]:
    """Approved articles (no runbooks) that no experiment proves, in that language where they have it."""
    proved = {name for one in _experiments(language) for name in one.articles}
    chosen = Article.objects.filter(kind=Article.Kind.ARTICLE).prefetch_related("revisions")
    shown = [one.current(language) for one in chosen if not {one.slug, one.code} & proved]
    return sorted((one for one in shown if one), key=lambda one: one.title)


def unexplained(language: str) -> list[Experiment]:
    """Experiments that no approved article explains."""
    there = Article.objects.filter(revisions__state=APPROVED).values_list("slug", "code")
    names = {name for both in there for name in both}
    return [one for one in _experiments(language) if not one.articles & names]


def _experiments(language: str) -> list[Experiment]:
    return _asked[0](language) if _asked else []
