"""The trial of captures notices what it is there to notice: planted faults are found."""

import pytest

from benchmarks.trial import Trials
from benchmarks.trial_worker import Breach, check_report, check_sentences


@pytest.fixture
def tried(tmp_path):
    """What becomes of a file with these words, within 0.5 s of CPU and 50 MB."""
    with Trials("--door", "tests.packets.planted:door", seconds=0.5, megabytes=50) as trials:

        def of(words):
            (tmp_path / "words").write_text(words)
            return trials.of(tmp_path / "words")

        yield of


def test_an_exception_is_a_crash_and_tells_where(tried):
    outcome = tried("raise")
    assert (outcome.kind, outcome.failed) == ("crash", True)
    assert "planted.py" in outcome.signature
    assert "KeyError" in outcome.signature


def test_a_process_that_dies_is_a_crash_and_the_next_one_goes_on(tried):
    assert "SIGABRT" in tried("die").detail
    assert tried("nothing").kind == "read"


def test_a_loop_without_end_is_a_hang_but_waiting_is_none(tried):
    assert tried("spin").kind == "hang"
    assert tried("sleep").kind == "read"


@pytest.mark.parametrize("words", ["eat", "eat and stop"])
def test_memory_beyond_the_limit_is_noticed_even_when_it_is_given_back(tried, words):
    assert tried("nothing").kind == "read"
    assert tried(words).kind == "memory"
    assert tried("nothing").kind == "read"


@pytest.mark.parametrize("sentence", ["a\x1b[31m", "a\u202eb", "two\nlines", "", "a\ud800", "the canary"])
def test_a_sentence_with_what_nobody_should_see_is_a_breach(sentence):
    check_sentences(["A plain sentence: 3 packets (“x”).", "日本語の文です。"], "canary")
    with pytest.raises(Breach):
        check_sentences([sentence], "canary")


def finding(**more):
    plain = {"code": "x", "frames": [1], "connection": 0, "title": "T.", "explanation": "E.", "rejected": []}
    return {**plain, "would_settle": None, **more}


@pytest.mark.parametrize(
    "wrong",
    [
        {"frames": [0]},
        {"frames": [4]},
        {"connection": 1},
        {"numbers": float("nan")},
        {"title": "canary"},
        {"explanation": "a\x00b"},
    ],
    ids=str,
)
def test_a_report_that_breaks_its_contract_is_a_breach(wrong):
    capture = {"packets": 3, "connections": 1, "quality": []}
    check_report({"capture": capture, "connections": [{}], "findings": [finding()]}, "canary")
    with pytest.raises(Breach):
        check_report({"capture": capture, "connections": [{}], "findings": [finding(**wrong)]}, "canary")
