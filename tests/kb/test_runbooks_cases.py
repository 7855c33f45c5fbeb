"""Following a runbook: values of the finding, steps forward and back, ends, and who may know of it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from kb import cases, removal
from kb.models import Case, CaseStep, Feedback, Finding
from kb.stepping import values
from tests import sample_report as sample
from tests.cast import accept
from tests.kb import shown
from tests.kb.runbook_text import BODY, runbook
from tests.kb.test_pages_of_captures import page, text
from tests.reported import report_on

pytestmark = pytest.mark.django_db
CANARY = "canary-51c0"


@pytest.fixture
def seed(cast):
    runbook()
    return shown.done(shown.capture(cast), sample.seed())


@pytest.fixture
def case(alice, seed):
    answer = alice.post(f"/captures/{seed.uid}/follow/", {"position": 0, "runbook": "refused"})
    found = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{found.uid}/")
    return found


def do(browser, case, outcome, evidence="", seen=None):
    """Records an outcome as the page's form does."""
    seen = CaseStep.objects.filter(case=case).count() if seen is None else seen
    return browser.post(f"/cases/{case.uid}/steps/", {"outcome": outcome, "evidence": evidence, "seen": seen})


def test_the_card_of_a_finding_and_the_verdict_lead_to_the_runbook(alice, seed):
    html = page(alice, f"/captures/{seed.uid}/")
    form = re.search(
        rf'<form class="lead" method="post" action="/captures/{seed.uid}/follow/">.*?</form>', html
    )
    assert form
    assert 'name="position" value="0"' in form[0]
    assert 'name="runbook" value="refused"' in form[0]
    assert "Runbook: A connection is refused" in text(form[0])
    assert f'/runbooks/refused/?capture={seed.uid}&amp;finding=0"' in html
    assert "接続が拒否される" in page(alice, f"/captures/{seed.uid}/", "ja")
    assert "Runbook: A connection is refused" in text(page(alice, f"/captures/{seed.uid}/connections/1/"))


def test_a_runbook_opened_from_a_finding_is_filled(alice, seed):
    html = page(alice, f"/runbooks/refused/?capture={seed.uid}&finding=0")
    assert 'sport = :<span class="value">22</span>' in html
    assert f'action="/captures/{seed.uid}/follow/"' in html
    for wrong in (f"capture={seed.uid}&finding=99", f"capture={'a' * 16}&finding=0", "capture=%00&finding=x"):
        assert "SERVER_PORT" in page(alice, f"/runbooks/refused/?{wrong}")


def test_a_case_holds_the_values_of_its_finding(case, seed):
    assert (case.team, case.capture, case.code, case.connection) == (seed.team, seed, "refused_on_path", 1)
    assert case.title.startswith("A device on the path, at hop 2")
    wanted = {
        "client": "192.168.31.128",
        "client_port": "49170",
        "server": "192.168.40.129",
        "server_port": "22",
        "frames": "2, 4, 6, 8, 10, 12, 14",
        "first_frame": "2",
        "time": "2026-01-01T00:00:00.002100Z",
        "capture": "ssh-refused.pcap",
        "hop": "2",
        "rst_ttl": "63",
        "first_refusal_s": "2.1 ms",
        "=first_refusal_s": "0.0021",
    }
    assert {name: case.values.get(name) for name in wanted} == wanted


def test_values_of_findings_without_a_connection_are_their_hosts(seed):
    quality = seed.report.findings.get(quality=True)
    assert values.of_finding(seed, seed.report, quality, "en")["server"] == "192.168.31.128"
    both = Finding(position=9, code="x", body_en={**quality.body_en, "hosts": ["10.0.0.1", "10.0.0.2"]})
    found = values.of_finding(seed, seed.report, both, "en")
    assert (found["client"], found["server"]) == ("10.0.0.1", "10.0.0.2")
    assert (found["first_frame"], found["time"]) == ("1", "2026-01-01T00:00:00.000000Z")
    assert "server_port" not in found


