"""The glossary says the same in both languages: as many terms, each explained and led to its article."""

import re
from pathlib import Path

import pytest

from kb import shipped
from kb.articles import render

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "ja")
#: What readers ask for first; each must be found as the beginning of a term.
ASKED_FOR = (
    *("SYN, ACK", "RST", "TIME-WAIT", "CLOSE-WAIT", "FIN-WAIT-2", "Half-open", "Half-closed", "Keepalive"),
    *(
        "ETIMEDOUT",
        "ECONNREFUSED",
        "ECONNRESET",
        "TTL",
        "Hop",
        "MTU",
        "NAT",
        "Idle timeout",
        "Retransmission",
    ),
    *("Zero window", "Handshake", "Finding", "Confidence", "Runbook", "Experiment"),
)


def entries(language: str) -> list[tuple[str, str]]:
    """Term and explanation, as HTML, in order."""
    path = ROOT / "kb/content" / f"glossary.{language}.md"
    html = render(shipped.parse(path, slug="glossary", code=None, language=language).body).html
    return re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd>(.*?)</dd>", html, re.S)


def links(explanation: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', explanation)


def test_both_languages_explain_as_many_terms_and_lead_to_the_same_articles_in_order() -> None:
    english, japanese = ([links(said) for _, said in entries(language)] for language in LANGUAGES)
    assert len(english) > 80
    assert english == japanese


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_an_article_and_stands_there_once(language: str) -> None:
    found = entries(language)
    assert [term for term, said in found if not links(said)] == []
    terms = [term for term, _ in found]
    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize("word", ASKED_FOR)
def test_what_readers_ask_for_first_is_explained(word: str) -> None:
    assert any(re.sub(r"<[^>]+>", "", term).startswith(word) for term, _ in entries("en")), word
