"""The page of hits, the list while typing, and the page of symptoms."""

import pytest
from django.test import Client

from kb.models import Capture, SearchEntry
from tests.cast import accept
from tests.kb.search_corpus import article
from tests.kb.test_pages_of_captures import page, text
from tests.reported import report_on

pytestmark = pytest.mark.django_db
CANARY = "canary-77ab"
SYNS = "\n".join(
    f"10:00:0{second}.000000 IP 10.0.1.2.40000 > 10.0.2.2.443: Flags [S], seq 77, win 64240, length 0"
    for second in (0, 1, 3)
)


@pytest.fixture
def corpus(cast):
    article("syn-unanswered", "Connect timeout", "Nothing answers: ETIMEDOUT.", code="syn_unanswered")
    article("syn-unanswered", "SYN に応答がない", "接続がタイムアウトします。", language="ja")
    article("timeouts", "Timeouts, step by step", "First ping.", kind="runbook")
    return cast


def test_the_box_stands_on_every_page_of_who_is_signed_in(alice, client):
    assert 'action="/search/"' in page(alice, "/captures/")
    assert 'action="/search/"' not in Client().get("/sign-in/").content.decode()


def test_hits_are_grouped_by_kind_with_the_words_marked(alice, corpus):
    html = page(alice, "/search/?q=timeout")
    assert "<mark>timeout</mark>" in html
    assert html.index("<h2>Articles</h2>") < html.index("<h2>Runbooks</h2>")
    assert 'href="/runbooks/timeouts/"' in html
    assert "Runbooks" in text(page(alice, "/search/?q=timeout&kind=runbook"))
    assert "Connect" not in text(page(alice, "/search/?q=step&kind=runbook"))


def test_without_words_the_page_says_what_to_do(alice, corpus):
    html = page(alice, "/search/")
    assert "ECONNRESET" in html
    assert 'href="/search/symptom/"' in html


def test_where_nothing_is_found_the_nearest_is_offered(alice, corpus):
    html = page(alice, "/search/?q=conect")
    assert "Nothing holds these words." in html
    assert 'href="/search/?q=connect"' in html
    assert 'action="/search/symptom/"' in html


def test_what_is_typed_and_what_is_found_is_shown_as_text(alice, corpus):
    article("hostile", "<b>bold</b>\u202e needle", "needle <script>alert(1)</script>")
    html = page(alice, "/search/?q=needle")
    assert "<script>alert" not in html
    assert "&lt;b&gt;bold" in html
    assert "\u202e" not in html
    assert "<i>x" not in page(alice, "/search/?q=<i>x")


def test_the_list_while_typing_is_a_list_of_options(alice, corpus):
    html = alice.get("/search/instant/?q=timeo").content.decode()
    assert html.count('role="option"') == 2
    assert "<mark>timeout</mark>" in html.lower() or "<mark>" in html
    assert "<html" not in html


def test_charlie_sees_nothing_of_another_team_on_any_page_of_search(alice, corpus):
    job = accept(corpus)
    Capture.objects.update(name=f"{CANARY}.pcap")
    report_on(job)
    assert CANARY in page(alice, f"/search/?q={CANARY}")
    charlie = Client()
    charlie.force_login(corpus.charlie)
    for path in ("/search/?q=", "/search/instant/?q=", "/search/?kind=capture&q="):
        for words in ("canary", "canary-77", "192.0.2.2", "port_closed", job.capture.uid, "kanary-77ab"):
            html = charlie.get(path + words).content.decode()
            assert CANARY not in html, path + words
            assert f"/captures/{job.capture.uid}/" not in html, path + words
    assert CANARY not in charlie.post("/search/symptom/", {"text": "canary-77a"}).content.decode()


def test_a_pasted_text_leads_to_what_explains_it_and_is_not_kept(alice, corpus):
    html = alice.post("/search/symptom/", {"text": f"{SYNS}\n{CANARY}"}).content.decode()
    assert "3 SYNs of one connection, 1 and 2 seconds apart: nothing answered." in html
    assert 'href="/articles/syn-unanswered/"' in html
    assert not SearchEntry.objects.filter(text__contains=CANARY).exists()
    assert CANARY not in str(list(alice.session.items()))
    assert (
        alice.get(f"/search/symptom/?text={CANARY}").content.decode().count(CANARY) <= 2
    )  # its address alone


def test_the_reasons_are_in_the_readers_language(alice, corpus):
    alice.cookies["language"] = "ja"
    html = alice.post("/search/symptom/", {"text": SYNS}, headers={"Accept-Language": "ja"}).content.decode()
    assert "応答がありません" in html
    assert "SYN に応答がない" in html


def test_what_is_not_recognised_is_searched_by_its_words(alice, corpus):
    html = alice.post("/search/symptom/", {"text": "17:02 job 4711: step by step, ping"}).content.decode()
    assert "No line was recognised." in html
    assert 'href="/runbooks/timeouts/"' in html


def test_a_capture_can_be_dropped_there(alice, corpus):
    html = page(alice, "/search/symptom/")
    assert 'action="/captures/upload/"' in html
    assert "js/upload.js" in html


def test_the_api_tells_codes_reasons_and_hits(alice, corpus):
    answer = alice.post("/api/search/symptom", {"text": SYNS}, "application/json").json()
    assert answer["codes"][0] == "syn_unanswered"
    assert answer["reasons"][0]["text"].startswith("3 SYNs")
    assert answer["hits"][0]["slug"] == "syn-unanswered"
    assert alice.post("/api/search/symptom", {"text": "x" * 200_001}, "application/json").status_code == 422


def test_an_error_code_in_the_box_finds_what_it_means(alice, corpus):
    assert alice.get("/api/search?q=10060").json()["hits"][0]["slug"] == "syn-unanswered"
