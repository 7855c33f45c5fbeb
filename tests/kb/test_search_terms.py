"""Terms and folding: one form for letters that mean the same, and any part of a sentence is found."""

import pytest

from kb.search import needles, terms
from kb.search.folding import fold, fold_with_places


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＣＫ", "ack"),
        ("ﾀｲﾑｱｳﾄ", "タイムアウト"),
        ("ﾃﾞｰﾀｸﾞﾗﾑ", "データグラム"),
        ("サーバー", "サーバ"),
        ("ルーターの", "ルータの"),
        ("データ", "データ"),
        ("Straße", "strasse"),
        ("a\0b", "a b"),
        ("\ud800x", "?x"),
    ],
)
def test_letters_that_mean_the_same_are_the_same(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize("text", ["ﾃﾞｰﾀ とサーバー、ＡＣＫ", "Straße ①", "e\u0301tat", "plain", ""])
def test_each_folded_letter_knows_where_it_came_from(text):
    found = fold_with_places(text)
    assert found.text == fold(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
    for letter, start, end in zip(found.text, found.starts, found.ends, strict=True):
        assert letter in fold(text[start:end] + "ー") or letter in fold(text[start:end])


def test_japanese_becomes_overlapping_pairs_and_a_last_one_alone():
    assert list(terms.of_text("再送は")) == ["再送", "送は", "は"]


def test_words_compounds_and_the_parts_of_names_are_terms():
    assert list(terms.of_text("tcp_retries2 10.0.3.2:443")) == [
        *("tcp", "retries2", "tcp_retries2"),
        *("10", "0", "3", "2", "443", "10_0_3_2_443"),
    ]
    assert list(terms.of_text("TcpExtListenDrops")) == ["tcpextlistendrops", "tcp", "ext", "listen", "drops"]


def test_scripts_that_touch_are_told_apart():
    assert list(terms.of_text("TCPの接続")) == ["tcp", "の接", "接続", "続"]


@pytest.mark.parametrize(
    "text", ['"; DROP TABLE x --', "NEAR(a b)", "a* OR ^b", "'x':* & !y", "😀\u202e\0", "{a b}:c"]
)
def test_no_term_holds_syntax(text):
    assert all(term.replace("_", "a").isalnum() for term in terms.of_text(text))
    for needle in needles.parse(text).needles:
        assert all(
            part.replace("_", "a").isalnum() for part in (*needle.parts, needle.whole or "a", needle.stem)
        )


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("retransmissions", "retransmission"),
        ("dropped", "drop"),
        ("retries", "retr"),
        ("RST", "rst"),
        ("address", "addres"),
    ],
)
def test_a_word_is_looked_for_by_its_beginning(word, stem):
    assert needles.parse(word).needles[0].stem == stem


def test_a_japanese_sentence_falls_apart_into_what_it_is_about():
    assert [piece.text for piece in needles.parse("接続がタイムアウトする").loose] == ["接続", "タイムアウト"]
    assert [piece.text for piece in needles.parse("why is the session hanging").loose] == [
        "session",
        "hanging",
    ]


def test_a_query_is_cut_before_it_costs_much():
    query = needles.parse("word " * 2000)
    assert len(query.text) <= needles.LONGEST
    assert len(needles.parse(" ".join(map(str, range(500)))).needles) == needles.MOST
