"""An article on paper: the words in full, in one language, with their state; nothing to press."""

import os
import re
import tempfile
import zlib
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from kb import attachments, printing
from kb.models import Article
from tests.kb import sample_pictures as sample
from tests.kb.runbook_text import runbook
from tests.kb.test_pages_of_articles import revision
from tests.kb.test_pages_of_captures import page, text
from tests.town import wait_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(cast) -> Article:
    made = Article.objects.create(slug="keepalive")
    body = "Words with [a link](https://www.rfc-editor.org/rfc/rfc9293).\n\n::experiment connect_timeout\n"
    revision(made, "en", "Keepalive", body=body, verified_until=date(2027, 6, 1))
    revision(made, "ja", "キープアライブ", body="本文です。\n\n::experiment no_such\n")
    revision(made, "en", "Not yet", state="in_review")
    return made


def test_the_page_holds_the_words_their_state_and_nothing_to_press(alice, article):
    html = page(alice, "/articles/keepalive/print/", "en")
    words = text(html)
    pk = article.current("en").pk
    assert "Keepalive" in words
    assert f"Revision {pk}, approved" in words
    assert "verified until 2027-06-01" in words
    assert "printed 20" in words
    assert "<header" not in html
    assert "<aside" not in html
    assert "Not yet" not in html
    assert 'class="live experiment"' in html
    assert "/css/paper" in html
    assert "<style" not in html


def test_a_document_has_one_language(alice, article):
    html = page(alice, "/articles/keepalive/print/?language=ja", "en")
    assert '<html lang="ja"' in html
    assert "「no_such」という実験はありません" in html or "no_such" in html
    assert "There is no experiment" not in html


def test_a_runbook_is_printed_with_its_tree_and_every_step(alice):
    runbook()
    html = page(alice, "/runbooks/refused/print/", "en")
    assert "<svg" in html
    assert "Is there a firewall?" in text(html)
    assert "ss -ltn" in html
    assert alice.get("/articles/refused/print/").status_code == 404


def test_what_is_not_approved_is_not_printed(alice, cast):
    made = Article.objects.create(slug="new-one")
    revision(made, "en", "Not yet", state="in_review")
    assert alice.get("/articles/new-one/print/").status_code == 404


def test_the_article_leads_to_it(alice, article):
    assert 'href="/articles/keepalive/print/?language=en"' in page(alice, "/articles/keepalive/", "en")


# ---- PDF


needs_chromium = pytest.mark.skipif(printing.browser() is None, reason="needs chromium")


def letters(pdf: bytes) -> set[str]:
    """The characters that the fonts of a PDF give back as text."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue
        for part in re.findall(rb"beginbfchar(.*?)endbfchar", content, re.S):
            found |= {chr(int(to, 16)) for to in re.findall(rb"<\w+> <(\w{4})>", part)}
        for part in re.findall(rb"beginbfrange(.*?)endbfrange", content, re.S):
            for first, last, to in re.findall(rb"<(\w+)> <(\w+)> <(\w{4})>", part):
                count = int(last, 16) - int(first, 16) + 1
                found |= {chr(int(to, 16) + number) for number in range(count)}
    return found


def has_ended(process: int) -> bool:
    """Gone, or waiting for its parent to look."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


@needs_chromium
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_pdf_holds_the_title_as_text(alice, article, language):
    before = os.umask(0o077)  # as the server has it
    answer = alice.get(f"/articles/keepalive/pdf/?language={language}")
    os.umask(before)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    title = article.current(language).title
    assert set(title) <= letters(answer.content)


@needs_chromium
def test_a_file_of_the_server_does_not_get_into_the_pdf(alice, article):
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "secret.png").write_bytes(sample.png(300, 300))
        image = f'<img src="file://{name}/secret.png">'
        html = render_to_string("print.html", {"sheets": ["p { margin: 0 }"], "prose": mark_safe(image)})
        assert b"/Width 300" in printing.pdf(image), "it could be read"
        assert b"/Width 300" not in printing.pdf(html)


def test_pictures_are_put_inside_and_other_addresses_show_nothing(cast, article):
    picture = attachments.stored(attachments.cleaned(sample.png()), "x.png", cast.alice)
    shown = f'<img src="{picture.get_absolute_url()}"><img alt="" src="/etc/passwd">'
    revision(article, "en", "With it", state="superseded", body=f"![x]({picture.get_absolute_url()})")
    assert 'src="data:,"' in printing.with_pictures(shown, cast.alice)
    assert "base64" not in printing.with_pictures(shown, cast.alice)
    attachments.claim(article, picture.get_absolute_url())
    assert printing.with_pictures(shown, cast.alice).count("data:image/png;base64,") == 1


def test_without_a_browser_the_page_says_what_to_install(alice, article, monkeypatch):
    monkeypatch.setattr(printing, "BROWSERS", ())
    answer = alice.get("/articles/keepalive/pdf/", headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert "apt-get install chromium" in answer.content.decode()
    assert "/articles/keepalive/print/" in answer.content.decode()


def test_a_browser_that_hangs_is_ended_with_all_it_started(monkeypatch):
    with tempfile.TemporaryDirectory() as name:
        program = Path(name) / "hangs"
        program.write_text(f"#!/bin/sh\nexec 3>{name}/started; sleep 417.5 & echo $! >&3; sleep 417.5\n")
        program.chmod(0o755)
        Path(name).chmod(0o777)  # for who has no rights
        monkeypatch.setattr(printing, "LONGEST", 2)
        with pytest.raises(printing.CannotPrint, match="too slow"):
            printing.printed(str(program), "<p>")
        child = int((Path(name) / "started").read_text())
    wait_for(lambda: has_ended(child), 10)


def test_every_sheet_of_the_printable_page_is_in_the_pdf():
    linked = (settings.BASE_DIR / "templates" / "parts" / "print_sheets.html").read_text()
    assert re.findall(r"css/(\w+)\.css", linked) == list(printing.SHEETS)
    assert len(printing.sheets()) == len(printing.SHEETS)
