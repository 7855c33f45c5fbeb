"""The import by a browser and by a program: who may, what is said of each file, and nothing left behind."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kb import tokens
from kb.models import Draft, Revision
from tests.cast import orphans
from tests.kb.test_pages_of_captures import page, text
from tests.kb.test_writing import people

__all__ = ["people"]
pytestmark = pytest.mark.django_db


def sent(name: str = "idle.md", content: bytes = b"Words.\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def writer(client, people) -> Client:
    client.force_login(people.alice)
    return client


def test_the_page_says_what_became_of_each_file_and_leads_there(writer):
    answer = writer.post("/import/", {"file": [sent(), sent("x.exe"), sent("イベント.txt")]})
    words = text(answer.content.decode())
    made = Revision.objects.get()
    assert answer.status_code == 200
    assert f'href="/revisions/{made.pk}/"' in answer.content.decode()
    assert "A new text; it awaits review." in words
    assert "An import takes Markdown" in words
    again = text(writer.post("/import/", {"file": [sent()]}).content.decode())
    assert "These words have been here already." in again
    assert not orphans()


def test_a_zip_comes_through_the_browser(writer):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("notes/idle.ja.md", "本文です。\n")
    writer.post("/import/", {"file": sent("notes.zip", made.getvalue())})
    assert Revision.objects.get().language == "ja"
    assert not orphans()


def test_names_of_strangers_are_shown_as_text(writer):
    answer = writer.post("/import/", {"file": [sent("<b>\u202egnp.exe")]})
    assert "<b>\u202e" not in answer.content.decode()
    assert "\u202e" not in answer.content.decode()


def test_a_form_without_a_file_is_told_in_the_readers_language(writer):
    answer = writer.post("/import/", {}, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "Choose a zip" in text(answer.content.decode())
    many = writer.post("/import/", {"file": [sent(f"text-{number}.md") for number in range(101)]})
    assert "It may hold 100 files" in text(many.content.decode())
    assert not orphans()


def test_only_authors_are_heard(client, people):
    client.force_login(people.charlie)
    people.charlie.groups.clear()
    assert client.post("/import/", {"file": sent()}).status_code == 404
    assert Client().post("/import/", {"file": sent()}).status_code == 401
    assert not Revision.objects.exists()
    assert not orphans()


def test_a_form_of_another_site_is_refused_and_leaves_nothing(people):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.alice)
    assert browser.post("/import/", {"file": sent()}).status_code == 403
    assert not Revision.objects.exists()
    assert not orphans()


def test_curators_find_the_way_out_and_authors_the_way_in(client, people):
    client.force_login(people.bob)
    assert 'href="/export/?captures=1"' in page(client, "/import/")
    client.force_login(people.alice)
    assert 'href="/export/' not in page(client, "/import/")
    assert 'href="/import/"' in page(client, "/write/")


def test_programs_import_and_export(client, people):
    head = {"authorization": f"Bearer {tokens.make(people.alice)}"}
    said = client.post("/api/import", {"file": [sent(), sent("more.md")]}, headers=head).json()
    assert said["counts"] == {"new": 2}
    assert [one["name"] for one in said["files"]] == ["idle.md", "more.md"]
    assert client.post("/api/import", {"file": sent()}, headers=head).json()["counts"] == {"unchanged": 1}
    assert client.post("/api/import", {}, headers=head).status_code == 422
    assert client.get("/api/export", headers=head).status_code == 404
    head = {"authorization": f"Bearer {tokens.make(people.bob)}"}
    answer = client.get("/api/export?captures=true", headers=head)
    made = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert json.loads(made.read("manifest.json"))["format"] == 1
    assert not Draft.objects.exists()


def test_a_program_of_no_author_is_not_heard(client, people):
    people.charlie.groups.clear()
    head = {"authorization": f"Bearer {tokens.make(people.charlie)}"}
    assert client.post("/api/import", {"file": sent()}, headers=head).status_code == 404
    assert not orphans()
