"""Starting texts of new articles, and what live blocks can show: captures, findings, sections."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext

from diagnoses.registry import CODES
from drawing.text import visible
from kb import words as wording
from kb.articles import render
from kb.beginnings import MOST, Choice
from kb.models import Article, Capture, Finding, Report, Revision
from kb.templatetags.readable import language
from kb.views.wording import code as code_name
from kb.words import Words

FINDINGS = 5  # of a capture that a new article takes up
FRAMES = 40  # of a finding that a block names
ARTICLES = 12  # whose sections are offered at once


# ---- what an article begins with


def from_capture(request: HttpRequest, argument: str, lang: str) -> Words | None:
    """The verdict of a capture that this person may see: each finding with its packets and its article."""
    found = (
        Capture.objects.visible_to(request.user).select_related("report").filter(uid=plain(argument)).first()
    )
    report: Report | None = getattr(found, "report", None)
    if found is None or report is None:
        return None
    title = wording.one_line(visible(report.headline(lang)))[: wording.LONGEST_TITLE]
    findings = list(report.findings.filter(quality=False)[:FINDINGS])
    parts = [part for finding in findings for part in told(finding, found, lang)]
    return Words(title, summary_of(findings, lang), "\n\n".join(parts) + "\n" if parts else "")


def told(finding: Finding, capture: Capture, lang: str) -> list[str]:
    """A finding as paragraphs: its title, its explanation, its packets, what it is in general."""
    body = finding.body(lang)
    frames = spans(body["frames"][:FRAMES])
    with translation.override(lang):
        more = gettext("What this finding says in general:")
    return [
        f"## {visible(wording.one_line(body['title']))}",
        visible(wording.one_line(body["explanation"])),
        *([f"::capture {capture.uid} frames={frames}"] if frames else []),
        more,
        f"::finding {finding.code}",
    ]


def summary_of(findings: Sequence[Finding], lang: str) -> str:
    """The title of the first finding."""
    return visible(wording.one_line(findings[0].body(lang)["title"])) if findings else ""


def from_finding(request: HttpRequest, argument: str, lang: str) -> Words | None:
    """What a finding says, and room for a case of it."""
    code = argument.replace("-", "_")
    if code not in CODES:
        return None
    with translation.override(lang):
        return Words(code_name(code), "", f"::finding {code}\n")


def from_article(request: HttpRequest, argument: str, lang: str) -> Words | None:
    """A copy of what readers see of another article."""
    found = Article.objects.prefetch_related("revisions").filter(slug=plain(argument)).first()
    revision = found.current(lang) if found else None
    return wording.of(revision) if revision else None


# ---- what there is to show


def captures(request: HttpRequest, sought: str) -> list[Choice]:
    """The newest captures of the person's teams that have a report, with the frames of the first finding."""
    theirs = Capture.objects.belonging_to(request.user).filter(report__isnull=False).select_related("report")
    named = theirs.filter(name__icontains=plain(sought)) if sought else theirs
    found = list(named[:MOST])
    first = {
        finding.report_id: finding.body_en["frames"]
        for finding in Finding.objects.filter(report__capture__in=found, position=0)
    }
    return [
        Choice(
            f"{one.uid}{frames_option(first.get(one.report.pk, ()))}",
            f"{visible(one.name)}: {one.report.headline(language())}",
        )
        for one in found
    ]


def frames_option(frames: Iterable[int]) -> str:
    """` frames=2-4,6`; nothing without frames."""
    said = spans(list(frames)[:FRAMES])
    return f" frames={said}" if said else ""


def capture_sources(request: HttpRequest, sought: str) -> list[Choice]:
    """The same captures, to begin an article with."""
    return [Choice(one.argument.partition(" ")[0], one.label) for one in captures(request, sought)]


def findings(request: HttpRequest, sought: str) -> list[Choice]:
    """Every finding whose code or name holds the words."""
    named = [(code, code_name(code)) for code in CODES]
    return [Choice(code, f"{name} ({code})") for code, name in named if holds(f"{code} {name}", sought)]


def sections(request: HttpRequest, sought: str) -> list[Choice]:
    """Articles whose title holds the words, each followed by its sections."""
    return [choice for revision in titled(sought)[:ARTICLES] for choice in parts_of(revision)]


def titled(sought: str) -> QuerySet[Revision]:
    """What readers of this language see, narrowed by title."""
    shown = Revision.objects.filter(state=Revision.State.APPROVED, language=language()).select_related(
        "article"
    )
    return shown.filter(title__icontains=plain(sought)).order_by("title")


def parts_of(revision: Revision) -> list[Choice]:
    """The article whole, and its sections."""
    slug = revision.article.slug
    inside = [one for one in render(revision.body).contents if one.level == 2]
    return [
        Choice(slug, revision.title),
        *(Choice(f"{slug}#{one.anchor}", f"{revision.title} › {one.text}") for one in inside),
    ]


def articles(request: HttpRequest, sought: str) -> list[Choice]:
    """Articles, to begin another one with."""
    return [Choice(one.article.slug, one.title) for one in titled(sought)[:MOST]]


# ---- words


def plain(text: str) -> str:
    """Without NUL, for which PostgreSQL raises an error."""
    return text.replace("\0", "")


def holds(text: str, sought: str) -> bool:
    """Whether each of the words is in it."""
    return all(word in text.lower() for word in sought.lower().split())


def spans(frames: Sequence[Any]) -> str:
    """Frame numbers as a block takes them: 2-4,6."""
    numbers = sorted({int(frame) for frame in frames})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
