"""The difference of two texts: nothing is lost, and what is marked is what a person would mark."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.alignment import Effort, align, longest_growing
from kb.differences import Piece, compare, folded, new_of, old_of, words

LINES = st.sampled_from(
    ["# Keepalive", "The client waits.", "It waits for two hours.", "- one", "- two", "```", "ss -tn", "",
     "  ", "| a | b |", "サーバーは応答しません。", "サーバーが応答しました。",
     "::finding syn_unanswered", "\u3000"]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(LINES, max_size=20).map("\n".join), st.text(max_size=60), st.text("ab \nは。`", max_size=40)
)


def kinds(old: str, new: str) -> list[str]:
    return [passage.kind for passage in compare(old, new)]


def marked(old: str, new: str, mark: str) -> list[str]:
    return [piece.text for one in compare(old, new) for piece in one.pieces if piece.mark == mark]


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_without_the_added_it_is_the_old_text_and_without_the_removed_the_new_one(old, new):
    passages = compare(old, new)
    assert old_of(passages) == old
    assert new_of(passages) == new
    assert [one for stretch in folded(passages) for one in stretch.passages] == list(passages)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert {passage.kind for passage in compare(text, text)} <= {"kept"}


@settings(max_examples=200, deadline=None)
@given(st.text("abは。 ", max_size=40), st.text("abは。 ", max_size=40))
def test_words_lose_nothing_and_alternate(old, new):
    pieces = words(old, new)
    assert "".join(piece.text for piece in pieces if piece.mark != "added") == old
    assert "".join(piece.text for piece in pieces if piece.mark != "removed") == new
    marks = [piece.mark for piece in pieces]
    assert all(pair != (mark, mark) for mark in marks for pair in pairwise(marks))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=14), st.lists(st.integers(0, 4), max_size=14))
def test_matches_are_equal_and_in_order(old, new):
    matches = align(old, new, Effort(10_000))
    assert all(old[i] == new[j] for i, j in matches)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(matches))


def test_where_nothing_stands_only_once_the_shortest_script_is_found():
    old, new = "ABCABBA" * 2, "CBABAC" * 2
    assert len(align(old, new, Effort(10_000))) == 8


def test_the_longest_growing_row_is_found():
    assert longest_growing([(0, 5), (1, 1), (2, 2), (3, 0), (4, 3)]) == [(1, 1), (2, 2), (4, 3)]
    assert longest_growing([]) == []


def test_a_changed_word_is_marked_and_the_rest_is_kept():
    assert words("The client waits for two hours.", "The client waits for nine minutes.") == (
        Piece("kept", "The client waits for "),
        Piece("removed", "two hours"),
        Piece("added", "nine minutes"),
        Piece("kept", "."),
    )


def test_japanese_is_compared_by_characters_and_katakana_by_words():
    assert words("クライアントは 2 時間待ちます。", "サーバーは 2 時間待ちました。") == (
        Piece("removed", "クライアント"),
        Piece("added", "サーバー"),
        Piece("kept", "は 2 時間待ちま"),
        Piece("removed", "す"),
        Piece("added", "した"),
        Piece("kept", "。"),
    )


def test_a_paragraph_that_is_wrapped_otherwise_keeps_its_words():
    old, new = "One two three\nfour five six.\n", "One two\nthree four five\nsix.\n"
    assert kinds(old, new) == ["changed"]
    assert all(not text.strip() for text in marked(old, new, "removed") + marked(old, new, "added"))


def test_a_changed_paragraph_stands_beside_what_it_was_though_others_are_new():
    old = "# T\n\nThe server answers with RST when the port is closed.\n\nEnd.\n"
    new = "# T\n\nSomething else altogether.\n\nThe host answers with RST when the port is closed.\n\nEnd.\n"
    assert kinds(old, new) == ["kept", "added", "changed", "kept"]
    assert marked(old, new, "removed") == ["server"]


def test_a_paragraph_that_moved_is_said_to_have_moved():
    first, second = "The first paragraph is long enough.\n\n", "The second one is also long.\n\nAnd more.\n\n"
    assert sorted(set(kinds(first + second, second + first))) == ["kept", "moved_away", "moved_here"]


def test_fenced_code_is_compared_by_lines():
    old = "```\nss -tn\nip route\n\nping server\n```\n"
    new = "```\nss -tan\nip route\n\nping server\n```\n"
    assert kinds(old, new) == ["kept", "removed", "added", "kept", "kept", "kept", "kept"]
    assert marked(old, new, "removed") == ["ss -tn\n"]
    assert all(passage.is_code for passage in compare(old, new))


def test_items_of_a_list_and_rows_of_a_table_are_passages_of_their_own():
    old = "- one thing\n- another thing\n- a third thing\n"
    assert kinds(old, old.replace("another", "one more")) == ["kept", "changed", "kept"]


def test_what_did_not_change_is_folded_except_beside_a_change():
    lines = [f"Paragraph number {n}.\n\n" for n in range(10)]
    passages = compare("".join(lines), "".join([*lines[:5], "New.\n\n", *lines[5:]]))
    assert [(one.is_folded, len(one.passages)) for one in folded(passages)] == [
        (True, 4),
        (False, 3),
        (True, 4),
    ]


def hard() -> list[tuple[str, str]]:
    """Pairs of 200 kB that cost careless comparisons minutes."""
    words_of = [f"word{n * 7919 % 5003}" for n in range(30_000)]
    lines = [f"Line {n % 50} of some text.\n\n" for n in range(9_000)]
    return [
        (" ".join(words_of), " ".join(reversed(words_of))),
        ("ab " * 66_000, "ba " * 66_000),
        ("は" * 66_000, "のは" * 33_000),
        ("".join(lines), "".join(reversed(lines))),
        ("\n" * 200_000, "\n \n" * 66_000),
        ("x\n" * 100_000, "y\nx\n" * 50_000),
        ("- a b c\n" * 25_000, "- c b a\n" * 25_000),
        ("```\n" * 50_000, "```\nx\n" * 33_000),
    ]


@pytest.mark.parametrize("number", range(8))
def test_200_kb_are_compared_in_bounded_time(number):
    old, new = hard()[number]
    began = time.process_time()
    passages = compare(old, new)
    assert time.process_time() - began < 8  # seconds, on a slow machine; a second or two on others
    assert (old_of(passages), new_of(passages)) == (old, new)
