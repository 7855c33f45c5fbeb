"""Programs read runbooks as steps, and follow them."""

import pytest
from django.test import Client

from kb import tokens
from kb.models import Case, CaseStep
from tests import sample_report as sample
from tests.kb import shown
from tests.kb.runbook_text import runbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(cast):
    runbook()
    return shown.done(shown.capture(cast), sample.seed())


@pytest.fixture
def call(cast):
    return Client(headers={"Authorization": f"Bearer {tokens.make(cast.alice)}"})


def post(call, path, **sent):
    return call.post(path, sent, "application/json")


def test_runbooks_are_read_as_steps(call, seed):
    listed = call.get("/api/runbooks?code=refused_on_path").json()
    assert (listed["count"], listed["runbooks"][0]["codes"]) == (1, ["refused_on_path"])
    assert call.get("/api/runbooks?code=made_up").json()["count"] == 0
    read = call.get("/api/runbooks/refused").json()
    assert [step["id"] for step in read["steps"]] == ["listen", "firewall", "again"]
    assert read["steps"][0]["commands"][0]["where"] == "server"
    assert read["steps"][0]["outcomes"][1]["leads"] == "solved"
    assert call.get("/api/runbooks/refused?lang=ja").json()["title"] == "接続が拒否される"
    assert call.get("/api/runbooks/nothing").status_code == 404


def test_a_case_is_followed_to_its_end(call, seed):
    answer = post(call, f"/api/captures/{seed.uid}/follow", position=0, runbook="refused")
    assert answer.status_code == 201
    case = answer.json()
    assert case["values"]["server_port"] == "22"
    assert not any(name.startswith("=") for name in case["values"])
    assert case["step"]["commands"][0]["text"].startswith("ss -ltn 'sport = :22'")
    steps = f"/api/cases/{case['id']}/steps"
    assert post(call, steps, outcome=0, evidence="LISTEN", seen=0).json()["step"]["id"] == "firewall"
    assert post(call, steps, outcome=0, seen=0).status_code == 409
    assert post(call, steps, outcome=7, seen=1).status_code == 422
    ended = post(call, steps, outcome=0, seen=1).json()
    assert (ended["state"], ended["step"], ended["message"]) == (
        "stopped",
        None,
        "The rule is meant to be there.",
    )
    records = call.get(steps).json()["records"]
    assert [(one["step"], one["evidence"], one["by"]) for one in records] == [
        ("listen", "LISTEN", "alice"),
        ("firewall", "", "alice"),
    ]
    assert call.get("/api/cases?state=stopped").json()["count"] == 1
    assert call.get(f"/api/cases/{case['id']}").json()["records"] == 2
    assert CaseStep.objects.count() == 2


def test_a_case_without_a_capture_needs_a_title(call, seed):
    assert post(call, "/api/cases", runbook="refused", title="Till 4").json()["capture"] is None
    assert post(call, "/api/cases", runbook="refused", title="").status_code == 422
    assert post(call, "/api/cases", runbook="nothing", title="x").status_code == 404
    assert post(call, f"/api/captures/{seed.uid}/follow", position=99, runbook="refused").status_code == 404


def test_charlie_gets_nothing(call, seed, cast):
    case = post(call, f"/api/captures/{seed.uid}/follow", position=0, runbook="refused").json()
    charlie = Client(headers={"Authorization": f"Bearer {tokens.make(cast.charlie)}"})
    assert charlie.get("/api/cases").json() == {"count": 0, "cases": []}
    assert charlie.get(f"/api/cases/{case['id']}").status_code == 404
    assert charlie.get(f"/api/cases/{case['id']}/steps").status_code == 404
    assert post(charlie, f"/api/cases/{case['id']}/steps", outcome=0, seen=0).status_code == 404
    assert post(charlie, f"/api/captures/{seed.uid}/follow", position=0, runbook="refused").status_code == 404
    assert Case.objects.count() == 1
