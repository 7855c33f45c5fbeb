"""The form every shipped article keeps, in both languages.

Shipped articles are Markdown files with a front matter of two lines: those of the diagnoses beside their
rules (``diagnoses/<code>/article.<language>.md``), the free ones in ``kb/content/<slug>.<language>.md``.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "ja")
HEADINGS = {
    "en": (
        "What you see",
        "What it means",
        "How the verdict is reached",
        "What to ask and do next",
        "Try it yourself",
        "What looks like it but is not",
        "References",
    ),
    "ja": (
        "何が見えるか",
        "何を意味するか",
        "判定の根拠",
        "次に確認すること",
        "自分で試す",
        "似ているが違うもの",
        "参考",
    ),
}
FRONT_MATTER = re.compile(
    r"\A---\ntitle: (?P<title>[^\n]+)\nsummary: (?P<summary>[^\n]+)\n(?:tags: (?P<tags>[^\n]+)\n)?---\n\n"
    r"(?P<body>.+)\Z",
    re.S,
)
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```$", re.S | re.M)
INLINE_CODE = re.compile(r"`[^`\n]+`")
LINK_TARGET = re.compile(r"\]\(([^)]+)\)")
LIVE_BLOCK = re.compile(r"^::(?!:).*$\n?", re.M)  # tests/kb/test_live_content.py looks at these
OPENED_OR_CLOSED = re.compile(r"^:::(?: \w+)?", re.M)
QUOTED_OUTPUT = re.compile(r"(?<!\*)\*(?!\*)[^*\n]+\*")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH_RUN = re.compile(r"(?:[A-Za-z][A-Za-z'-]*[ ,]+){5,}[A-Za-z]+")
WORD = re.compile(r"[A-Za-z]{2,}")
NUMBER = re.compile(r"\d+(?:\.\d+)*")
LISTS = ("/runbooks/", "/experiments/")
STANDARDS = (
    r"https://(www\.rfc-editor\.org/rfc/rfc\d+|docs\.kernel\.org/[\w./-]+\.html"
    r"|man7\.org/linux/man-pages/man\d/[\w.-]+\.html)"
)
SOURCE_HOSTS = ("qiita.com", "nesuke.com")
DOCUMENTATION_ADDRESS = re.compile(r"^(192\.0\.2|198\.51\.100|203\.0\.113|127\.0\.0|0\.0\.0)\.\d+$")
ADDRESS = re.compile(r"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d])")


@dataclass(frozen=True)
class Shipped:
    """One shipped article: its slug, whether a diagnosis owns it, and the path of its text by language."""

    slug: str
    of_diagnosis: bool
    paths: dict[str, Path]

    def text(self, language: str) -> str:
        return self.paths[language].read_text(encoding="utf-8")

    def part(self, language: str, name: str) -> str:
        """The title, summary, tags or body."""
        match = FRONT_MATTER.match(self.text(language))
        assert match, f"{self.paths[language]} does not begin with a front matter of title and summary"
        return match[name] or ""

    def prose(self, language: str) -> str:
        """The body without fenced code, inline code, link targets, and the marks of blocks."""
        body = FENCE.sub("", self.part(language, "body"))
        body = OPENED_OR_CLOSED.sub("", LIVE_BLOCK.sub("", body))
        return LINK_TARGET.sub("]", INLINE_CODE.sub("", body))


def shipped() -> Iterator[Shipped]:
    """Every article of the product; a diagnosis that has a rule must have one, written or not."""
    owners = {
        path.parent
        for pattern in ("*/rule.py", "*/article.*.md")
        for path in (ROOT / "diagnoses").glob(pattern)
    }
    for folder in sorted(owners):
        paths = {language: folder / f"article.{language}.md" for language in LANGUAGES}
        yield Shipped(folder.name.replace("_", "-"), True, paths)
    content = ROOT / "kb" / "content"
    for slug in sorted({path.name.split(".")[0] for path in content.glob("*.md")}):
        yield Shipped(slug, False, {language: content / f"{slug}.{language}.md" for language in LANGUAGES})


ARTICLES = tuple(shipped())
SLUGS = frozenset(article.slug for article in ARTICLES)
RUNBOOKS = {f"/runbooks/{path.name.split('.')[0]}/" for path in (ROOT / "kb" / "runbooks").glob("*.en.md")}
each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def sentences(prose: str) -> set[str]:
    """Sentences, list items and table cells worth comparing: long enough to be language and not a name."""
    pieces = re.split(r"(?<=[.。?:])\s+|\n|\|", prose)
    return {piece.strip(" -*#") for piece in pieces if len(WORD.findall(piece)) > 5 or len(piece) > 40}


def test_the_articles_every_other_page_links_to_are_shipped() -> None:
    assert {"first-steps", "handshake-and-states", "taking-a-capture", "glossary", "syn-unanswered"} <= SLUGS


@each_article
def test_an_article_exists_in_both_languages(article: Shipped) -> None:
    missing = [str(path.relative_to(ROOT)) for path in article.paths.values() if not path.is_file()]
    assert not missing


@each_language
@each_article
def test_title_and_summary_are_single_plain_lines(article: Shipped, language: str) -> None:
    title, summary = article.part(language, "title"), article.part(language, "summary")
    # No ": " and no quotation marks: the lines read the same with and without a YAML parser.
    assert not re.search(r": |[\"#]", title + summary)
    assert len(title) <= 90
    assert len(summary) <= 200
    assert summary.endswith("。" if language == "ja" else ".")
    assert bool(JAPANESE.search(title)) is (language == "ja")


@each_article
def test_tags_are_english_words_and_the_same_in_both_languages(article: Shipped) -> None:
    assert article.part("en", "tags") == article.part("ja", "tags")
    words = article.part("en", "tags").split(", ") if article.part("en", "tags") else []
    assert all(re.fullmatch(r"[a-z0-9]+([ _-][a-z0-9]+)*", word) for word in words)
    assert len(set(words)) == len(words) <= 6
    assert words or article.of_diagnosis, "a lesson is found by its tags"


@each_language
@each_article
def test_a_diagnosis_keeps_the_seven_headings_in_order(article: Shipped, language: str) -> None:
    found = tuple(re.findall(r"^## (.+)$", FENCE.sub("", article.part(language, "body")), re.M))
    if article.of_diagnosis:
        assert found == HEADINGS[language]
    else:
        assert len(found) >= 3


@each_article
def test_both_languages_have_the_same_outline(article: Shipped) -> None:
    def outline(language: str) -> list[str]:
        return re.findall(r"^(#{2,}) ", FENCE.sub("", article.part(language, "body")), re.M)

    assert outline("en") == outline("ja")


@each_article
def test_a_lesson_has_as_many_paragraphs_items_rows_and_commands_in_both_languages(article: Shipped) -> None:
    def pieces(language: str) -> Counter[str]:
        tokens = MarkdownIt("commonmark").enable("table").parse(article.part(language, "body"))
        kinds = ("paragraph_open", "list_item_open", "tr_open", "fence")
        return Counter(token.type for token in tokens if token.type in kinds)

    if not article.of_diagnosis:
        assert pieces("en") == pieces("ja")


@each_article
def test_code_blocks_have_the_same_numbers_in_both_languages(article: Shipped) -> None:
    def numbers(language: str) -> list[list[str]]:
        return [NUMBER.findall(block) for block in FENCE.findall(article.part(language, "body"))]

    assert numbers("en") == numbers("ja")


@each_language
@each_article
def test_every_fence_is_closed(article: Shipped, language: str) -> None:
    assert len(re.findall(r"^```", article.text(language), re.M)) % 2 == 0


@each_article
def test_both_languages_link_to_the_same_articles(article: Shipped) -> None:
    def targets(language: str) -> set[str]:
        return {target for target in LINK_TARGET.findall(article.text(language)) if target.startswith("/")}

    assert targets("en") == targets("ja")


@each_language
@each_article
def test_links_lead_to_articles_our_lists_or_standards(article: Shipped, language: str) -> None:
    for target in LINK_TARGET.findall(FENCE.sub("", article.text(language))):
        inside = re.fullmatch(r"/articles/([a-z0-9-]+)/", target)
        if inside:
            assert inside[1] in SLUGS - {article.slug}, target
        elif target not in LISTS and target not in RUNBOOKS:
            assert re.fullmatch(STANDARDS, target), target


@each_article
def test_no_sentence_is_left_untranslated(article: Shipped) -> None:
    assert not sentences(article.prose("en")) & sentences(article.prose("ja"))


@each_article
def test_japanese_prose_holds_no_run_of_english(article: Shipped) -> None:
    # What a program prints is quoted in *asterisks* and stays as it is printed.
    prose = QUOTED_OUTPUT.sub("", article.prose("ja"))
    assert ENGLISH_RUN.findall(prose) == []


@each_article
def test_every_japanese_paragraph_is_japanese(article: Shipped) -> None:
    paragraphs = re.split(r"\n\s*\n", article.prose("ja"))
    foreign = [text for text in paragraphs if len(text.split()) > 3 and not JAPANESE.search(text)]
    assert not foreign


@each_article
def test_english_text_holds_no_japanese(article: Shipped) -> None:
    assert not JAPANESE.search(article.text("en"))


@each_language
@each_article
def test_the_tone_is_plain(article: Shipped, language: str) -> None:
    prose = article.prose(language)
    assert not re.search(r"[!！](?!\=)", prose)
    assert not re.search(r"\b(simply|just|obviously|easily)\b", prose, re.I)


@each_language
@each_article
def test_addresses_are_reserved_for_documentation_or_local(article: Shipped, language: str) -> None:
    # Looked for in code only: in prose, 4.2.3.6 is a section of a standard.
    code = "\n".join(FENCE.findall(article.text(language)) + INLINE_CODE.findall(article.text(language)))
    addresses = set(ADDRESS.findall(code))
    assert not {address for address in addresses if not DOCUMENTATION_ADDRESS.match(address)}
    assert not any(host in article.text(language) for host in SOURCE_HOSTS)


@each_article
def test_hop_arithmetic_in_a_line_adds_up(article: Shipped) -> None:
    for language in LANGUAGES:
        for start, seen, hop in re.findall(r"(\d+) [−-] (\d+) \+ 1 = (\d+)", article.text(language)):
            assert int(start) in (64, 128, 255)
            assert int(start) - int(seen) + 1 == int(hop)


@each_article
def test_sample_packets_have_the_length_their_sequence_numbers_say(article: Shipped) -> None:
    for line in "".join(FENCE.findall(article.text("en"))).splitlines():
        match = re.search(r"seq (\d+):(\d+),.* length (\d+)(?:$|:)", line)
        if match:
            assert int(match[2]) - int(match[1]) == int(match[3]), line
