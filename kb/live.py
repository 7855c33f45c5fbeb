"""Lines `::name argument key=value` in Markdown: read here, drawn for each reader after sanitising.

In the sanitised HTML a block is an empty `<div class="live-N">`, which no author can write: raw HTML is shown
as text, and classes of that form are let through in this place only.
"""

import re
import shlex
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from kb import blocks
from kb.blocks import Block

LINE = re.compile(r"::([a-z]+)(?:[ \t]+(\S.*?))?[ \t]*$")
PLACE = re.compile(r'<div class="live-(\d+)"></div>')
MOST = 40  # blocks of one article; each may cost a look at a run and its packets


def live_plugin(md: MarkdownIt) -> None:
    """A line of its own that begins with two colons is a block; what follows is read by `block_of`."""
    md.block.ruler.before(
        "paragraph", "live", _rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    md.add_render_rule("live", _render)


def _rule(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
    if state.is_code_block(begin):
        return False
    line = state.src[state.bMarks[begin] + state.tShift[begin] : state.eMarks[begin]]
    found = LINE.match(line)
    if found is None:
        return False
    if silent:
        return True
    state.line = begin + 1
    token = state.push("live", "", 0)
    token.map, token.content = [begin, begin + 1], line
    token.meta = {"block": block_of(found[1], found[2] or "")}
    return True


def block_of(name: str, rest: str) -> Block:
    """The first word is the argument; key=value pairs are options, in any order."""
    try:
        parts = shlex.split(rest)
    except ValueError:  # a quotation mark that nobody closed
        parts = rest.split()
    options = dict(part.split("=", 1) for part in parts if "=" in part)
    arguments = [part for part in parts if "=" not in part]
    return Block(name, " ".join(arguments), options)


def _render(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<div class="live-{tokens[index].meta["place"]}"></div>\n'


def collected(tokens: Sequence[Token]) -> tuple[Block, ...]:
    """The blocks in their order; each token learns its place."""
    found = [token for token in tokens if token.type == "live"]
    for place, token in enumerate(found):
        token.meta["place"] = place
    return tuple(token.meta["block"] for token in found)


def filled(html: str, found: Sequence[Block], request: HttpRequest, *, without: str = "") -> SafeString:
    """Sanitised HTML with its blocks drawn for this reader. Blocks of the name `without` are left out: a
    section inside a section could go round for ever.
    """

    def draw(match: re.Match[str]) -> str:
        place = int(match[1])
        block = found[place] if place < len(found) else None
        if block is None or block.name == without:
            return ""
        if place >= MOST:
            return mistake(gettext("An article shows at most %(most)s of these blocks.") % {"most": MOST})
        return one(block, request)

    return mark_safe(PLACE.sub(draw, html))  # noqa: S308 sanitised HTML, and what our own templates draw


def one(block: Block, request: HttpRequest) -> SafeString:
    """One block as this reader sees it."""
    draw = blocks.named(block.name)
    if draw is None:
        known = ", ".join(blocks.names())
        said = gettext("There is no block “%(name)s”. There are: %(known)s.")
        return mistake(said % {"name": block.name, "known": known})
    return draw(request, block)


def mistake(sentence: str) -> SafeString:
    """A sentence in the place of a block that cannot be drawn."""
    return format_html('<p class="told warning live-mistake">{}</p>', sentence)
