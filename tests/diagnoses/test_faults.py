"""A rule that fails loses its own finding and nothing else, and the reader is told."""

import pytest

from diagnoses import expected, faults, plain, report
from diagnoses.application_abort import rule as application_abort
from diagnoses.case import Case
from diagnoses.judge import judge
from packets.capture import read

PATH = expected.HERE / "application_abort" / "fires.pcap"


@pytest.fixture
def broken(monkeypatch):
    def fail(_):
        raise IndexError("nothing there")

    monkeypatch.setattr(application_abort, "find", fail)


def test_in_tests_it_is_an_error(broken):
    with pytest.raises(IndexError, match="nothing there"):
        report(PATH)


def test_elsewhere_the_other_verdicts_stand_and_the_reader_is_told(broken, monkeypatch, capsys):
    monkeypatch.delenv(faults.STRICT)
    capture = read(PATH)
    verdicts = judge(Case(capture))
    assert "application_abort" not in {finding.code for finding in verdicts.findings}
    assert verdicts.faults == {"application_abort": 1}
    assert "nothing there" in capsys.readouterr().err
    for language, word in (("en", "could not judge 1 connection"), ("ja", "1 個の接続を判定できません")):
        assert any(word in line for line in plain.lines(capture, verdicts, language))


def test_a_rule_that_always_fails_does_not_fill_the_log(monkeypatch, capsys):
    monkeypatch.delenv(faults.STRICT)
    guard = faults.Faults()
    for _ in range(50):
        assert guard.guarded("made_up", lambda: 1 // 0, 7) == 7
    assert capsys.readouterr().err.count("ZeroDivisionError") == faults.MOST_TRACES
    assert guard.counts == {"made_up": 50}
