"""Articles: Markdown to HTML that is safe to show.

CommonMark with tables, footnotes, definition lists, task lists, anchors, admonitions (`::: note Title`),
colours of code, and blocks that live (`::experiment connect_timeout`, kb/live.py).
Raw HTML is shown as text, and what comes out passes an allow-list, so that no extension and no mistake of
ours lets a tag through.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import nh3
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline.state_inline import Delimiter, StateInline
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from kb import colours, live
from kb.blocks import Block

ADMONITIONS = {"note": ("Note", "補足"), "tip": ("Tip", "ヒント"), "warning": ("Warning", "注意")}
_KANA = re.compile("[\u3041-\u30ff]")  # text that has some is Japanese
_WIDE = frozenset("WFH")  # Unicode annex 11: wide, full-width, half-width


@dataclass(frozen=True)
class Heading:
    """A line of the contents."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """An article's text as HTML, its headings of levels 2 and 3, and its blocks."""

    html: SafeString
    contents: tuple[Heading, ...]
    blocks: tuple[Block, ...] = ()

    def shown(self, request: HttpRequest, *, without: str = "") -> SafeString:
        """The HTML with its blocks as this reader sees them."""
        return live.filled(self.html, self.blocks, request, without=without)


@lru_cache(maxsize=256)
def render(body: str) -> Rendered:
    """Markdown to sanitised HTML. The words of a revision never change, so the answer is kept."""
    environment: dict[str, Any] = {"japanese": bool(_KANA.search(body))}
    tokens = _markdown().parse(body, environment)
    _align(tokens)
    found = live.collected(tokens)
    html = _markdown().renderer.render(tokens, _markdown().options, environment)
    return Rendered(mark_safe(sanitised(html)), tuple(_headings(tokens)), found)  # noqa: S308 the line's own purpose


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.use(live.live_plugin)
    made.use(footnote_plugin).use(deflist_plugin).use(tasklists_plugin)
    made.use(anchors_plugin, min_level=2, max_level=3, slug_func=anchor, permalink=True, permalinkSymbol="#")
    for name in ADMONITIONS:
        made.use(container_plugin, name, render=_admonition)
    made.inline.ruler.at("emphasis", emphasis)
    made.add_render_rule("softbreak", _softbreak)
    made.add_render_rule("dt_open", _term)
    made.add_render_rule("fence", _fence)
    return made


# ---- Japanese


def is_wide(character: str) -> bool:
    """A character of Chinese, Japanese or Korean text, punctuation included; pictographs are not."""
    return (
        unicodedata.east_asian_width(character) in _WIDE and ord(character) < 0x1F000
    ) or "가" <= character <= "힣"


def emphasis(state: StateInline, silent: bool) -> bool:
    """CommonMark's emphasis, made to work where words are not divided by spaces.

    The standard asks for a space or punctuation outside a `**` that has punctuation inside, which leaves
    `これは**重要（注意）**です` as it stands. Beside a wide character `*` may therefore open before
    anything but space, and close after anything but space. Text without wide characters is read exactly as
    the standard says.
    """
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    run = state.scanDelims(state.pos, marker == "*")
    before = state.src[state.pos - 1] if state.pos else " "
    end = state.pos + run.length
    after = state.src[end] if end < state.posMax else " "
    beside_wide = marker == "*" and (is_wide(before) or is_wide(after))
    _push(
        state,
        marker,
        run.length,
        can_open=run.can_open or (beside_wide and not after.isspace()),
        can_close=run.can_close or (beside_wide and not before.isspace()),
    )
    state.pos = end
    return True


def _push(state: StateInline, marker: str, length: int, *, can_open: bool, can_close: bool) -> None:
    """One text token and one delimiter for each character of the run, as the library's own rule does."""
    for _ in range(length):
        state.push("text", "", 0).content = marker
        at = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(marker), length, at, -1, can_open, can_close))


