"""Revisions, differences and events, as pages show them."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from drawing import text
from kb import watching
from kb.differences import Piece
from kb.models import User
from kb.models.language import Language
from kb.views import review_words

register = template.Library()


@register.filter
def revision_state(value: str) -> str:
    """in_review → in review."""
    return review_words.state(value)


@register.filter
def event_kind(value: str) -> str:
    """submitted → submitted for review."""
    return review_words.event(value)


@register.filter
def passage_kind(value: str) -> str:
    """moved_here → moved here; empty for what was kept."""
    return review_words.passage(value)


@register.filter
def stale_reason(value: str) -> str:
    """red → refuted by its experiment."""
    return review_words.stale(value)


@register.filter
def language_name(value: str) -> str:
    """ja → 日本語."""
    return str(Language(value).label)


@register.filter
def and_list(names: Iterable[str]) -> str:
    """6.1 and 6.12."""
    *some, last = names
    if not some:
        return last
    return gettext("%(some)s and %(last)s") % {"some": ", ".join(some), "last": last}


@register.simple_tag(takes_context=True)
def news_count(context: Context) -> int:
    """How much has happened to what the reader watches; one query a page."""
    user = getattr(context.get("request"), "user", None)
    return watching.news(user).count() if isinstance(user, User) else 0


@register.filter
def marked(pieces: Iterable[Piece]) -> SafeString:
    """Pieces of a text; removed and added ones are <del> and <ins>, which are also said in words."""
    return format_html_join("", "{}", ((_marked(piece),) for piece in _without_last_line_end(pieces)))


def _marked(piece: Piece) -> SafeString | str:
    shown = "\n".join(text.visible(line) for line in piece.text.split("\n"))
    if piece.mark == "kept":
        return shown
    tag = "del" if piece.mark == "removed" else "ins"
    said = review_words.mark(piece.mark)
    return format_html('<{0}><span class="unseen">{1}: </span>{2}</{0}>', tag, said, shown)


def _without_last_line_end(pieces: Iterable[Piece]) -> list[Piece]:
    """The empty lines after a passage are no part of what is looked at."""
    kept = list(pieces)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return [*kept[:-1], Piece(kept[-1].mark, kept[-1].text.rstrip("\n"))] if kept else []
