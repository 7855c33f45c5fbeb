"""Pages on which readers disagree and curators answer."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from kb.models import Dispute
from tests import sample_report as sample
from tests.cast import accept
from tests.kb import shown
from tests.kb.judged import judged
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db
WHY = "The server was being restarted.\nSee <b>4711</b>."


@pytest.fixture
def seed(cast):
    return shown.done(shown.capture(cast), sample.seed())


@pytest.fixture
def bob(cast):
    """Bob's browser; Bob is a curator."""
    cast.bob.groups.add(Group.objects.get(name="curator"))
    browser = Client()
    browser.force_login(cast.bob)
    return browser


def form_of(html: str, about: str = "refused_on_path") -> dict[str, str]:
    """What the form about that code would send, but for the words."""
    forms = re.findall(r'<form method="post" action="/captures/\w+/disputes/">.*?</form>', html, re.S)
    fields = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', one)) for one in forms]
    return next(one for one in fields if one["code"] == about)


def say(browser, capture, why: str = WHY, **more: str):
    sent = form_of(page(browser, f"/captures/{capture.uid}/"))
    return browser.post(f"/captures/{capture.uid}/disputes/", {**sent, "why": why, **more})


def test_a_reader_says_why_and_everybody_of_the_team_reads_it(alice, seed, bob, cast):
    answer = say(alice, seed)
    assert (answer.status_code, answer["Location"]) == (302, f"/captures/{seed.uid}/")
    said = Dispute.objects.get()
    assert (said.code, said.connection, said.reader) == ("refused_on_path", 1, cast.alice)
    told = text(page(alice, f"/captures/{seed.uid}/"))
    assert "Thank you. A curator will read it" in told
    for path in (f"/captures/{seed.uid}/", f"/captures/{seed.uid}/connections/1/", "/disputes/"):
        html = page(bob, path)
        assert "The server was being restarted.<br>See &lt;b&gt;4711&lt;/b&gt;." in html
        assert re.search("alice just now awaits an answer", text(html))
    assert "1 dispute about this capture" in text(page(bob, f"/captures/{seed.uid}/"))


def test_the_form_works_without_script_and_says_its_limits(alice, seed):
    html = page(alice, f"/captures/{seed.uid}/")
    assert html.count("<summary>This verdict is wrong</summary>") == 2  # the finding and the quality finding
    assert 'required minlength="3" maxlength="2000"' in html
    labels, areas = re.findall(r'label for="(why-\w+)"', html), re.findall(r'<textarea id="(why-\w+)"', html)
    assert labels == areas
    assert len(set(areas)) == 2
    assert "この判定は誤りです" in page(alice, f"/captures/{seed.uid}/", "ja")


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"why": "  x "}, 422, "Please say why, in 3 to 2,000 characters."),
        ({"code": "port_closed"}, 409, "The report does not say this, or not any more"),
        ({"connection": "99"}, 409, "The report does not say this"),
        ({"connection": "4" * 30, "code": ""}, 409, "The report does not say this"),
        ({"connection": "999999999"}, 409, "The report does not say this"),
    ],
)
def test_what_is_not_taken_comes_back_with_its_words(alice, seed, more, status, words):
    answer = say(alice, seed, **{"why": "My words <i>stay</i>.", **more})
    html = answer.content.decode()
    assert answer.status_code == status
    assert words in text(html)
    if "why" not in more:
        assert "My words &lt;i&gt;stay&lt;/i&gt;.</textarea>" in html
    assert not Dispute.objects.exists()


def test_after_sending_nobody_is_led_elsewhere(alice, seed):
    assert say(alice, seed, next="https://elsewhere.example/")["Location"] == "/"


def test_a_connection_without_a_verdict_asks_whether_one_is_missing(alice, seed):
    path = f"/captures/{seed.uid}/connections/0/"
    html = page(alice, path)
    assert "<summary>A verdict is missing</summary>" in html
    assert "This verdict is wrong" not in html
    sent = form_of(html, "")
    answer = alice.post(f"/captures/{seed.uid}/disputes/", {**sent, "why": "The ping was lost once."})
    assert answer["Location"] == path
    assert "The ping was lost once." in text(page(alice, path))
    assert "判定が抜けています" in page(alice, path, "ja")


def test_where_nothing_was_found_the_page_says_where_to_object(alice, cast):
    packets = sample.transfer(10)
    report = sample.Sample(packets, sample.connection_table(packets, {0: ("closed", "", "")}))
    found = shown.done(shown.capture(cast), report)
    assert "Is a verdict missing?" in text(page(alice, f"/captures/{found.uid}/"))


def test_a_verdict_whose_finding_is_not_listed_can_be_disputed_all_the_same(alice, cast):
    found = accept(cast).capture
    judged(found, ["syn_unanswered"], **{"findings.en": [], "findings.ja": []})
    sent = form_of(page(alice, f"/captures/{found.uid}/connections/0/"), "syn_unanswered")
    assert sent["connection"] == "0"
    alice.post(f"/captures/{found.uid}/disputes/", {**sent, "why": "It was answered."})
    assert Dispute.objects.get().code == "syn_unanswered"


