"""Experiments for programs: what readers see, and nothing of drafts."""

import pytest

from experiments import current, wordings
from experiments.models import Wording
from tests import laboratory

pytestmark = pytest.mark.django_db
NAME = laboratory.NAME
PROVES = ["connect-timeout", "syn_unanswered"]


@pytest.fixture(autouse=True)
def one_experiment(monkeypatch, tmp_path):
    laboratory.declare(monkeypatch, tmp_path)
    laboratory.image()


def test_programs_read_experiments_and_their_declarations(alice):
    told = alice.get("/api/experiments").json()
    assert told["count"] == 1
    [listed] = told["experiments"]
    assert (listed["name"], listed["written_here"], listed["proves"]) == (NAME, False, PROVES)
    assert [(each["state"], each["run"]) for each in listed["replays"]] == [("never", None)]
    full = alice.get(f"/api/experiments/{NAME}").json()
    assert full.pop("declaration") == laboratory.TEXT
    assert full == listed
    assert alice.get("/api/experiments/nowhere").status_code == 404
    assert alice.get("/api/experiments/%00").status_code == 404


def test_programs_read_what_is_approved_and_no_draft(alice, cast):
    text = laboratory.TEXT + "# approved\n"
    Wording.objects.create(experiment=NAME, text=text, state="approved")
    assert wordings.begin_new(cast.alice, "brand_new", laboratory.TEXT).is_draft
    told = alice.get("/api/experiments").json()
    assert [(one["name"], one["written_here"]) for one in told["experiments"]] == [(NAME, True)]
    assert told["experiments"][0]["digest"] == current.find(NAME).digest
    assert alice.get(f"/api/experiments/{NAME}").json()["declaration"] == text