def _softbreak(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """The end of a source line is a space in English and nothing between two wide characters."""
    before = tokens[index - 1].content[-1:] if index else ""
    after = tokens[index + 1].content[:1] if index + 1 < len(tokens) else ""
    return "" if before and after and is_wide(before) and is_wide(after) else "\n"


def _fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Code with colours; plain where the language is unknown."""
    token = tokens[index]
    language = re.sub(r"[^\w+-]", "", (token.info.split() or [""])[0])
    class_ = f' class="language-{language}"' if language else ""
    return f"<pre><code{class_}>{colours.coloured(token.content, language)}</code></pre>\n"


# ---- structure


def anchor(title: str) -> str:
    """The address of a heading: its letters and digits in lower case, anything else a hyphen."""
    return re.sub(r"[^\w]+", "-", unicodedata.normalize("NFKC", title).lower()).strip("-") or "section"


def _term(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A defined term has an address of its own, `#term-time-wait`; of two that are alike the first."""
    inline = tokens[index + 1].children or []
    name = f"term-{anchor(''.join(t.content for t in inline if t.type in ('text', 'code_inline')))}"
    known: set[str] = env.setdefault("terms", set())
    if name in known:
        return "<dt>"
    known.add(name)
    return f'<dt id="{name}">'


def _headings(tokens: list[Token]) -> list[Heading]:
    found = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            text = "".join(t.content for t in inline.children or [] if t.type in ("text", "code_inline"))
            found.append(Heading(int(token.tag[1]), str(token.attrs.get("id", "")), text.strip()))
    return found


def section(body: str, wanted: str) -> str | None:
    """The Markdown below the heading of that anchor, to the next of its level; None when there is none."""
    tokens = _markdown().parse(body, {})
    heads = [token for token in tokens if token.type == "heading_open" and token.map and not token.level]
    at = next((i for i, token in enumerate(heads) if token.attrs.get("id") == wanted), None)
    if at is None:
        return None
    following = (head for head in heads[at + 1 :] if head.tag <= heads[at].tag)
    lines = body.splitlines()
    end = next((head.map[0] for head in following if head.map), len(lines))
    return "\n".join(lines[(heads[at].map or [0, 0])[1] : end]) + "\n"


def _align(tokens: list[Token]) -> None:
    """Alignment of table cells as a class: style attributes are not allowed here."""
    for token in tokens:
        style = token.attrs.pop("style", None) if token.type in ("th_open", "td_open") else None
        if style:
            token.attrs["class"] = str(style).removeprefix("text-align:")


def _admonition(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if token.nesting != 1:
        return "</div>\n"
    name, _, title = token.info.strip().partition(" ")
    shown = title.strip() or ADMONITIONS[name][env["japanese"]]
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;")
    return f'<div class="admonition {name}">\n<p class="admonition-title">{escaped}</p>\n'


# ---- what may come out

_CLASSES = re.compile(
    r"admonition(-title)?|note|tip|warning|footnote(s|-ref|-item|-backref)|footnotes-(list|sep)"
    r"|contains-task-list|task-list-item(-checkbox)?|header-anchor|left|center|right|language-[\w+-]+|live-\d+|c-[a-z]+"
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class"},
    "a": {"href", "title", "id"},
    "dt": {"id"},
    "h2": {"id"},
    "h3": {"id"},
    "li": {"id"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "input": {"type", "checked", "disabled"},
}
_TAGS = {
    *("a", "abbr", "br", "code", "del", "em", "img", "input", "kbd", "s", "span", "strong", "sub", "sup"),
    *("blockquote", "div", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre", "section"),
    *("dd", "dl", "dt", "li", "ol", "ul", "table", "tbody", "td", "th", "thead", "tr"),
}


def sanitised(html: str) -> str:
    """Only known tags and attributes; links to http, https, mailto and our own pages; pictures from here
    only.
    """
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The attribute's value as it may stay; None removes it."""
    if name == "class":
        return " ".join(word for word in value.split() if _CLASSES.fullmatch(word)) or None
    if tag == "img" and name == "src":
        return value if value.startswith("/") and not value.startswith("//") else None
    if tag == "input" and name == "type":
        return value if value == "checkbox" else None
    return value
