"""Uploads by Django's own client: what is kept, and what is left when something goes wrong."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from kb.models import Capture, Job, Team
from tests.cast import files_below, form, orphans

pytestmark = pytest.mark.django_db
URL = "/captures/upload/"
JSON = {"HTTP_ACCEPT": "application/json"}


def left() -> list[str]:
    return files_below(Path(settings.MEDIA_ROOT))


@pytest.mark.both
def test_a_capture_is_kept_byte_for_byte_with_its_hash(alice, cast):
    content = os.urandom(3_000_000)
    answer = alice.post(URL, form(content, "Ünïcode キャプチャ.pcap"), **JSON)
    capture = Capture.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "captures": [
            {"id": capture.uid, "url": f"/captures/{capture.uid}/", "name": "Ünïcode キャプチャ.pcap"}
        ]
    }
    assert capture.path.read_bytes() == content
    assert (capture.size, capture.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (capture.team, capture.uploaded_by, capture.job.state) == (cast.team, cast.alice, "waiting")
    assert left() == [capture.stored]
    assert capture.path.stat().st_mode & 0o077 == 0


def test_several_files_in_one_form_are_several_captures(alice):
    files = [form(b"one", "1.pcap")["file"], form(b"two", "2.pcap")["file"]]
    answer = alice.post(URL, {"file": files}, **JSON)
    assert [one["name"] for one in answer.json()["captures"]] == ["1.pcap", "2.pcap"]
    assert Capture.objects.count() == Job.objects.count() == 2


def test_the_same_bytes_twice_are_two_captures(alice):
    for _ in range(2):
        alice.post(URL, form(b"same"))
    assert Capture.objects.count() == 2
    assert orphans() == []


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.pcap",
        "../../etc/passwd",
        "C:\\con.pcap",
        "..",
        "a" * 400,
        "\u202egnp.pcap",
        "=1+1",
    ],
)
@pytest.mark.both
def test_a_hostile_name_is_a_label_and_never_a_path(alice, name):
    disposition = f'form-data; name="file"; filename="{name}"'
    body = f"--x\r\nContent-Disposition: {disposition}\r\n\r\nabc\r\n--x--\r\n".encode()
    answer = alice.post(URL, body, content_type="multipart/form-data; boundary=x", **JSON)
    assert answer.status_code == 201
    capture = Capture.objects.get()
    assert capture.name == name[:255]
    assert left() == [capture.stored]
    download = alice.get(f"/captures/{capture.uid}/download/")
    assert b"".join(download.streaming_content) == b"abc"
    disposition = download["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert not set(disposition) & set("<>/\\\r\n\u202e")


def test_a_name_that_would_begin_a_header_of_its_own_stays_in_its_line(alice):
    disposition = "form-data; name=\"file\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1.pcap"
    body = f"--x\r\nContent-Disposition: {disposition}\r\n\r\nabc\r\n--x--\r\n".encode()
    answer = alice.post(URL, body, content_type="multipart/form-data; boundary=x", **JSON)
    assert answer.status_code == 201
    capture = Capture.objects.get()
    assert left() == [capture.stored]
    download = alice.get(f"/captures/{capture.uid}/download/")
    assert not set(download["Content-Disposition"]) & set("\r\n")
    assert "Set-Cookie" not in download
    assert alice.get(f"/captures/{capture.uid}/").status_code == 200


def test_a_name_that_fills_pages_is_an_unreadable_form(alice):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + b"a" * 4000
        + b'"\r\n\r\nabc\r\n--x--\r\n'
    )
    answer = alice.post(URL, body, content_type="multipart/form-data; boundary=x", **JSON)
    assert answer.status_code == 422
    assert answer.json()["error"]["en"].startswith("The form cannot be read")
    assert left() == []


def test_a_name_with_a_null_byte_is_kept_without_it(alice):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\x00b"\r\n\r\nabc\r\n--x--\r\n'
    alice.post(URL, body, content_type="multipart/form-data; boundary=x", **JSON)
    assert Capture.objects.get().name == "a\ufffdb"


def test_a_download_is_never_shown_by_the_browser(alice):
    alice.post(URL, form(b"<svg onload=alert(1)>", "x.svg"))
    answer = alice.get(f"/captures/{Capture.objects.get().uid}/download/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"


def test_more_than_the_limit_is_413_and_leaves_nothing(alice, settings):
    settings.UPLOAD_LIMIT = 1000
    answer = alice.post(URL, form(bytes(1001)), **JSON)
    assert answer.status_code == 413
    assert answer.json()["error"]["en"] == "The upload is larger than the limit of 1 kB."
    assert "1 kB" in answer.json()["error"]["ja"]
    assert left() == []
    assert not Capture.objects.exists()


def test_exactly_the_limit_is_taken(alice, settings):
    settings.UPLOAD_LIMIT = 1000
    assert alice.post(URL, form(bytes(1000)), **JSON).status_code == 201


def test_the_announced_length_alone_is_refused_when_it_is_too_much(alice, settings):
    settings.UPLOAD_LIMIT = 1000
    answer = alice.generic(
        "POST", URL, b"x", "multipart/form-data; boundary=x", CONTENT_LENGTH="9999999", **JSON
    )
    assert answer.status_code == 413


def test_a_disk_that_fills_up_is_one_sentence_and_leaves_no_half_file(alice, monkeypatch):
    real = os.fdopen

    def on_a_full_disk(*args, **kwargs):
        file = real(*args, **kwargs)

        class Full:
            def write(self, data):
                file.write(data[:100])
                raise OSError(errno.ENOSPC, "No space left on device")

            close, fileno = file.close, file.fileno

        return Full()

    monkeypatch.setattr("kb.uploads.os.fdopen", on_a_full_disk)
    answer = alice.post(URL, form(bytes(100_000)), **JSON)
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["error"]["text"]
    assert left() == []
    assert not Capture.objects.exists()


def test_a_disk_without_room_is_known_before_the_body_is_read(alice, monkeypatch):
    monkeypatch.setattr("kb.uploads.shutil.disk_usage", lambda path: type("Usage", (), {"free": 10})())
    assert alice.post(URL, form(bytes(1000)), **JSON).status_code == 507
    assert left() == []


def test_an_upload_that_breaks_off_leaves_nothing(alice):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'
    answer = alice.post(URL, body, content_type="multipart/form-data; boundary=x", **JSON)
    assert answer.status_code == 422
    assert "broke off" in answer.json()["error"]["en"]
    assert left() == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"abc", "text/plain"),
        (b"", "multipart/form-data; boundary=x"),
        (b"abc", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nabc\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_form_without_a_file_is_422(alice, body, kind):
    assert alice.post(URL, body, content_type=kind, **JSON).status_code == 422
    assert left() == []


def test_a_file_in_another_field_is_not_kept(alice):
    answer = alice.post(URL, {"picture": form()["file"]}, **JSON)
    assert answer.status_code == 422
    assert left() == []


def test_a_row_that_cannot_be_written_takes_its_file_with_it(alice, monkeypatch):
    def fail(capture):
        raise RuntimeError("no job")

    monkeypatch.setattr("kb.intake.jobs.begin", fail)
    with pytest.raises(RuntimeError):
        alice.post(URL, form(), **JSON)
    assert left() == []
    assert not Capture.objects.exists()


def test_nobody_may_upload_unless_signed_in(client):
    answer = client.post(URL, form(), **JSON)
    assert answer.status_code == 401
    assert answer.json()["error"]["en"].startswith("Please sign in")
    assert left() == []


def test_without_a_team_there_is_nobody_to_own_the_capture(client, cast):
    Team.objects.all().delete()
    client.force_login(cast.alice)
    assert client.post(URL, form(), **JSON).status_code == 422


def test_another_sites_form_is_refused(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    assert browser.post(URL, form()).status_code == 403
    assert browser.post(URL, form(), HTTP_ORIGIN="https://evil.example").status_code == 403
    assert not Capture.objects.exists()
    assert left() == []


def test_the_token_in_a_header_is_enough_for_a_script(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    browser.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    assert browser.post(URL, form(), HTTP_X_CSRFTOKEN="x" * 32, **JSON).status_code == 201


def test_other_pages_take_no_files(client, cast):
    client.post("/sign-in/", {"file": form(bytes(5_000_000))["file"], "username": "x"})
    assert left() == []


def test_a_plain_form_leads_to_the_page_of_the_capture(alice):
    answer = alice.post(URL, form())
    assert answer.status_code == 302
    assert answer["Location"] == f"/captures/{Capture.objects.get().uid}/"
