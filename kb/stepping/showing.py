"""Steps as pages show them: Markdown rendered once for a wording, then filled for each case."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from drawing import tree
from drawing.boxes import Box, Way
from drawing.words import Language
from kb import live
from kb.articles import Rendered, render
from kb.stepping import filling
from kb.stepping.filling import Filled, Values
from kb.stepping.steps import Outcome, Step, Steps


@dataclass(frozen=True)
class ShownCommand:
    """A command and the machine it is for."""

    filled: Filled
    where: str


@dataclass(frozen=True)
class ShownOutcome:
    """An outcome: its place in the list from 0, its words, and what comes of it."""

    place: int
    html: SafeString
    text: str
    end: str | None
    says: SafeString
    message: str  # `says` as plain words, to be sent
    target: str | None
    number: int
    title: str  # of the next step


@dataclass(frozen=True)
class ShownStep:
    """A step with everything a template asks for."""

    id: str
    number: int
    title: str
    purpose: SafeString
    commands: list[ShownCommand]
    expect: SafeString
    outcomes: list[ShownOutcome]


@lru_cache(maxsize=512)
def _rendered(markdown: str) -> Rendered:
    """Sanitised HTML; not in the store of articles, which a runbook's many small pieces would empty."""
    return render.__wrapped__(markdown)


def block(markdown: str, values: Values, request: HttpRequest | None = None) -> SafeString:
    """Paragraphs, lists and so on, with the case's values, and blocks that live, as that reader sees them."""
    rendered = _rendered(markdown)
    html = filling.html(rendered.html, values)
    return live.filled(html, rendered.blocks, request) if request else html


def inline(markdown: str, values: Values) -> SafeString:
    """The same without the paragraph around it, where there is only one."""
    html = str(_rendered(markdown).html).strip()
    alone = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    inside = html.removeprefix("<p>").removesuffix("</p>") if alone else html
    return filling.html(inside, values)


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


@lru_cache(maxsize=2048)
def unmarked(markdown: str) -> str:
    """The words alone, without Markdown's marks, in one line."""
    tokens = (child for token in _markdown().parseInline(markdown) for child in token.children or [])
    words = (
        token.content if token.type in ("text", "code_inline") else " "
        for token in tokens
        if token.nesting == 0
    )
    return " ".join("".join(words).split())


def plain(markdown: str, values: Values) -> str:
    """The words alone, with the case's values."""
    return filling.text(unmarked(markdown), values)


def opening(steps: Steps, values: Values, request: HttpRequest | None = None) -> SafeString:
    """What stands before the first step."""
    return block(steps.opening, values, request)


def step(steps: Steps, one: Step, values: Values, request: HttpRequest | None = None) -> ShownStep:
    """One step, filled."""
    return ShownStep(
        id=one.id,
        number=steps.number(one.id),
        title=plain(one.title, values),
        purpose=block(one.purpose, values, request),
        commands=[ShownCommand(filling.command(c.text, values), c.where) for c in one.commands],
        expect=inline(one.expect, values) if one.expect else mark_safe(""),
        outcomes=[outcome(steps, place, o, values) for place, o in enumerate(one.outcomes)],
    )


def outcome(steps: Steps, place: int, one: Outcome, values: Values) -> ShownOutcome:
    """One outcome, filled."""
    target = steps.named(one.target)
    return ShownOutcome(
        place=place,
        html=inline(one.text, values),
        text=plain(one.text, values),
        end=one.end,
        says=inline(one.says, values),
        message=filling.text(one.says, values),
        target=one.target,
        number=steps.number(target.id) if target else 0,
        title=plain(target.title, values) if target else "",
    )


def picture(
    steps: Steps,
    values: Values,
    *,
    title: str,
    lang: Language,
    taken: Collection[tuple[str, int]] = (),
    now: str | None = None,
    links: bool = True,
) -> SafeString:
    """The decision tree. `taken`: steps and places of the outcomes that a case has gone by; `now`: where it
    is.
    """
    been = {at for at, _ in taken}
    boxes = [
        Box(
            one.id,
            plain(one.title, values),
            tuple(
                Way(plain(o.text, values), o.target, o.end, (one.id, place) in taken)
                for place, o in enumerate(one.outcomes)
            ),
            "now" if one.id == now else "done" if one.id in been else "",
        )
        for one in steps.steps
    ]
    link = (lambda anchor: f"#{anchor}") if links else None
    return mark_safe(tree.draw(boxes, title=title, lang=lang, link=link))  # noqa: S308 SVG escaped by drawing
