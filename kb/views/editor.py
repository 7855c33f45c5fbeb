"""The editor: one draft, its saving, its preview, its end."""

import json
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from drawing import words as drawing
from kb import articles, beginnings, conflicts, slugs, submitting, writing
from kb import words as wording
from kb.models import Article, Draft, Revision
from kb.models.language import Language
from kb.outcomes import NotAccepted
from kb.stepping import showing
from kb.stepping.reading import parse
from kb.templatetags.readable import language
from kb.unwritten import SavedElsewhere
from kb.views.authors import author, authors_only, draft_or_404
from kb.views.upload import wants_json
from kb.wordings import difference
from kb.words import Words
from kb.writing import Notes


@dataclass(frozen=True)
class Kept:
    """How a saving ended: what stood in its way, or how many places of a merge are to be settled (None: it
    was not merged).
    """

    trouble: NotAccepted | None = None
    conflicts: int | None = None


@authors_only
@require_safe
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """The draft in its editor."""
    return page(request, draft_or_404(request, uid))


def page(
    request: HttpRequest, draft: Draft, trouble: NotAccepted | None = None, typed: Words | None = None
) -> HttpResponse:
    """The editor; `typed` are words that could not be kept, and so still stand in the form."""
    words = typed or wording.of(draft)
    original = shown_original(draft)
    context = {
        "draft": draft,
        "words": words,
        "unkept": typed is not None,
        "tags": ", ".join(words.tags),
        "proposed": "" if draft.article else slugs.proposed(words.title),
        "name": dict(Language.choices)[draft.language],
        "preview": drawn(request, draft, words.body, words.title),
        "original": original,
        "original_html": drawn(request, draft, original.body, original.title) if original else "",
        "offered": beginnings.offered(),
        "upload_limit": settings.UPLOAD_LIMIT,
        "told": trouble.text(language()) if trouble else "",
        "here": "write",
        **meanwhile(draft),
    }
    return render(request, "editor.html", context, status=trouble.status if trouble else 200)


def meanwhile(draft: Draft) -> dict[str, object]:
    """What has happened since the draft was begun: to the article, and to the original of a translation."""
    now = conflicts.moved_on(draft)
    base = conflicts.before_both(draft, now) if now else None
    renewed = conflicts.original_moved_on(draft)
    return {
        "moved": now,
        "base": base,
        "theirs": difference(base, now) if now else None,
        "renewed": renewed,
        "news": difference(draft.translates, renewed) if renewed and draft.translates else None,
    }


def shown_original(draft: Draft) -> Revision | None:
    """Of a translation the words to translate: as they are now."""
    return conflicts.original_moved_on(draft) or draft.translates


def drawn(request: HttpRequest, draft: Draft, body: str, title: str) -> SafeString:
    """The text as readers will see it; a runbook with its tree, and what keeps it from being followed."""
    if draft.kind != Article.Kind.RUNBOOK:
        text = articles.render.__wrapped__(body).shown(request)  # each key changes it: not remembered
        return format_html('<div class="prose">{}</div>', text)
    steps = parse(body)
    context = {
        "mistakes": [mistake.said(language()) for mistake in steps.mistakes],
        "opening": showing.opening(steps, {}, request),
        "picture": showing.picture(steps, {}, title=title, lang=cast(drawing.Language, draft.language)),
        "steps": [showing.step(steps, one, {}, request) for one in steps.steps],
    }
    return render_to_string("parts/runbook_preview.html", context, request)


# ---- keep


@authors_only
@require_POST
def save(request: HttpRequest, uid: str) -> HttpResponse:
    """Keeps what the form holds; `version` is the one that its window began with.

    A script gets the new version, or 409 with it when another window was quicker; sent again with `was` (a
    JSON object: the words that this window last knew to be kept), both are merged. A form without a script is
    merged at once.
    """
    draft = draft_or_404(request, uid)
    typed = wording.read(request.POST)
    kept = keep(request, draft, typed)
    if wants_json(request):
        return as_json(draft, kept)
    if kept.trouble is not None:
        return page(request, draft, kept.trouble, typed)
    say_merged(request, kept)
    return redirect(draft)


