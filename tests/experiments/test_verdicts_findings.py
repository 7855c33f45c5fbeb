"""Expectations of what the diagnoses say."""

import json
import subprocess
import sys

import pytest

from experiments.verdicts.findings import same
from tests.experiments import runs
from tests.experiments.runs import FINDING, NOTE, REPORTS, verdict_on


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runs.run_of(tmp_path_factory.mktemp("talk"))


def report(*findings):
    return {"client": {"capture": {"quality": []}, "findings": list(findings)}}


def test_a_diagnosis_is_found(run):
    verdict = verdict_on(run, "finding", code="syn_unanswered", at="client")
    assert verdict.held is True
    assert verdict.text["en"] == "syn_unanswered is found at client."
    assert verdict.evidence["en"] == "Found at client: syn_unanswered (frames 2, 3)."
    assert verdict.evidence["ja"] == "client で見つかったもの: syn_unanswered (フレーム 2, 3)。"
    assert verdict.frames == {"client": (2, 3)}


def test_a_note_on_the_capture_is_found_too(run):
    assert verdict_on(run, "finding", code="checksum_offload", at="client").held is True


def test_what_was_found_instead_is_told(run):
    verdict = verdict_on(run, "finding", code="port_closed", at="client")
    assert verdict.held is False
    assert "syn_unanswered" in verdict.evidence["en"]
    assert (
        verdict_on(run, "finding", report(), code="x", at="client").evidence["en"]
        == "Nothing is found at client."
    )


def test_a_diagnosis_is_not_found(run):
    assert verdict_on(run, "no_finding", code="port_closed", at="client").held is True
    assert verdict_on(run, "no_finding", code="syn_unanswered", at="client").held is False


@pytest.mark.parametrize(
    ("severity", "held"), [("error", False), ("warning", False), ("note", True), ("info", True)]
)
def test_the_star_is_for_errors_and_warnings(run, severity, held):
    reports = report(FINDING | {"severity": severity})
    assert verdict_on(run, "no_finding", reports, code="*", at="client").held is held


def test_the_star_is_for_the_quality_of_the_capture_too(run):
    reports = {"client": {"capture": {"quality": [NOTE | {"severity": "warning"}]}, "findings": []}}
    assert verdict_on(run, "no_finding", reports, code="*", at="client").held is False


@pytest.mark.parametrize(
    "reports", [{}, {"server": REPORTS["client"]}, {"client": {}}, {"client": {"findings": None}}]
)
@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("finding", {"code": "syn_unanswered"}),
        ("no_finding", {"code": "*"}),
        ("no_finding", {"code": "port_closed"}),
        ("numbers", {"of": "syn_unanswered", "numbers": {"syn_retransmissions": 2}}),
    ],
)
def test_without_a_report_nothing_holds(run, reports, kind, arguments):
    verdict = verdict_on(run, kind, reports, at="client", **arguments)
    assert verdict.held is False
    assert verdict.evidence["en"] == "There is no report on client."


@pytest.mark.parametrize(
    ("numbers", "held"),
    [
        ({"syn_retransmissions": 2}, True),
        ({"syn_retransmissions": 3}, False),
        ({"syn_retransmissions": {"least": 2}}, True),
        ({"syn_retransmissions": {"least": 3}}, False),
        ({"gaps_s": [1, 2.02]}, True),
        ({"gaps_s": (1, 2.02)}, True),
        ({"gaps_s": [1]}, False),
        ({"who": "client", "sure": True, "lasted_s": 3.5}, True),
        ({"who": "client", "sure": False}, False),
        ({"sure": 1}, False),
        ({"syn_retransmissions": True}, False),
        ({"syn_retransmissions": "2"}, False),
        ({"missing": 0}, False),
        ({"who": {"least": 0}}, False),
        ({}, False),
    ],
)
def test_a_finding_has_these_numbers(run, numbers, held):
    assert verdict_on(run, "numbers", of="syn_unanswered", at="client", numbers=numbers).held is held


def test_all_numbers_are_of_one_finding(run):
    two = report(FINDING | {"numbers": {"a": 1, "b": 1}}, FINDING | {"numbers": {"a": 2, "b": 2}})
    assert (
        verdict_on(run, "numbers", two, of="syn_unanswered", at="client", numbers={"a": 2, "b": 2}).held
        is True
    )
    assert (
        verdict_on(run, "numbers", two, of="syn_unanswered", at="client", numbers={"a": 1, "b": 2}).held
        is False
    )


def test_the_measured_numbers_are_told(run):
    wanted = {"syn_retransmissions": 3, "missing": 1}
    verdict = verdict_on(run, "numbers", of="syn_unanswered", at="client", numbers=wanted)
    assert verdict.text["en"] == "syn_unanswered at client tells syn_retransmissions = 3, missing = 1."
    assert (
        verdict.evidence["en"] == "syn_unanswered (frames 2, 3): syn_retransmissions = 2, missing = missing."
    )


def test_numbers_of_a_finding_that_is_not_there(run):
    assert verdict_on(run, "numbers", of="port_closed", at="client", numbers={"x": 1}).held is False


def test_a_number_that_is_no_number_equals_nothing():
    assert not same(float("nan"), float("nan"))
    assert not same(None, 0)
    assert not same([1], 1)


def test_the_report_of_another_capture_shows_nothing(run):
    reports = {"client": {"capture": {"packets": 3}, "findings": []}}
    assert verdict_on(run, "no_finding", reports, code="*", at="client").held is False


def test_the_report_of_the_program_is_understood(run):
    command = [sys.executable, "-m", "diagnoses", str(run.path / "captures/client.pcap"), "--json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    reports = {"client": json.loads(printed)}
    codes = {one["code"] for one in reports["client"]["findings"]}
    assert codes
    assert all(verdict_on(run, "finding", reports, code=code, at="client").held for code in codes)