@pytest.mark.parametrize(
    ("end", "parts"),
    [
        ("192.0.2.1:22", ("192.0.2.1", "22")),
        ("[2001:db8::1]:443", ("2001:db8::1", "443")),
        ("2001:db8::1", ("2001:db8::1", "")),
        ("", ("", "")),
    ],
)
def test_an_end_is_split_into_address_and_port(end, parts):
    assert values.split(end) == parts


def test_a_number_of_the_finding_never_takes_the_place_of_an_address(seed):
    finding = seed.report.findings.get(position=0)
    finding.body_en["numbers"] |= {"server": 4711, "client_port": "$(reboot)"}
    found = values.of_finding(seed, seed.report, finding, "en")
    assert (found["server"], found.get("=server"), found["client_port"]) == ("192.168.40.129", None, "49170")


def test_a_case_goes_from_step_to_step_to_its_end(alice, case):
    html = page(alice, f"/cases/{case.uid}/")
    said = text(html)
    assert "1 Does the server listen?" in said
    assert "Have a shell on 192.168.40.129 at hand." in said
    assert "ss -ltn &#x27;sport = :<span" in html
    assert do(alice, case, 0, "LISTEN 0 128\r\n<b>\x1b[1m")["Location"] == f"/cases/{case.uid}/#now"
    html = page(alice, f"/cases/{case.uid}/")
    assert "2 Is there a firewall?" in text(html)
    assert "LISTEN 0 128<br>&lt;b&gt;␛[1m" in html
    assert "line taken" in html
    do(alice, case, 1)
    do(alice, case, 1)
    case.refresh_from_db()
    assert (case.state, case.closed is not None) == ("solved", True)
    said = text(page(alice, f"/cases/{case.uid}/"))
    assert "It was restarted." in said
    assert "Record and go on" not in said
    rows = [(row.step, row.says, row.leads, row.by) for row in CaseStep.objects.all()]
    assert rows[0] == ("listen", "A line with `LISTEN`", "#firewall", case.opened_by)
    assert [leads for _, _, leads, _ in rows] == ["#firewall", "#again", "solved"]


@pytest.mark.parametrize(
    ("way", "state", "text_to_send"),
    [
        ([2], "asked", "Send the output and ssh-refused.pcap, and say who runs 192.168.40.129."),
        ([0, 0], "stopped", "The rule is meant to be there."),
        ([1], "solved", "The service of 192.168.40.129 does not run. Start it."),
        ([0, 1, 0, 1], "solved", "The service of 192.168.40.129 does not run. Start it."),
    ],
)
def test_an_end_has_its_text_ready_to_send(alice, case, way, state, text_to_send):
    for outcome in way:
        do(alice, case, outcome)
    case.refresh_from_db()
    assert case.state == state
    assert f">{text_to_send}</textarea>" in page(alice, f"/cases/{case.uid}/")


def test_back_is_a_record_and_nothing_is_deleted(alice, case):
    do(alice, case, 0, "first")
    do(alice, case, 0, "second")
    assert alice.post(f"/cases/{case.uid}/back/", {"seen": 2}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.closed) == ("open", None)
    assert "2 Is there a firewall?" in text(page(alice, f"/cases/{case.uid}/"))
    alice.post(f"/cases/{case.uid}/back/", {"seen": 3})
    assert "1 Does the server listen?" in text(page(alice, f"/cases/{case.uid}/"))
    answer = alice.post(f"/cases/{case.uid}/back/", {"seen": 4})
    assert answer.status_code == 409
    assert "This is the first step." in answer.content.decode()
    assert [row.kind for row in CaseStep.objects.all()] == ["done", "done", "back", "back"]
    said = text(page(alice, f"/cases/{case.uid}/"))
    assert "first" in said
    assert "second" in said
    assert "Back to: 1. Does the server listen?" in said


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"outcome": "9", "seen": 0}, 422, "Please choose what came out."),
        ({"outcome": "-1", "seen": 0}, 422, "Please choose"),
        ({"seen": 0}, 422, "Please choose"),
        ({"outcome": 0, "seen": 0, "evidence": "x" * 20_001}, 422, "longer than 20,000 characters"),
        ({"outcome": 0, "seen": 7}, 409, "Somebody has recorded something"),
        ({"outcome": 0}, 409, "Somebody has recorded something"),
    ],
)
def test_what_is_not_taken_comes_back_with_its_words(alice, case, sent, status, words):
    answer = alice.post(f"/cases/{case.uid}/steps/", {"evidence": "mine", **sent})
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert sent.get("evidence", "mine") in answer.content.decode()
    assert not CaseStep.objects.exists()


