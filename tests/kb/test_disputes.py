"""Disputes: what can be disputed, what is refused, and how a dispute follows its verdict."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kb import disputes, following, removal
from kb.models import Dispute
from kb.outcomes import AlreadySaid, NoSuchVerdict, TooManyWords, TooOften
from tests.cast import accept, from_the_lab
from tests.kb.judged import judged
from tests.reported import finding

pytestmark = [pytest.mark.django_db, pytest.mark.both]
A, B = "port_closed", "syn_unanswered"
WHY = "The server was down; I asked them."


@pytest.fixture
def capture(cast):
    capture = accept(cast).capture
    judged(capture, [A, "", A])
    return capture


def about(capture, code=A, number=0):
    return disputes.about(capture.report, code, number)


def said(capture, reader, code=A, number=0, why=WHY):
    capture.refresh_from_db()
    return disputes.begin(capture.report, reader, about(capture, code, number), why)


def test_a_dispute_keeps_what_was_said_about_what(capture, cast):
    made = said(capture, cast.bob)
    made.refresh_from_db()
    assert (made.capture, made.connection, made.code, made.rules) == (capture, 0, A, "1")
    assert (made.client, made.server, made.reader) == ("192.0.2.1:49152", "192.0.2.2:22", cast.bob)
    assert (made.why, made.state, made.answer, made.has_changed) == (WHY, "open", "", False)


def test_a_missing_verdict_can_be_disputed_where_there_is_none(capture, cast):
    assert said(capture, cast.bob, code="", number=1).code == ""
    assert isinstance(said(capture, cast.bob, code="", number=0), NoSuchVerdict)
    assert isinstance(said(capture, cast.bob, code=B, number=0), NoSuchVerdict)


def test_a_finding_that_is_not_the_verdict_can_be_disputed(cast):
    capture = accept(cast).capture
    judged(capture, [B])  # whose one finding, port_closed, is not its verdict
    assert said(capture, cast.bob, code=A).code == A


def test_findings_about_no_connection_are_told_apart_by_their_hosts(cast):
    capture = accept(cast).capture
    both = [finding(connection=None, hosts=["192.0.2.7", host]) for host in ("192.0.2.8", "192.0.2.9")]
    report = judged(capture, [""], **{"findings.en": both, "findings.ja": both})
    second = disputes.begin(report, cast.bob, disputes.about_capture(report, A, position=1), WHY)
    first = disputes.begin(report, cast.bob, disputes.about_capture(report, A), WHY)
    assert (first.server, second.server) == ("192.0.2.8", "192.0.2.9")
    rows = report.findings.filter(code=A)
    assert [following.key_of(row) for row in rows] == [first.about, second.about]
    quality = disputes.about_capture(report, "one_way_capture")
    assert disputes.begin(report, cast.bob, quality, WHY).connection is None
    assert disputes.about_capture(report, B) is None


@pytest.mark.parametrize("why", ["", "  no  ", "\r\n" * 40, "x" * 2001])
def test_a_reason_is_neither_empty_nor_a_book(capture, cast, why):
    assert isinstance(said(capture, cast.bob, why=why), TooManyWords)
    assert not Dispute.objects.exists()


def test_line_ends_count_once_and_nul_is_replaced(capture, cast):
    made = said(capture, cast.bob, why=" a\r\nb\0 " + "x" * 1990)
    made.refresh_from_db()
    assert made.why.startswith("a\nb\ufffd x")


def test_the_same_person_says_the_same_once_until_it_is_answered(capture, cast):
    first = said(capture, cast.bob)
    assert isinstance(said(capture, cast.bob), AlreadySaid)
    assert isinstance(said(capture, cast.alice), Dispute)
    assert isinstance(said(capture, cast.bob, number=2), Dispute)
    assert disputes.answer(first, cast.alice, "declined", "It was up, see frame 9.") is None
    assert isinstance(said(capture, cast.bob), Dispute)


def test_nobody_floods(capture, cast, monkeypatch):
    monkeypatch.setattr(disputes, "MOST_AN_HOUR", 2)
    said(capture, cast.bob)
    said(capture, cast.bob, number=2)
    assert isinstance(said(capture, cast.bob, code="", number=1), TooOften)
    assert isinstance(said(capture, cast.alice), Dispute)
    Dispute.objects.update(created=timezone.now() - timedelta(hours=2))
    assert isinstance(said(capture, cast.bob, code="", number=1), Dispute)


def test_an_answer_has_words_and_can_be_mended(capture, cast):
    made = said(capture, cast.bob)
    assert isinstance(disputes.answer(made, cast.alice, "accepted", " "), TooManyWords)
    assert isinstance(disputes.answer(made, cast.alice, "open", WHY), TooManyWords)
    assert made.is_open
    disputes.answer(made, cast.alice, "accepted", "True, the rule is too eager.")
    disputes.answer(made, cast.alice, "declined", "No: look at frame 3.")
    made.refresh_from_db()
    assert (made.state, made.answer, made.answered_by) == ("declined", "No: look at frame 3.", cast.alice)
    assert made.answered is not None


def test_a_later_diagnosis_that_judges_otherwise_is_told(capture, cast):
    wrong, missing = said(capture, cast.bob), said(capture, cast.bob, code="", number=1)
    nothing = {"findings.en": [], "findings.ja": []}
    judged(capture, [B, A, A], rules="2", **nothing)
    for made, now in ((wrong, B), (missing, A)):
        made.refresh_from_db()
        assert (made.code_now, made.rules_now, made.state) == (now, "2", "open")
    judged(capture, ["", A, A], rules="3", **nothing)
    wrong.refresh_from_db()
    missing.refresh_from_db()
    assert (wrong.code_now, wrong.rules_now) == ("", "3")
    assert (missing.code_now, missing.rules_now) == (A, "2")
    judged(capture, [A, "", A], rules="4")
    for made in (wrong, missing):
        made.refresh_from_db()
        assert (made.code_now, made.rules_now) == (None, "")


def test_a_dispute_finds_its_connection_where_numbers_have_changed(capture, cast):
    made = said(capture, cast.bob, number=2)
    judged(capture, ["", "", "", B], rules="2", starts=[7, 8, 9, 2])
    made.refresh_from_db()
    assert (made.connection, made.code_now) == (3, B)
    judged(capture, [A], rules="3", starts=[99])
    made.refresh_from_db()
    assert (made.connection, made.code_now) == (3, "")


def test_a_quality_finding_that_is_gone_is_told(capture, cast):
    report = capture.report
    made = disputes.begin(report, cast.bob, disputes.about_capture(report, "one_way_capture"), WHY)
    about_it = {"packets": 3, "connections": 3, "first": None, "duration_s": 0.5, "quality": []}
    judged(capture, [A, "", A], rules="2")
    made.refresh_from_db()
    assert not made.has_changed
    judged(capture, [A, "", A], rules="3", **{"capture.en": about_it, "capture.ja": about_it})
    made.refresh_from_db()
    assert (made.code_now, made.rules_now) == ("", "3")


def test_disputes_are_seen_by_those_who_see_the_capture(capture, cast):
    made = said(capture, cast.bob)
    cast.charlie.is_superuser = cast.charlie.is_staff = True
    cast.charlie.save()
    assert list(Dispute.objects.visible_to(cast.alice)) == [made]
    assert list(Dispute.objects.visible_to(cast.charlie)) == []
    lab = from_the_lab().capture
    judged(lab, [A])
    assert list(Dispute.objects.visible_to(cast.charlie)) == []
    everybodys = said(lab, cast.charlie)
    assert everybodys in Dispute.objects.visible_to(cast.alice)


def test_a_deleted_capture_takes_its_disputes_along_and_a_reader_who_leaves_does_not(capture, cast):
    made = said(capture, cast.bob)
    cast.bob.delete()
    made.refresh_from_db()
    assert made.reader is None
    removal.remove(capture)
    assert not Dispute.objects.exists()


def test_curators_are_a_role(cast):
    from django.contrib.auth.models import Group

    cast.alice.is_superuser = cast.alice.is_staff = True
    assert not cast.alice.is_curator
    cast.bob.groups.add(Group.objects.get(name="curator"))
    assert cast.bob.is_curator
