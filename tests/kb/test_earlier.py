"""A report beside the one before it: what changed, connection by connection."""

import numpy as np
import pytest

from kb import earlier, renewal
from kb.models import EarlierReport
from packets.columns import CONNECTION_DTYPE
from tests.cast import accept
from tests.kb.judged import judged
from tests.kb.test_renewal import age
from tests.reported import finding

pytestmark = [pytest.mark.django_db, pytest.mark.both]
A, B, C = "port_closed", "syn_unanswered", "refused_on_path"


@pytest.fixture
def capture(cast):
    return accept(cast).capture


def changes(capture) -> dict:
    return EarlierReport.objects.get(capture=capture).changes


def test_the_first_report_has_nothing_before_it(capture):
    judged(capture, [A, ""])
    assert not EarlierReport.objects.exists()


def test_each_pair_of_verdicts_is_counted_with_its_first_connections(capture):
    judged(capture, [A] * 20 + ["", B, A])
    judged(capture, [C] * 20 + [A, "", A], rules="2")
    told = changes(capture)
    assert (told["same"], told["changed"], told["compared"]) == (True, 22, 23)
    assert told["pairs"] == [
        {"was": A, "now": C, "count": 20, "first": list(range(earlier.FIRST))},
        {"was": "", "now": A, "count": 1, "first": [20]},
        {"was": B, "now": "", "count": 1, "first": [21]},
    ]
    before = EarlierReport.objects.get()
    assert (before.rules, before.connections, before.quality) == ("1", 23, ["one_way_capture"])


def test_nothing_changed_is_told_as_such(capture):
    judged(capture, [A, "", B])
    judged(capture, [A, "", B], rules="2")
    told = changes(capture)
    assert (told["changed"], told["pairs"], told["totals"], told["came"], told["went"]) == (0, [], [], [], [])


def test_quality_findings_come_and_go(capture):
    about = {"packets": 3, "connections": 3, "first": None, "duration_s": 0.5}
    steps = finding("A step.", code="clock_step", severity="note", connection=None)
    judged(capture, [A])
    judged(
        capture,
        [A],
        **{"capture.en": {**about, "quality": [steps]}, "capture.ja": {**about, "quality": [steps]}},
    )
    assert (changes(capture)["came"], changes(capture)["went"]) == (["clock_step"], ["one_way_capture"])


def test_the_next_diagnosis_replaces_what_was_kept(capture):
    judged(capture, [A])
    judged(capture, [B], rules="2")
    judged(capture, [C], rules="3")
    assert EarlierReport.objects.get().rules == "2"
    assert changes(capture)["pairs"][0]["was"] == B


def test_where_numbers_mean_other_connections_only_totals_are_compared(capture):
    judged(capture, [A, A, B])
    judged(capture, [B, A, A, A], starts=[5, 6, 7, 8])
    told = changes(capture)
    assert (told["same"], told["pairs"], told["changed"]) == (False, [], 0)
    assert told["totals"] == [{"code": A, "was": 2, "now": 3}]
    assert not earlier.had(EarlierReport.objects.get(), A, 4).any()


def test_a_verdict_of_then_finds_its_connections(capture):
    judged(capture, [A, B, A, ""])
    judged(capture, [A, A, B, B])
    before = EarlierReport.objects.get()
    assert earlier.had(before, A, 4).tolist() == [True, False, True, False]
    assert earlier.had(before, "", 4).tolist() == [False, False, False, True]
    assert not earlier.had(before, C, 4).any()


def test_a_report_that_had_to_make_way_is_compared_all_the_same(capture):
    age(judged(capture, [A, B]))
    assert renewal.renew() == 1
    assert EarlierReport.objects.get().changes is None
    judged(capture, [A, A], rules="2")
    assert changes(capture)["pairs"] == [{"was": B, "now": A, "count": 1, "first": [1]}]


def test_what_was_kept_of_a_report_that_cannot_be_read_is_nothing(capture):
    judged(capture, [A])
    report = judged(capture, [B])
    (report.path / "connections.npy").write_bytes(b"no table")
    renewal.renew()
    assert not EarlierReport.objects.exists()
    judged(capture, [B])
    assert not EarlierReport.objects.exists()


def test_a_report_without_connections_is_compared(capture):
    judged(capture, [])
    judged(capture, [])
    assert changes(capture)["changed"] == 0


def test_very_many_connections_are_kept_in_few_bytes(capture):
    report = judged(capture, [A])
    rows = np.zeros(240_000, CONNECTION_DTYPE)
    rows["id"] = rows["first_ns"] = np.arange(len(rows))
    rows["verdict"] = np.random.default_rng(1).choice(
        [A.encode(), b"", B.encode()], len(rows), p=[0.9, 0.05, 0.05]
    )
    np.save(report.path / "connections.npy", rows)
    kept = earlier.taken(report)
    assert len(kept.verdicts) < 60_000
    assert kept.connections == 240_000
    rows["verdict"][::2] = C.encode()
    told = earlier.changes(kept, rows, [])
    assert sum(pair["count"] for pair in told["pairs"]) == told["changed"] == 120_000


def test_of_more_codes_than_there_are_diagnoses_the_rare_ones_count_as_none(capture):
    codes, indexes = earlier.packed(np.array([b"common", b"common"] + [b"c%d" % n for n in range(400)]))
    assert (len(codes), codes[:2], indexes[:2].tolist()) == (earlier.MOST_CODES, ["", "common"], [1, 1])
    assert indexes.max() == earlier.MOST_CODES - 1


def test_of_too_many_connections_the_first_are_compared(capture, monkeypatch):
    monkeypatch.setattr(earlier, "MOST_CONNECTIONS", 2)
    judged(capture, [A, A, A])
    judged(capture, [B, A, B])
    assert (changes(capture)["changed"], changes(capture)["compared"]) == (1, 2)
