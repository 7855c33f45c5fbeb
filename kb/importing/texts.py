"""One Markdown file: its front matter, and what follows from it where that is silent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from kb import slugs
from kb import words as wording
from kb.articles import is_wide
from kb.importing import told
from kb.importing.files import File, Unreadable
from kb.models import Article
from kb.models.language import Language
from kb.shipped import listed, unquoted
from kb.words import Words

LARGEST = 4 * wording.LONGEST_BODY + 20_000  # bytes: UTF-8 takes up to four a character
KNOWN = ("title", "summary", "tags", "code", "codes", "lang", "kind", "slug")
LISTS = ("tags", "codes")
ALSO = {"description": "summary", "language": "lang"}  # as other systems call them
JAPANESE = 0.1  # so large a share of the letters; English texts have none, Japanese ones half and more
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
NO_PARAGRAPH = re.compile(r" {0,3}([#>|:]|[-*+] |\d+[.)] |!\[|---|===|\[[^\]]+\]:)|\t| {4}")


@dataclass(frozen=True)
class Text:
    """A text to be imported."""

    name: str  # of its file
    slug: str
    language: str
    kind: str
    words: Words
    has_tags: bool  # said in the front matter
    code: str
    codes: tuple[str, ...]
    unknown: tuple[str, ...]  # names in the front matter that say nothing here


def is_text(name: str) -> bool:
    """By its ending."""
    return name.lower().endswith((".md", ".markdown"))


def read(file: File) -> Text | told.Both:
    """The text, or why it is none. Its links are as they came."""
    if file.size > LARGEST:
        return told.TOO_LONG
    try:
        source = wording.lines(file.read().decode("utf-8-sig"))
    except Unreadable:
        return told.DAMAGED
    except UnicodeDecodeError:
        return told.NOT_UTF8
    fields, body = divided(source)
    stem, language = named(file.name)
    language = language or fields.get("lang", "")[:2].lower()
    given = wording.one_line(fields.get("title", ""))
    title, body = (given, body) if given else first_heading(body, stem)
    words = Words(
        title,
        wording.one_line(fields.get("summary", "")) or first_paragraph(body) or title,
        body.strip("\n").rstrip() + "\n",
        wording.tags_in(fields.get("tags", "")),
    )
    return Text(
        name=file.name,
        slug=fields.get("slug", "") or address(stem) or slugs.plain(title),
        language=language if language in Language.values else language_of(title + body),
        kind=kind_of(file.name, fields),
        words=words,
        has_tags="tags" in fields,
        code=fields.get("code", ""),
        codes=listed(fields.get("codes", "")),
        unknown=tuple(name for name in fields if name not in KNOWN),
    )


def divided(source: str) -> tuple[dict[str, str], str]:
    """Front matter by name, and the Markdown below it. A list of YAML becomes words between commas."""
    head, line, body = source.removeprefix("---\n").partition("\n---\n")
    if not source.startswith("---\n") or not line:
        return {}, source
    fields: dict[str, str] = {}
    name = ""
    for entry in head.splitlines():
        if entry.lstrip().startswith("- ") and name:
            fields[name] = ", ".join(filter(None, (fields[name], unquoted(entry.lstrip()[2:].strip()))))
        elif ":" in entry and not entry.startswith((" ", "\t", "#")):
            name, _, value = entry.partition(":")
            name = ALSO.get(name.strip().lower(), name.strip().lower())
            fields[name] = value_of(name, value.strip())
    return fields, body


def value_of(name: str, value: str) -> str:
    """Without quotation marks; a list `[a, "b"]` as words between commas."""
    if name in LISTS and value.startswith("[") and value.endswith("]"):
        return ", ".join(unquoted(word) for word in listed(value[1:-1]))
    return unquoted(value)


def named(name: str) -> tuple[str, str]:
    """What the file's name says: the stem, and the language or nothing. README and index are their folder."""
    path = PurePosixPath(name)
    stem, _, language = path.stem.rpartition(".")
    if language not in Language.values or not stem:
        stem, language = path.stem, ""
    if stem.lower() in ("readme", "index") and path.parent.name:
        stem = path.parent.name
    return stem, language


def address(stem: str) -> str:
    """The article's address by the name of its file."""
    whole = stem.lower().replace("_", "-")
    is_one = len(whole) <= slugs.LONGEST and re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", whole)
    return whole if is_one else slugs.plain(stem)


def kind_of(name: str, fields: dict[str, str]) -> str:
    """By its folder, else as it says."""
    is_runbook = "runbooks" in PurePosixPath(name).parts[:-1] or fields.get("kind") == "runbook"
    return Article.Kind.RUNBOOK if is_runbook else Article.Kind.ARTICLE


def language_of(text: str) -> str:
    """By the share of Japanese among its letters."""
    letters = [character for character in text if character.isalpha()]
    wide = sum(is_wide(character) for character in letters)
    return Language.JAPANESE if wide > JAPANESE * len(letters) else Language.ENGLISH


def first_heading(body: str, stem: str) -> tuple[str, str]:
    """The first heading as the title, and the text without it where it stands at the top; without headings
    the file's name.
    """
    top = body.lstrip("\n")
    line, _, rest = top.partition("\n")
    under = rest.partition("\n")
    if re.fullmatch(" {0,3}=+ *", under[0]) and line.strip():
        return plain(line), under[2]
    if found := re.match(r" {0,3}#[ \t]+(.+)", line):
        return plain(found[1]), rest
    heads = (re.match(r" {0,3}#{1,6}[ \t]+(.+)", line) for line in prose(body))
    found = next((head for head in heads if head), None)
    return (plain(found[1]) if found else re.sub("[-_]+", " ", stem).strip()), body


def prose(body: str) -> Iterator[str]:
    """Its lines without those of code; an empty one where code stood."""
    fence = ""
    for line in body.splitlines():
        mark = FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
            yield ""
        elif not fence:
            yield line


def first_paragraph(body: str) -> str:
    """The first paragraph in one line, as a summary; empty when there is none."""
    found: list[str] = []
    for line in prose(body):
        if line.strip() and not NO_PARAGRAPH.match(line):
            found.append(line)
        elif found:
            break
    joined = "".join(
        one if not one or not before or (is_wide(before[-1:]) and is_wide(one[:1])) else " " + one
        for before, one in zip([""] + [line.strip() for line in found], map(str.strip, found), strict=False)
    )
    return plain(joined)[: wording.LONGEST_SUMMARY]


def plain(markdown: str) -> str:
    """A line of Markdown as text: links by their words, no marks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"\{#[\w-]+\}|[*`]+|\s#+\s*$", "", text)
    return wording.one_line(text)