def test_of_two_who_record_at_once_the_second_looks_first(alice, case):
    do(alice, case, 0)
    assert do(alice, case, 1, seen=0).status_code == 409
    assert CaseStep.objects.count() == 1
    do(alice, case, 0)
    assert do(alice, case, 0).status_code == 409  # it has ended


def test_a_runbook_that_is_rewritten_does_not_move_under_a_case(alice, case):
    case.revision.__class__.objects.filter(pk=case.revision.pk).update(state="superseded")
    new = "## Other {#other}\n\nwhy\n\nExpect: x\n\n- y → solved: z\n"
    case.runbook.revisions.create(
        language="en", title="New", summary="s", body=new, origin="person", state="approved", digest="1"
    )
    assert "Does the server listen?" in page(alice, f"/cases/{case.uid}/")
    assert do(alice, case, 0).status_code == 302


def test_without_a_capture_a_case_has_a_title_and_names_for_values(alice, seed, cast):
    answer = alice.post("/runbooks/refused/follow/", {"title": " Till 4 \u202ecannot pay "})
    made = Case.objects.get()
    assert answer["Location"] == f"/cases/{made.uid}/"
    assert (made.team, made.capture, made.values) == (cast.team, None, {})
    html = page(alice, f"/cases/{made.uid}/")
    assert "Till 4 ⟨U+202E⟩cannot pay" in html
    assert "SERVER_PORT" in html
    for title in ("", " ", "x" * 301):
        answer = alice.post("/runbooks/refused/follow/", {"title": title})
        assert (answer.status_code, "Please say in up to 300" in answer.content.decode()) == (422, True)
    assert Case.objects.count() == 1


def test_what_cannot_be_followed_says_so(alice, seed, cast, monkeypatch):
    runbook("empty", (), "Only words.", state="approved")
    answer = alice.post("/runbooks/empty/follow/", {"title": "x"})
    assert "no steps to follow yet" in answer.content.decode()
    answer = alice.post(f"/captures/{seed.uid}/follow/", {"position": 0, "runbook": "empty"}, follow=True)
    assert "no steps to follow yet" in answer.content.decode()
    for sent in ({"position": 99, "runbook": "refused"}, {"position": 0, "runbook": "nothing"}, {}):
        assert alice.post(f"/captures/{seed.uid}/follow/", sent).status_code == 404
    monkeypatch.setattr(cases, "MOST_AN_HOUR", 0)
    answer = alice.post("/runbooks/refused/follow/", {"title": "x"})
    assert answer.status_code == 429
    cast.alice.teams.clear()
    answer = alice.post("/runbooks/refused/follow/", {"title": "x"})
    assert "You are not on a team yet" in answer.content.decode()
    assert not Case.objects.exists()


def test_the_record_is_text_for_a_ticket(alice, case):
    do(alice, case, 0, "LISTEN\n  0.0.0.0:22")
    alice.post(f"/cases/{case.uid}/back/", {"seen": 1})
    do(alice, case, 2)
    answer = alice.get(f"/cases/{case.uid}/record.txt")
    said = answer.content.decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert said.startswith("# A device on the path, at hop 2")
    assert "- SERVER: 192.168.40.129\n" in said
    assert "Outcome: A line with LISTEN\n\n    LISTEN\n      0.0.0.0:22" in said
    assert "Back to: 1. Does the server listen?" in said
    assert said.endswith(
        "## asked\n\nSend the output and ssh-refused.pcap, and say who runs 192.168.40.129.\n"
    )


