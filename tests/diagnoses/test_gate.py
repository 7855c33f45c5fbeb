"""What a flaw of the capture would fake is withheld, and the banner says so."""

from types import SimpleNamespace

import pytest

from diagnoses import expected
from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say
from diagnoses.gate import Gate
from diagnoses.one_way_capture import rule as one_way_capture
from diagnoses.words import render
from packets.capture import read

RULE = SimpleNamespace(CODE="syn_unanswered", WITHHELD_BY=("one_way_capture",))


def case(name):
    return Case(read(expected.HERE / "one_way_capture" / f"{name}.pcap"))


def flaw():
    return Finding(
        "one_way_capture",
        "note",
        "certain",
        None,
        (),
        (1,),
        say("title"),
        (say("settle"),),
        Culprit("capture"),
    )


@pytest.fixture
def gate():
    return Gate([one_way_capture])


def test_a_finding_passes_where_its_flaw_does_not_reach(gate):
    assert gate.passes(RULE, "syn_unanswered", case("stays_quiet").connection(0))
    assert gate.told(flaw()) == flaw()


def test_a_finding_is_withheld_where_its_flaw_reaches_and_the_banner_counts_it(gate):
    connection = case("fires").connection(0)
    assert not gate.passes(RULE, "syn_unanswered", connection)
    assert not gate.passes(RULE, "fin_unanswered", connection)
    told = gate.told(flaw())
    assert told.numbers["withheld_findings"] == 2
    assert told.numbers["withheld_codes"] == ["fin_unanswered", "syn_unanswered"]
    words = {lang: render(told.code, told.explanation[-1], lang) for lang in ("en", "ja")}
    assert "2 findings" in words["en"]
    assert "2 件" in words["ja"]
    assert all("syn_unanswered" in text for text in words.values())


def test_without_the_flaw_nothing_is_withheld():
    assert Gate([]).passes(RULE, "syn_unanswered", case("fires").connection(0))


def test_a_flaw_that_names_no_connections_touches_all():
    everywhere = Gate([SimpleNamespace(CODE="one_way_capture")])
    assert not everywhere.passes(RULE, "syn_unanswered", case("stays_quiet").connection(0))
