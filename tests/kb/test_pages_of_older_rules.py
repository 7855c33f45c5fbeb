"""Pages that say that a report is old, make it anew, and show what changed."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from diagnoses.objects import RULES
from kb.models import Job, Report
from tests.cast import accept, from_the_lab
from tests.kb.judged import judged
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db
A, B, C = "port_closed", "syn_unanswered", "refused_on_path"


@pytest.fixture
def capture(cast):
    return accept(cast).capture


@pytest.fixture
def bob(cast):
    """Bob's browser; Bob is a curator."""
    cast.bob.groups.add(Group.objects.get(name="curator"))
    browser = Client()
    browser.force_login(cast.bob)
    return browser


def test_a_report_of_older_rules_says_so_beside_a_button(alice, capture):
    judged(capture, [A], rules="0.9")
    html = page(alice, f"/captures/{capture.uid}/")
    assert f"This report was made by older rules (0.9; today's are {RULES})." in text(html)
    assert html.count("Diagnose again") == 2
    assert "以前の規則 (0.9、" in text(page(alice, f"/captures/{capture.uid}/", "ja"))
    answer = alice.post(f"/captures/{capture.uid}/again/")
    assert answer["Location"] == f"/captures/{capture.uid}/"
    assert "older rules" not in text(page(alice, f"/captures/{capture.uid}/"))
    assert capture.jobs.get(state=Job.State.WAITING).kind == "diagnose"


def test_a_report_of_todays_rules_says_nothing(alice, capture):
    judged(capture, [A], rules=RULES)
    words = text(page(alice, f"/captures/{capture.uid}/"))
    assert "older rules" not in words
    assert "report before" not in words


def test_a_capture_of_the_lab_has_no_button(alice, cast):
    found = from_the_lab().capture
    judged(found, [A], rules="0.9")
    html = page(alice, f"/captures/{found.uid}/")
    assert "older rules" in html
    assert "Diagnose again" not in html


def test_what_changed_is_a_table_with_links(alice, capture):
    judged(capture, [A] * 10 + [B, ""])
    judged(capture, [C] * 10 + ["", A], rules=RULES)
    html = page(alice, f"/captures/{capture.uid}/")
    words = text(html)
    assert re.search(r"Since the report before \(rules 1, just now \): 12 verdicts changed", words)
    assert re.search("Port closed → Refused on the path 10 0 1 2 3 4 5 6 7 and 2 more", words)
    assert re.search("SYN unanswered → no verdict 1 10", words)
    assert re.search("no verdict → Port closed 1 11", words)
    assert f'href="/captures/{capture.uid}/connections/10/"' in html
    assert "12 件の判定が変わりました" in text(page(alice, f"/captures/{capture.uid}/", "ja"))
    link = re.search(r'href="(/captures/\w+/connections/\?verdict=refused_on_path[^"]+)"', html).group(1)
    listed = page(alice, link.replace("&amp;", "&"))
    assert listed.count(f'href="/captures/{capture.uid}/connections/') >= 10
    assert "Verdict before: Port closed" in text(listed)
    assert f'href="/captures/{capture.uid}/connections/11/"' not in listed


def test_pages_of_a_long_list_keep_both_filters(alice, capture):
    judged(capture, [A] * 150)
    judged(capture, [C] * 150)
    html = page(alice, f"/captures/{capture.uid}/connections/?verdict={C}&before={A}")
    assert f'href="?page=2&amp;verdict={C}&amp;before={A}"' in html
    nothing = page(alice, f"/captures/{capture.uid}/connections/?before=%00")
    assert "No connection has this verdict." in nothing


def test_nothing_changed_is_one_line(alice, capture):
    judged(capture, [A, ""])
    judged(capture, [A, ""], rules=RULES)
    words = text(page(alice, f"/captures/{capture.uid}/"))
    assert re.search(r"Compared with the report before \(rules 1, just now \): nothing changed\.", words)


def test_what_came_and_went_about_the_capture_itself_is_named(alice, capture):
    judged(capture, [A])
    none = {"packets": 3, "connections": 1, "first": None, "duration_s": 0.5, "quality": []}
    judged(capture, [A], **{"capture.en": none, "capture.ja": none})
    words = text(page(alice, f"/captures/{capture.uid}/"))
    assert "No longer found about the capture itself: One direction only" in words
    assert "0 verdicts changed" in words


def test_connections_that_cannot_be_compared_are_counted(alice, capture):
    judged(capture, [A, B])
    judged(capture, [A, A, A], starts=[7, 8, 9])
    words = text(page(alice, f"/captures/{capture.uid}/"))
    assert "connections are told apart in another way" in words
    assert re.search("Port closed 1 3", words)
    assert re.search("SYN unanswered 1 0", words)


def test_the_page_of_a_connection_names_its_verdict_before(alice, capture):
    judged(capture, [A, A])
    judged(capture, [B, A], rules="2")
    assert "before, by rules 1: Port closed" in text(page(alice, f"/captures/{capture.uid}/connections/0/"))
    assert "before, by rules" not in text(page(alice, f"/captures/{capture.uid}/connections/1/"))


def test_a_curator_has_all_of_them_made_again(bob, cast, capture):
    judged(capture, [A], rules="0.9")
    assert "Reports by older rules" in text(page(bob, "/"))
    words = text(page(bob, "/captures/outdated/"))
    assert re.search(r"some\.pcap Error: The port is closed\. 0\.9 just now", words)
    bob.post("/captures/outdated/again/")
    words = text(page(bob, "/captures/outdated/"))
    assert "To be diagnosed again, one after another, whenever no upload waits: 1." in words
    assert capture.jobs.filter(state=Job.State.WAITING).count() == 1
    assert re.search(r"The port is closed\. 0\.9 waiting", words)


def test_those_that_wait_their_turn_are_told(bob, alice, cast, capture):
    judged(capture, [A], rules="0.9")
    Report.objects.update(renewal_asked=Report.objects.get().created)
    assert "Waiting to be made again: 1." in text(page(bob, "/captures/outdated/"))
    assert "waits to be made again" in text(page(alice, f"/captures/{capture.uid}/"))


def test_without_older_reports_the_page_says_so(bob, capture):
    judged(capture, [A], rules=RULES)
    words = text(page(bob, "/captures/outdated/"))
    assert "All reports were made by today's rules." in words
    assert "Diagnose all again" not in words


def test_readers_have_no_such_page(alice, capture):
    judged(capture, [A], rules="0.9")
    assert alice.get("/captures/outdated/").status_code == 404
    assert alice.post("/captures/outdated/again/").status_code == 404
    assert not Job.objects.filter(state=Job.State.WAITING).exists()
    assert "Reports by older rules" not in page(alice, "/")
