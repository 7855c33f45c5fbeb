"""Numbers, times and severities as readers of the current language expect them."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext

from drawing import measure, text
from kb.views import wording

register = template.Library()

_SHAPES = {
    "error": '<path d="M3 3l10 10M13 3L3 13"/>',
    "warning": '<path d="M8 2l6.5 12h-13z"/><path d="M8 6.5v3.5M8 11.5v1"/>',
    "note": '<path d="M8 1.5l6.5 6.5L8 14.5 1.5 8z"/>',
    "info": '<circle cx="8" cy="8" r="6"/>',
    "none": '<path d="M2.5 8.5l3.5 4L13.5 3.5"/>',
}


language = wording.language


@register.filter
def duration(seconds: float | None) -> str:
    """8.0 s, 2 h 11 min; nothing for None."""
    return "" if seconds is None else measure.duration(float(seconds), language())


@register.filter
def nanoseconds(value: int) -> str:
    """A duration that is kept in nanoseconds."""
    return measure.duration(int(value) / 1e9, language())


@register.filter
def size(octets: int | None) -> str:
    """1.2 kB."""
    return "" if octets is None else measure.size(int(octets))


@register.filter
def count(number: int | None) -> str:
    """12,345."""
    return "" if number is None else measure.count(int(number))


@register.filter
def seconds(value: float) -> str:
    """Time from the start of the capture, microseconds shown."""
    return measure.clock(float(value), 6)


@register.filter
def seconds_short(value: float) -> str:
    """Virtual time of a run, milliseconds shown."""
    return measure.clock(float(value), 3)


@register.filter
def visible(value: Any) -> str:
    """Control and bidi characters as pictures."""
    return text.visible(str(value))


@register.filter
def printed(value: Any) -> str:
    """Output of a program: lines stay lines, tabs reach to the next of eight columns, and other control and
    bidi characters are pictures.
    """
    return "\n".join(text.visible(line.expandtabs()) for line in str(value).rstrip("\n").split("\n"))


@register.filter
def username(user: Any) -> str:
    """The name of an account; of one that is gone, that it is."""
    return user.get_username() if user else gettext("somebody who has left")


@register.filter
def lines(value: str) -> SafeString:
    """What a person wrote, line by line; control and bidi characters as pictures."""
    return format_html_join(mark_safe("<br>"), "{}", ((text.visible(line),) for line in value.split("\n")))


@register.filter
def ago(moment: datetime) -> SafeString:
    """A time element: "2 minutes ago" within a week, else the date; the clock and its zone on hover."""
    elapsed = (timezone.now() - moment).total_seconds()
    if elapsed < 60:
        said = gettext("just now")
    elif elapsed < 7 * 86400:
        said = gettext("%(time)s ago") % {"time": timesince(moment, depth=1)}
    else:
        said = f"{moment:%Y-%m-%d}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{moment:%Y-%m-%d %H:%M:%S} UTC",
        said,
    )


@register.simple_tag
def sign(severity: str, spoken: bool = True) -> SafeString:
    """The severity's shape, with its name for those who listen. Unknown severities look like "none"."""
    name = severity if severity in _SHAPES else "none"
    title = format_html('<span class="unseen">{}: </span>', wording.severity(name)) if spoken else ""
    shape = mark_safe(_SHAPES[name])  # noqa: S308 one of the constants above
    return format_html('<svg class="sign" viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}', shape, title)


@register.filter
def severity_name(value: str) -> str:
    """error → エラー."""
    return wording.severity(value)


@register.filter
def confidence_name(value: str) -> str:
    """certain → 確実."""
    return wording.confidence(value)


@register.filter
def state_name(value: str) -> str:
    """The state of a connection or of a job, in words."""
    return wording.state(value)


@register.filter
def dispute_state(value: str) -> str:
    """open → awaits an answer."""
    return wording.dispute_state(value)


@register.filter
def code_name(value: str) -> str:
    """The name of a diagnosis: syn_unanswered → SYN unanswered."""
    return wording.code(value)


@register.filter
def slug(code: str) -> str:
    """The last part of the article's address."""
    return code.replace("_", "-")
