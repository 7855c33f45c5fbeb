"""What is found, in which order, and how it is shown; the same on both databases."""

import pytest
from django.test import Client

from kb import tokens
from kb.models import Capture
from kb.search.find import find
from tests.cast import accept
from tests.kb.search_corpus import article
from tests.reported import report_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CANARY = "canary-41ce"


@pytest.fixture
def corpus(cast):
    article(
        "reset",
        "Reset on the path",
        "The application reports Connection reset by peer (ECONNRESET, errno 104).",
    )
    article("reset", "経路上からのリセット", "接続がリセットされます。", language="ja")
    article(
        "timeout", "Connect timeout", "connect() fails with ETIMEDOUT. See tcp_syn_retries.", tags=["syn"]
    )
    article("timeout", "接続のタイムアウト", "接続がタイムアウトしました、と表示されます。", language="ja")
    article(
        "wait",
        "再送の待ち時間",
        "サーバーが応答せず、ｔｃｐ＿ｒｅｔｒｉｅｓ２ 回だけ再送します。",
        language="ja",
    )
    article(
        "peer", "Peers", "A peer may reset. A connection is by design not a peer, and first of all a promise."
    )
    return cast


def slugs(cast, text, language="en", **more):
    return [hit.slug for hit in find(cast.alice, text, language, **more).hits]


FIRST = [
    ("ECONNRESET", "reset"),
    ("econnreset", "reset"),
    ("ＥＣＯＮＮＲＥＳＥＴ", "reset"),
    ("Connection reset by peer", "reset"),
    ('"reset by peer"', "reset"),
    ("接続がタイムアウト", "timeout"),
    ("ﾀｲﾑｱｳﾄ", "timeout"),
    ("再", "wait"),
    ("再送", "wait"),
    ("間", "wait"),
    ("サーバ", "wait"),
    ("サーバー", "wait"),
    ("tcp_retries2", "wait"),
    ("tcp_syn", "timeout"),
    ("syn", "timeout"),
    ("NNRES", "reset"),
    ("errno 104)", "reset"),
    ("timeouts", "timeout"),
    ("why does connect report a timeout", "timeout"),
    ("接続が突然タイムアウトになる", "timeout"),
    ("()", "timeout"),
]


def test_words_of_any_length_and_width_are_found(corpus):
    found = {text: slugs(corpus, text)[:1] for text, _ in FIRST}
    assert found == {text: [first] for text, first in FIRST}


def test_letters_inside_another_word_are_not_the_word(corpus):
    article("segments", "Segments", "A RST ends it.")
    assert slugs(corpus, "rst") == ["segments"]


def test_a_title_comes_before_a_text(corpus):
    article("other", "Another", "A timeout, a timeout, a timeout: connect and time out.")
    assert slugs(corpus, "connect timeout")[0] == "timeout"


def test_the_readers_language_comes_first_and_the_other_is_found_too(corpus):
    english, japanese = (find(corpus.alice, "timeout 接続", language).hits[0] for language in ("en", "ja"))
    assert [hit.language for hit in find(corpus.alice, "ETIMEDOUT", "ja").hits] == ["en"]
    assert (english.slug, japanese.slug) == ("timeout", "timeout")
    assert japanese.language == "ja"


def test_each_thing_is_found_once(corpus):
    found = slugs(corpus, "接続 reset timeout")
    assert len(found) == len(set(found))


def test_the_snippet_shows_the_place_with_the_words_marked(corpus):
    hit = find(corpus.alice, "connection RESET", "en").hits[0]
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.marks]
    assert "Connection reset" in marked
    title = find(corpus.alice, "ﾘｾｯﾄ", "ja").hits[0].named
    assert [title.text[start:end] for start, end in title.marks] == ["リセット"]


def test_a_long_text_is_shown_where_it_holds_the_words(corpus):
    article("long", "Long", "nothing here. " * 500 + "Then a needle, at last. " + "nothing here. " * 500)
    snippet = find(corpus.alice, "needle", "en").hits[0].snippet
    assert len(snippet.text) < 260
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["needle"]
    assert snippet.text.startswith("…")
    assert snippet.text.endswith("…")


