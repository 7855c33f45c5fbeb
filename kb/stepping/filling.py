"""Placeholders and a case's values: `{{server_port}}` becomes 443, or, without a value, SERVER_PORT.

Values come from a capture, so they are a stranger's text. Prose shows them with every character seen. Into a
command, which somebody will run, goes only what cannot be anything but what it should be: an address, a
number, a time, a plain word. Anything else stays a placeholder there, and is shown beside the command.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from drawing.text import visible

Values = Mapping[str, str]
PLACEHOLDER = re.compile(r"\{\{([a-z][a-z0-9_]{0,59})\}\}")
# A tag of well-formed HTML: an attribute's value may hold > but not its own quotation mark.
_TAG = re.compile(r"""(<(?:[^"'<>]|"[^"]*"|'[^']*')*>)""")

_UNIT = r"(?:%|bytes|[kMGT]?B|ns|µs|ms|s|min|h|d|秒|分|時間|日)"
_NUMBER = r"[-−]?\d[\d,]*(?:\.\d+)?"
_QUANTITY = re.compile(rf"{_NUMBER}(?: {_UNIT})?(?: \d+ {_UNIT})?(?:, {_NUMBER}(?: {_UNIT})?)*", re.ASCII)
_PORT = re.compile(r"\d{1,5}", re.ASCII)
_FRAMES = re.compile(r"\d{1,19}(?:, \d{1,19})*", re.ASCII)
_TIME = re.compile(r"\d{4,5}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
# shlex.quote leaves such a word as it is; no option, path, home or history begins so.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,250}")


def is_address(value: str) -> bool:
    """An IPv4 or IPv6 address. Python also accepts a zone, fe80::1%ANYTHING AT ALL; we do not."""
    try:
        return "%" not in value and bool(ipaddress.ip_address(value))
    except ValueError:
        return False


def is_port(value: str) -> bool:
    """A port number."""
    return bool(_PORT.fullmatch(value)) and int(value) < 65536


def is_plain(value: str) -> bool:
    """A number with or without a unit, several of them, or one word that no shell reads as anything else."""
    return bool(_QUANTITY.fullmatch(value) or _WORD.fullmatch(value))


KINDS: dict[str, Callable[[str], bool]] = {
    "client": is_address,
    "server": is_address,
    "client_port": is_port,
    "server_port": is_port,
    "frames": lambda value: bool(_FRAMES.fullmatch(value)),
    "first_frame": lambda value: bool(_FRAMES.fullmatch(value)),
    "time": lambda value: bool(_TIME.fullmatch(value)),
    "capture": lambda value: bool(_WORD.fullmatch(value)),
    "hop": lambda value: bool(_PORT.fullmatch(value)),
}


@dataclass(frozen=True)
class Filled:
    """A command as it is copied and as it is shown; `left`: names and values that a shell must not get."""

    text: str
    html: SafeString
    left: tuple[tuple[str, str], ...] = ()


def label(name: str) -> str:
    """How a placeholder without a value is shown: server_port → SERVER_PORT."""
    return name.upper()


def is_safe(name: str, value: str) -> bool:
    """Whether the value may stand in a command."""
    return KINDS.get(name, is_plain)(value)


def text(template: str, values: Values) -> str:
    """Plain words with the case's values."""
    return PLACEHOLDER.sub(lambda found: visible(values.get(found[1]) or label(found[1])), template)


def html(template: str, values: Values) -> SafeString:
    """Sanitised HTML with the case's values; in the text they are marked, in attributes they are plain."""
    pieces = _TAG.split(template)
    marked = (
        PLACEHOLDER.sub(lambda found: _in_attribute(found[1], values), piece)
        if place % 2
        else PLACEHOLDER.sub(lambda found: _mark(found[1], values), piece)
        for place, piece in enumerate(pieces)
    )
    return mark_safe("".join(marked))  # noqa: S308 what was sanitised, and values escaped


def command(template: str, values: Values) -> Filled:
    """A command with those of the case's values that are safe there. Of a number `=name` holds its digits
    alone: a program wants 1448, not 1.4 kB.
    """
    raw = {name: values.get(f"={name}", value) for name, value in values.items()}
    safe = {name: value for name, value in raw.items() if is_safe(name, value)}
    names = dict.fromkeys(PLACEHOLDER.findall(template))
    left = tuple((label(n), visible(values[n])) for n in names if values.get(n) and n not in safe)
    return Filled(text(template, safe), html(escape(template), safe), left)


def _in_attribute(name: str, values: Values) -> str:
    return str(escape(visible(values.get(name) or label(name))))


def _mark(name: str, values: Values) -> str:
    value = values.get(name)
    class_ = "value" if value else "placeholder"
    return format_html('<span class="{}">{}</span>', class_, visible(value or label(name)))
