"""Markdown to steps, on the tokens of its blocks. Any text gives an answer; what is wrong is said in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.stepping import mistakes
from kb.stepping.steps import Command, Mistake, Outcome, Step, Steps

MOST_STEPS, MOST_OUTCOMES = 60, 12  # more than anybody follows; what is beyond is a mistake

_ID = re.compile(r"\{#([^{}]*)\}\s*\Z")
_GOOD_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXPECT = re.compile(r"\*{0,2}(?:Expect|期待)[ ]?[:：]\*{0,2}\s*")
_ARROW = re.compile(r"(?:→|->)[ \t\n]*(?:#([^\s#]+)[ \t\n]*\Z|(solved|ask|stop)(?![\w-])[ \t]*[:：]?)")


@dataclass(frozen=True)
class Block:
    """A block at the top of the text: its first token, all its tokens, its lines [start, end)."""

    head: Token
    tokens: list[Token]
    start: int
    end: int

    @property
    def text(self) -> str:
        """What stands in it."""
        return next((token.content for token in self.tokens if token.type in ("inline", "fence")), "")

    @property
    def is_step_heading(self) -> bool:
        """A heading of the second level."""
        return self.head.type == "heading_open" and self.head.tag == "h2"


@dataclass
class Section:
    """The blocks below one heading; `heading` is None for the opening."""

    heading: Block | None
    blocks: list[Block] = field(default_factory=list)


@lru_cache(maxsize=256)
def parse(body: str) -> Steps:
    """The steps of a runbook's Markdown, with all its mistakes. The words of a revision never change, so the
    answer is kept.
    """
    lines, found = body.replace("\r\n", "\n").replace("\r", "\n").split("\n"), []
    opening, *sections = _sections(_blocks(body))
    steps = []
    for section in sections[:MOST_STEPS]:
        step, wrong = _step(section, lines)
        steps.append(step)
        found += wrong
    if len(sections) > MOST_STEPS:
        found.append(mistakes.too_many_steps(_line(sections[MOST_STEPS]), MOST_STEPS))
    text = _lines(lines, opening.blocks)
    read = Steps(text, tuple(steps))
    found += mistakes.of(read) + mistakes.placeholders(lines)
    return Steps(text, read.steps, tuple(sorted(found, key=lambda one: one.line)[: mistakes.MOST]))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("inline")


def _blocks(body: str) -> Iterator[Block]:
    """The blocks at the top of the text, in order."""
    tokens: list[Token] = []
    for token in _markdown().parse(body):
        tokens.append(token)
        if token.level == 0 and token.nesting <= 0:
            start, end = tokens[0].map or [0, 0]
            yield Block(tokens[0], tokens, start, end)
            tokens = []


def _sections(blocks: Iterator[Block]) -> list[Section]:
    """The opening, then a section for each heading of the second level."""
    found = [Section(None)]
    for block in blocks:
        if block.is_step_heading:
            found.append(Section(block))
        else:
            found[-1].blocks.append(block)
    return found


def _line(section: Section) -> int:
    return section.heading.start + 1 if section.heading else 1


def _step(section: Section, lines: list[str]) -> tuple[Step, list[Mistake]]:
    """One step, and what is wrong in it alone."""
    assert section.heading is not None
    line, title = _line(section), section.heading.text
    matched = _ID.search(title)
    anchor = matched.group(1) if matched else ""
    listed = next((b for b in reversed(section.blocks) if _leads_anywhere(b)), None)
    expected = [b for b in section.blocks if b.head.type == "paragraph_open" and _EXPECT.match(b.text)]
    runs = [b for b in section.blocks if b.head.type == "fence" and b.head.info.split()[:1] == ["run"]]
    outcomes, wrong = _outcomes(listed)
    step = Step(
        id=anchor,
        title=_ID.sub("", title).replace("\n", " ").strip(),
        purpose=_lines(lines, [b for b in section.blocks if b not in (listed, *expected, *runs)]),
        commands=tuple(_command(block) for block in runs),
        expect=" ".join(_EXPECT.sub("", block.text, count=1) for block in expected),
        outcomes=outcomes,
        line=line,
    )
    if not _GOOD_ID.fullmatch(anchor):
        wrong.append(mistakes.bad_id(line, anchor) if matched else mistakes.no_id(line))
    if listed is not None and section.blocks[-1] is not listed:
        wrong.append(mistakes.after_the_outcomes(section.blocks[-1].start + 1))
    return step, wrong


def _command(block: Block) -> Command:
    return Command(block.head.content.rstrip("\n"), " ".join(block.head.info.split()[1:]))


def _lines(lines: list[str], blocks: list[Block]) -> str:
    """The blocks as they were written, an empty line between them."""
    return "\n\n".join("\n".join(lines[block.start : block.end]).rstrip() for block in blocks)


def _leads_anywhere(block: Block) -> bool:
    """A list of which an item has an arrow."""
    is_list = block.head.type in ("bullet_list_open", "ordered_list_open")
    return is_list and any("→" in t.content or "->" in t.content for t in block.tokens if t.type == "inline")


def _items(block: Block) -> Iterator[tuple[int, str]]:
    """The items of a list: line and text. Paragraphs and lists within an item are one text."""
    line, texts = 0, list[str]()
    for token in block.tokens:
        if token.type == "list_item_open" and token.level == 1:
            line, texts = (token.map or [0])[0] + 1, []
        elif token.type == "list_item_close" and token.level == 1:
            yield line, "\n\n".join(texts)
        elif token.type in ("inline", "fence", "code_block"):
            texts.append(token.content.strip("\n"))


def _outcomes(block: Block | None) -> tuple[tuple[Outcome, ...], list[Mistake]]:
    found, wrong = [], list[Mistake]()
    for line, text in _items(block) if block else ():
        outcome = _outcome(line, text)
        found.append(outcome)
        if not outcome.leads:
            wrong.append(mistakes.leads_nowhere(line))
    if len(found) > MOST_OUTCOMES:
        wrong.append(mistakes.too_many_outcomes(found[MOST_OUTCOMES].line, MOST_OUTCOMES))
    return tuple(found[:MOST_OUTCOMES]), wrong


def _outcome(line: int, text: str) -> Outcome:
    arrow = _ARROW.search(text)
    if arrow is None:
        return Outcome(text.strip(), "", line=line)
    said = text[: arrow.start()].strip()
    if arrow.group(1):
        return Outcome(said, f"#{arrow.group(1)}", line=line)
    return Outcome(said, arrow.group(2), text[arrow.end() :].strip(), line)
