"""What was found, as pages show it."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from drawing import text
from kb.search.snippets import Snippet
from kb.search.symptoms.sign import Reason
from kb.templatetags.readable import language

register = template.Library()

_KINDS = {
    "article": (gettext_noop("Article"), gettext_noop("Articles")),
    "runbook": (gettext_noop("Runbook"), gettext_noop("Runbooks")),
    "experiment": (gettext_noop("Experiment"), gettext_noop("Experiments")),
    "capture": (gettext_noop("Capture"), gettext_noop("Your team's captures")),
    "attachment": (gettext_noop("Picture"), gettext_noop("Pictures")),
}


@register.filter
def marked(snippet: Snippet) -> SafeString:
    """The text with its words marked; control and bidi characters as pictures."""
    pieces, at = [], 0
    for start, end in snippet.marks:
        pieces.append(
            format_html("{}<mark>{}</mark>", shown(snippet.text[at:start]), shown(snippet.text[start:end]))
        )
        at = end
    return format_html(
        "{}{}", format_html_join("", "{}", ((piece,) for piece in pieces)), shown(snippet.text[at:])
    )


def shown(piece: str) -> str:
    """What has no shape gets one."""
    return text.visible(piece)


@register.filter
def kind_name(kind: str) -> str:
    """article → Article."""
    return gettext(_KINDS[kind][0])


@register.filter
def kind_names(kind: str) -> str:
    """article → Articles."""
    return gettext(_KINDS[kind][1])


@register.filter
def reason_text(reason: Reason) -> str:
    """The sentence in the reader's language; what it quotes may hold anything."""
    return text.visible(reason.text(language()))
