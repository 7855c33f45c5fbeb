"""Which findings lead to which runbooks, as the curators have it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kb.models import Article, Lead


@dataclass(frozen=True)
class Led:
    """A runbook that a finding leads to, with its title in the reader's language, else in the other."""

    slug: str
    title: str
    language: str


def by_code(codes: Iterable[str], language: str) -> dict[str, list[Led]]:
    """For each of these codes its runbooks, the first to follow first; codes without one are left out."""
    chosen = Lead.objects.filter(code__in=set(codes), hidden=False, runbook__kind=Article.Kind.RUNBOOK)
    found: dict[str, list[Led]] = defaultdict(list)
    for lead in chosen.select_related("runbook").prefetch_related("runbook__revisions"):
        revision = lead.runbook.current(language)
        if revision is not None:
            found[lead.code].append(Led(lead.runbook.slug, revision.title, revision.language))
    return dict(found)


def codes_of(runbooks: Iterable[int]) -> dict[int, list[str]]:
    """For each of these runbooks (primary keys) the codes that lead to it."""
    found: dict[int, list[str]] = defaultdict(list)
    chosen = Lead.objects.filter(runbook__in=list(runbooks), hidden=False).order_by("code")
    for code, runbook in chosen.values_list("code", "runbook"):
        found[runbook].append(code)
    return dict(found)