def keep(request: HttpRequest, draft: Draft, typed: Words) -> Kept:
    """Saves, and merges where that is needed and allowed."""
    form = request.POST
    notes = Notes(form.get("comment", ""), form.get("slug", ""))
    trouble = writing.save(draft, number(form.get("version", "")), typed, notes)
    if not isinstance(trouble, SavedElsewhere) or (wants_json(request) and "was" not in form):
        return Kept(trouble)
    both = conflicts.save_both(draft, known(form.get("was", "")), typed, notes)
    return Kept(both) if isinstance(both, NotAccepted) else Kept(None, both)


def number(text: str) -> int:
    """A version; what is none is one that never was."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def known(text: str) -> Words | None:
    """The words that a window last knew to be kept; None when it does not say."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return wording.read(told) if isinstance(told, dict) else None


def as_json(draft: Draft, kept: Kept) -> JsonResponse:
    """What the script of the editor reads."""
    if kept.trouble is not None:
        told = {"detail": kept.trouble.text(language()), "version": draft.version}
        return JsonResponse(told, status=kept.trouble.status)
    answer: dict[str, Any] = {
        "version": draft.version,
        "moved": conflicts.moved_on(draft) is not None,
        "proposed": "" if draft.article else slugs.proposed(draft.title),
    }
    if kept.conflicts is not None:
        words = wording.of(draft)
        answer |= {"conflicts": kept.conflicts, "detail": SavedElsewhere.meanwhile().text(language())}
        answer |= {"title": words.title, "summary": words.summary, "body": words.body}
        answer |= {"tags": ", ".join(words.tags), "comment": draft.comment, "slug": draft.slug}
    return JsonResponse(answer)


def say_merged(request: HttpRequest, kept: Kept) -> None:
    """To a person without a script."""
    if kept.conflicts is not None:
        messages.warning(request, SavedElsewhere.meanwhile().text(language()))


@authors_only
@require_POST
def preview(request: HttpRequest, uid: str) -> HttpResponse:
    """A fragment: `body` as readers will see it."""
    draft = draft_or_404(request, uid)
    body = wording.lines(request.POST.get("body", ""))[: wording.LONGEST_BODY]
    return HttpResponse(drawn(request, draft, body, draft.title))


# ---- merge, submit, discard


@authors_only
@require_POST
def merge(request: HttpRequest, uid: str) -> HttpResponse:
    """Keeps the form, then takes in what was approved meanwhile; of a translation (`original`) notes that it
    now renders the newest words of the original.
    """
    draft = draft_or_404(request, uid)
    typed = wording.read(request.POST)
    kept = keep(request, draft, typed)
    if kept.trouble is not None:
        return page(request, draft, kept.trouble, typed)
    if "original" in request.POST:
        conflicts.take_original(draft)
    else:
        trouble = conflicts.merge_approved(draft)
        if trouble is not None:
            return page(request, draft, trouble)
    say_merged(request, kept)
    return redirect(draft)


@authors_only
@require_POST
def submit(request: HttpRequest, uid: str) -> HttpResponse:
    """Keeps the form, then hands the draft in for review."""
    draft = draft_or_404(request, uid)
    typed = wording.read(request.POST)
    kept = keep(request, draft, typed)
    if kept.trouble is not None:
        return page(request, draft, kept.trouble, typed)
    if kept.conflicts is not None:  # nobody has read what came of the merge
        return page(request, draft, SavedElsewhere.meanwhile())
    made = submitting.submit(draft, author(request))
    if isinstance(made, NotAccepted):
        return page(request, draft, made)
    messages.success(
        request, gettext("Submitted. A curator will review it; until then readers see nothing of it.")
    )
    return redirect("write")


@authors_only
@require_POST
def discard(request: HttpRequest, uid: str) -> HttpResponse:
    """The draft is gone."""
    writing.discard(draft_or_404(request, uid))
    messages.success(request, gettext("The draft is discarded."))
    return redirect("write")