def test_the_kind_can_be_narrowed_and_the_number_limited(corpus):
    assert slugs(corpus, "peer", kinds=["capture"]) == []
    assert len(slugs(corpus, "peer", limit=1)) == 1


HOSTILE = [
    *(
        '"',
        '""',
        '"*',
        "*",
        "^",
        "a*",
        "NEAR(",
        "a NEAR b",
        "AND",
        "OR",
        "NOT",
        "a OR",
        "-a",
        "a:b",
        "head:x",
        "{a}:b",
    ),
    *("'", "'; DROP TABLE kb_searchentry; --", "\\", "%", "_", "a & b", "!a", "a <-> b", ":*", "()", "(a"),
    *(
        "\0",
        "a\0b",
        "\ud800",
        "\udfff\ud800",
        "😀",
        "👩‍👩‍👧",
        "\u202e",
        "\ufeff",
        "ﾞ",
        "゙",
        "ー",
        "々",
        "์",
        "\u0345",
    ),
    *(
        "a" * 10_000,
        "再" * 10_000,
        "a " * 5000,
        "😀" * 10_000,
        '"' * 10_000,
        "1" * 10_000,
        "a.b" * 3000,
        " ",
        "",
    ),
    *(
        "٣",
        "²",
        "ⅷ",
        "ﬃ",
        "ß",
        "İ",
        "𝒳",
        "𠮷",
        "\U000e0001",
        "\x1b[31m",
        "\r\n",
        "<script>alert(1)</script>",
        "{{ x }}",
    ),
]


def test_a_query_is_data(corpus):
    for text in HOSTILE:
        find(corpus.alice, text, "en")
        find(corpus.alice, f"reset {text} 接続", "ja")


def test_the_api_answers_as_its_document_says(corpus):
    call = Client(headers={"Authorization": f"Bearer {tokens.make(corpus.alice)}", "Accept-Language": "ja"})
    answer = call.get("/api/search", {"q": "リセット", "limit": 1}).json()
    assert answer["query"] == "リセット"
    assert answer["count"] >= 1
    (hit,) = answer["hits"]
    assert list(hit) == ["kind", "title", "url", "slug", "language", "codes", "snippet", "marks"]
    assert (hit["kind"], hit["slug"], hit["url"]) == ("article", "reset", "/articles/reset/")
    assert [hit["snippet"][start:end] for start, end in hit["marks"]] == ["リセット"]
    for limit in ("0", "101", "x"):
        assert call.get("/api/search", {"q": "a", "limit": limit}).status_code == 422
    assert call.get("/api/search", {"q": ""}).json() == {"query": "", "hits": [], "count": 0}


def test_the_api_never_fails(corpus):
    call = Client(headers={"Authorization": f"Bearer {tokens.make(corpus.alice)}"})
    for text in HOSTILE:
        answer = call.get("/api/search", {"q": text.encode("utf-8", "replace").decode()})
        assert answer.status_code == 200, text


def test_charlie_finds_and_counts_nothing_of_another_team(corpus):
    job = accept(corpus)
    Capture.objects.update(name=f"{CANARY}.pcap")
    report_on(job)
    call = Client(headers={"Authorization": f"Bearer {tokens.make(corpus.charlie)}"})
    for words in (CANARY, job.capture.uid, "192.0.2.2", "canary", "port_closed", "41ce.pcap"):
        answer = call.get("/api/search", {"q": words}).json()
        assert [hit for hit in answer["hits"] if hit["kind"] == "capture"] == []
        assert CANARY not in str(answer["hits"])
        assert job.capture.uid not in str(answer["hits"])
    assert call.get("/api/search", {"q": CANARY}).json()["count"] == 0
    alices = Client(headers={"Authorization": f"Bearer {tokens.make(corpus.alice)}"})
    assert alices.get("/api/search", {"q": CANARY}).json()["count"] == 1


def test_who_has_left_finds_nothing(corpus):
    corpus.alice.is_active = False
    assert slugs(corpus, "peer") == []


def test_a_search_asks_the_database_a_few_times_however_much_is_found(corpus, django_assert_max_num_queries):
    for number in range(30):
        article(f"n{number}", f"Number {number}", "common words")
    with django_assert_max_num_queries(5):
        assert len(find(corpus.alice, "common", "en", limit=30).hits) == 30