def test_lists_show_the_cases_of_the_team_open_ones_first(alice, case, cast, seed):
    do(alice, case, 1)
    alice.post("/runbooks/refused/follow/", {"title": "Another"})
    html = page(alice, "/cases/")
    assert html.index("Another") < html.index("A device on the path, at hop 2")
    assert "Another" not in page(alice, "/cases/?state=solved")
    assert "Another" in page(alice, "/cases/?state=nonsense")
    assert f"/cases/{case.uid}/" in page(alice, f"/captures/{seed.uid}/")
    bob = Client()
    bob.force_login(cast.bob)
    assert "Another" in page(bob, "/cases/")
    assert "Another" not in page(bob, "/cases/?mine=1")


def test_charlie_gets_nothing_in_any_role(alice, case, cast, seed):
    do(alice, case, 0, CANARY)
    for role in ("author", "curator", "admin"):
        cast.charlie.groups.add(Group.objects.get(name=role))
    cast.charlie.is_superuser = cast.charlie.is_staff = True
    cast.charlie.save()
    charlie = Client()
    charlie.force_login(cast.charlie)
    for path in ("", "record.txt"):
        assert charlie.get(f"/cases/{case.uid}/{path}").status_code == 404
    for path in ("steps/", "back/", "unhelpful/"):
        assert charlie.post(f"/cases/{case.uid}/{path}", {"seen": 1, "outcome": 0}).status_code == 404
    assert (
        charlie.post(f"/captures/{seed.uid}/follow/", {"position": 0, "runbook": "refused"}).status_code
        == 404
    )
    for path in ("/cases/", "/runbooks/refused/", f"/runbooks/refused/?capture={seed.uid}&finding=0"):
        html = page(charlie, path)
        assert case.uid not in html
        assert "192.168.40.129" not in html


def test_a_case_about_a_capture_of_the_lab_belongs_to_the_readers_team(alice, cast, seed):
    seed.__class__.objects.filter(pk=seed.pk).update(origin="lab", team=None)
    alice.post(f"/captures/{seed.uid}/follow/", {"position": 0, "runbook": "refused"})
    made = Case.objects.get()
    assert made.team == cast.team
    charlie = Client()
    charlie.force_login(cast.charlie)
    assert made.uid not in page(charlie, f"/captures/{seed.uid}/")


def test_a_canary_in_a_case_goes_with_its_capture(cast, alice, django_capture_on_commit_callbacks):
    runbook(codes=("port_closed",))
    job = accept(cast, do="report", canary=CANARY)
    report_on(job)
    capture = job.capture
    capture.__class__.objects.filter(pk=capture.pk).update(name=CANARY)
    alice.post(f"/captures/{capture.uid}/follow/", {"position": 0, "runbook": "refused"})
    made = Case.objects.get()
    assert made.values["capture"] == CANARY
    do(alice, made, 0, CANARY)
    alice.post(f"/cases/{made.uid}/unhelpful/", {"step": "listen"})
    with django_capture_on_commit_callbacks(execute=True):
        removal.remove(made.capture)
    assert (Case.objects.count(), CaseStep.objects.count()) == (0, 0)
    assert Feedback.objects.get().case is None
    assert not list(Path(settings.MEDIA_ROOT).rglob(f"*{CANARY}*"))


def test_a_page_of_a_case_costs_the_same_after_many_steps(alice, case, django_assert_max_num_queries):
    for _ in range(10):
        do(alice, case, 0)
        do(alice, case, 1)
        do(alice, case, 0)
    with django_assert_max_num_queries(9):
        alice.get(f"/cases/{case.uid}/")
    with django_assert_max_num_queries(9):
        alice.get("/cases/")


def test_a_hostile_capture_name_never_reaches_a_command(alice, cast):
    runbook(body=BODY)
    found = shown.done(shown.capture(cast, "x'; rm -rf ~ #.pcap"), sample.seed())
    alice.post(f"/captures/{found.uid}/follow/", {"position": 0, "runbook": "refused"})
    html = page(alice, f"/cases/{Case.objects.get().uid}/")
    commands = re.findall(r"<pre tabindex=\"0\"><code>(.*?)</code>", html, re.S)
    assert any('<span class="placeholder">CAPTURE</span>' in command for command in commands)
    assert not any("rm -rf" in command for command in commands)
    assert "CAPTURE is not filled in" in html
    assert "x&#x27;; rm -rf ~ #.pcap" in html