def test_equal_findings_show_what_was_said_about_each_of_them(alice, cast):
    found = shown.done(shown.capture(cast), shown.many(9))
    Dispute.objects.create(
        capture=found, connection=5, code="syn_unanswered", rules="1", reader=cast.bob, why="Not this one."
    )
    words = text(page(alice, f"/captures/{found.uid}/"))
    assert re.search("bob just now Connection 5 awaits an answer Not this one.", words)


def test_a_curator_answers_and_the_reader_sees_it(alice, seed, bob):
    say(alice, seed)
    path = Dispute.objects.get().get_absolute_url()
    assert "What do you answer?" not in page(alice, path)
    assert alice.post(path, {"state": "accepted", "answer": "I am right."}).status_code == 404
    assert "What do you answer?" in page(bob, path)
    wrong = bob.post(path, {"state": "accepted", "answer": "x"})
    assert (wrong.status_code, "3 to 2,000 characters" in wrong.content.decode()) == (422, True)
    assert bob.post(path, {"state": "declined", "answer": "Frame 8 shows it was up."}).status_code == 302
    words = text(page(alice, f"/captures/{seed.uid}/"))
    assert re.search("alice just now declined The server was .* bob just now Frame 8 shows it was up.", words)
    assert "Change the answer" not in words
    assert "Change the answer" in text(page(bob, f"/captures/{seed.uid}/"))
    assert "異議を退けた" in text(page(alice, f"/captures/{seed.uid}/", "ja"))


@pytest.fixture
def three(alice, cast, bob):
    """Disputes of Alice: about a verdict, about a missing one, and one that Bob has accepted."""
    found = accept(cast).capture
    judged(found, ["port_closed", "", "syn_unanswered"])
    said = (("port_closed", "0", "Old."), ("", "1", "Missing."), ("syn_unanswered", "2", "Wrong."))
    for code, connection, why in said:
        sent = {"code": code, "connection": connection, "why": why}
        assert alice.post(f"/captures/{found.uid}/disputes/", sent).status_code == 302
    path = Dispute.objects.get(why="Wrong.").get_absolute_url()
    bob.post(path, {"state": "accepted", "answer": "Indeed."})


def test_the_list_has_open_ones_first_and_counts_them_by_diagnosis(bob, three):
    words = text(page(bob, "/disputes/"))
    assert words.index("Missing.") < words.index("Old.") < words.index("Wrong.")
    assert re.search("By diagnosis verdict .* no verdict 1 0 0 Port closed 1 0 0 SYN unanswered 0 1 0", words)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("state=accepted", {"Wrong."}),
        ("state=open", {"Old.", "Missing."}),
        ("code=port_closed", {"Old."}),
        ("code=", {"Missing."}),
        ("code=syn_unanswered&state=open", set()),
        ("state=nonsense", {"Old.", "Missing.", "Wrong."}),
        ("code=%00", set()),
        ("mine=1", set()),
        ("page=99", {"Old.", "Missing.", "Wrong."}),
    ],
)
def test_the_list_can_be_narrowed(alice, bob, three, query, there):
    words = text(page(bob, f"/disputes/?{query}"))
    assert {why for why in ("Old.", "Missing.", "Wrong.") if why in words} == there
    assert "Old." in text(page(alice, "/disputes/?mine=1"))


def test_a_verdict_that_changed_is_told_where_it_was_disputed(alice, cast):
    found = accept(cast).capture
    judged(found, ["port_closed"])
    sent = {"code": "port_closed", "connection": "0", "why": "It is open."}
    alice.post(f"/captures/{found.uid}/disputes/", sent)
    judged(found, ["syn_unanswered"], rules="7", **{"findings.en": [], "findings.ja": []})
    for path in (f"/captures/{found.uid}/connections/0/", f"/captures/{found.uid}/disputes/", "/disputes/"):
        assert re.search("Changed since, by rules 7: SYN unanswered", text(page(alice, path))), path
    judged(found, [""], rules="8", **{"findings.en": [], "findings.ja": []})
    assert "Changed since, by rules 8: no verdict" in text(page(alice, "/disputes/"))


def test_somebody_who_has_left_is_not_named(alice, seed, bob, cast):
    say(alice, seed)
    Dispute.objects.update(reader=None)
    assert "somebody who has left just now" in text(page(bob, "/disputes/"))


def test_pages_of_disputes_have_no_inline_script_or_style(alice, seed, bob):
    say(alice, seed)
    of_one = (Dispute.objects.get().get_absolute_url(), f"/captures/{seed.uid}/disputes/")
    for path in ("/disputes/", "/captures/outdated/", *of_one):
        html = page(bob, path)
        assert not re.search(r"<style|<[^>]+\s(style|on\w+)=|<script(?![^>]*\ssrc=)", html), path
        assert html.count("<h1") == 1


@pytest.mark.parametrize("path", ["/disputes/99999999999999999999/", "/disputes/4711/"])
def test_what_is_no_dispute_is_404(bob, path):
    assert bob.get(path).status_code == 404
