"""Two wordings of one base become one text, and nothing of either is lost."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.merging import Labels, common, is_unsettled, merge

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
LABELS = Labels("mine", "theirs")
lines = st.lists(st.sampled_from(["", "a", "b", "c", "## d", "日本語", "======="]), max_size=12).map(
    "\n".join
)


@patient
@given(lines, lines)
def test_no_change_on_one_side_gives_the_other(base, changed):
    assert merge(base, changed, base, LABELS) == merge(base, base, changed, LABELS)
    assert merge(base, base, changed, LABELS).text == changed
    assert merge(base, base, changed, LABELS).conflicts == 0


@patient
@given(lines, lines)
def test_the_same_change_on_both_sides_is_no_conflict(base, changed):
    merged = merge(base, changed, changed, LABELS)
    assert (merged.text, merged.conflicts) == (changed, 0)


@patient
@given(lines, lines, lines)
def test_no_line_that_somebody_wrote_is_dropped(base, mine, theirs):
    merged = merge(base, mine, theirs, LABELS).text.split("\n")
    for line in {*mine.split("\n"), *theirs.split("\n")} - {*base.split("\n")}:
        assert line in merged


@patient
@given(lines, lines, lines)
def test_a_conflict_is_marked_and_without_one_there_are_no_marks(base, mine, theirs):
    merged = merge(base, mine, theirs, LABELS)
    assert is_unsettled(merged.text) == (merged.conflicts > 0)
    assert merged.text.split("\n").count("<<<<<<< mine") == merged.conflicts


@patient
@given(lines, lines, lines)
def test_settling_every_place_for_one_side_takes_its_words_there(base, mine, theirs):
    merged = merge(base, mine, theirs, LABELS)
    if merged.conflicts == 0:
        return
    kept, where = [], "both"
    for line in merged.text.split("\n"):
        if line == "<<<<<<< mine":
            where = "mine"
        elif line == "======= theirs":
            where = "theirs"
        elif line == ">>>>>>>":
            where = "both"
        elif where != "theirs":
            kept.append(line)
    assert set(mine.split("\n")) - set(base.split("\n")) <= set(kept)


@patient
@given(st.integers(1, 20), st.data())
def test_edits_of_different_places_both_survive(size, data):
    base = [f"line {number}" for number in range(size * 2 + 1)]
    places = data.draw(st.lists(st.integers(0, size), unique=True, min_size=2))
    mine, theirs = list(base), list(base)
    for number, at in enumerate(places):
        (mine if number % 2 else theirs)[at * 2] = f"changed {number}"
    merged = merge(*("\n".join(text) for text in (base, mine, theirs)), LABELS)
    assert merged.conflicts == 0
    wanted = list(base)
    for number, at in enumerate(places):
        wanted[at * 2] = f"changed {number}"
    assert merged.text.split("\n") == wanted


def test_a_conflict_shows_both_wordings_in_their_place():
    merged = merge("One.\n\nTwo.\n\nThree.", "One.\n\n2.\n\nThree.", "One.\n\nII.\n\nThree.", LABELS)
    assert merged.text == "One.\n\n<<<<<<< mine\n2.\n======= theirs\nII.\n>>>>>>>\n\nThree."
    assert merged.conflicts == 1


def test_what_one_deleted_and_the_other_changed_is_a_conflict():
    merged = merge("One.\nTwo.", "One.", "One.\nTwo, better.", LABELS)
    assert merged.conflicts == 1
    assert "Two, better." in merged.text


@patient
@given(lines, lines)
def test_without_a_base_both_texts_stay(mine, theirs):
    merged = merge(common(mine, theirs), mine, theirs, LABELS).text.split("\n")
    for line in {*mine.split("\n"), *theirs.split("\n")} - {""}:
        assert line in merged


@pytest.mark.parametrize(
    ("text", "unsettled"),
    [
        ("Title\n=======\n\nWords.", False),
        ("a\n<<<<<<< mine\nb", True),
        ("======= approved meanwhile", True),
        (">>>>>>>", True),
        ("    <<<<<<< HEAD", False),
        ("<<<<<<<<", False),
    ],
)
def test_only_marks_of_a_merge_are_marks(text, unsettled):
    assert is_unsettled(text) is unsettled


def test_thousands_of_equal_lines_take_no_minute():
    base = "x\n" + "\n" * 20_000
    merged = merge(base, "m" + base + "m", "t" + base + "t", LABELS)
    assert "mx" in merged.text
    assert "tx" in merged.text
