"""Captures that experiments made: every reader sees them, nobody owns, lists or deletes them."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from kb import intake, uploads
from kb.models import Capture, Job
from tests.cast import accept, files_below, from_the_lab, orphans, received
from tests.reported import report_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def made(cast) -> Capture:
    job = from_the_lab()
    report_on(job)
    return job.capture


def test_the_lab_comes_in_by_the_same_door_and_gets_a_job(made):
    assert (made.origin, made.team, made.uploaded_by) == ("lab", None, None)
    assert made.job.kind == "diagnose"


def test_every_reader_sees_them_and_nobody_else_does(made, cast, client):
    url = made.get_absolute_url()
    assert "/sign-in/" in client.get(url)["Location"]
    for user in (cast.alice, cast.charlie):
        client.force_login(user)
        for part in ("", "connections/", "connections/0/", "download/"):
            assert client.get(f"{url}{part}").status_code == 200


def test_who_has_left_sees_none_of_them(made, cast):
    cast.alice.is_active = False
    assert not Capture.objects.visible_to(cast.alice).exists()


def test_they_are_in_no_list_and_in_no_count(made, cast, alice):
    own = accept(cast)
    for path in ("/", "/captures/"):
        page = alice.get(path).content.decode()
        assert own.capture.uid in page
        assert made.uid not in page
    assert alice.get("/api/captures").json()["count"] == 1


def test_nobody_deletes_or_diagnoses_them_again(made, alice):
    url = made.get_absolute_url()
    assert alice.post(f"{url}delete/").status_code == 404
    assert alice.post(f"{url}again/").status_code == 404
    assert alice.delete(f"/api/captures/{made.uid}").status_code == 404
    assert Capture.objects.filter(pk=made.pk).exists()
    page = alice.get(url).content.decode()
    assert f"{url}delete/" not in page
    assert f"{url}again/" not in page


def test_a_program_may_read_their_reports(made, alice):
    answer = alice.get(f"/api/captures/{made.uid}")
    assert json.loads(answer.getvalue())["state"] == "done"


def test_the_same_bytes_from_the_lab_are_the_same_capture(made):
    again = intake.accept(received(made.path.read_bytes(), "other-name.pcap"), team=None)
    assert again.capture == made
    assert again.job == made.job
    assert Job.objects.count() == 1
    assert orphans() == []


def test_the_same_bytes_from_a_person_are_a_capture_of_their_own(made, cast):
    theirs = intake.accept(received(made.path.read_bytes()), team=cast.team, user=cast.alice).capture
    assert theirs != made
    assert theirs.origin == "upload"


def test_of_two_runs_at_the_same_moment_the_second_takes_the_first_ones_capture(made, monkeypatch):
    real, calls = intake.known_to_the_lab, []

    def second_look(file):
        calls.append(file)
        return None if len(calls) == 1 else real(file)

    monkeypatch.setattr(intake, "known_to_the_lab", second_look)
    assert intake.accept(received(made.path.read_bytes()), team=None).capture == made
    assert len(calls) == 2
    assert orphans() == []


@pytest.mark.parametrize("origin", ["upload", "lab"])
def test_a_capture_is_a_teams_or_the_labs_and_never_both_or_neither(cast, origin):
    team = cast.team if origin == "lab" else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Capture.objects.create(origin=origin, team=team, name="n", size=1, sha256="0" * 64, stored="s")


def test_a_file_of_our_own_is_copied_to_the_incoming_folder_and_hashed(tmp_path):
    file = tmp_path / "client.pcap"
    file.write_bytes(b"abc")
    copy = uploads.copied(file, "connect_timeout-client.pcap")
    assert copy.path.parent == Path(settings.MEDIA_ROOT) / "incoming"
    assert (copy.size, copy.sha256[:8], copy.path.read_bytes()) == (3, "ba7816bf", b"abc")
    assert file.exists()
    assert files_below(Path(settings.MEDIA_ROOT)) == [f"incoming/{copy.path.name}"]
