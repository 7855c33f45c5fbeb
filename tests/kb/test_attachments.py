"""Pictures: told by their bytes, freed of everything else, seen by few until approved, gone when unused."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from kb import attachments, pictures, removal, review, submitting, writing
from kb.models import Attachment, Capture, Draft
from kb.pictures import Spoiled, TooBig
from kb.unwritten import NoPicture, PictureTooLarge
from kb.words import Words
from tests.cast import files_below, orphans, received
from tests.kb import sample_pictures as sample
from tests.kb.test_pages_of_captures import page
from tests.kb.test_writing import article, people

__all__ = ["article", "people"]
pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
EACH = {
    "image/png": (sample.chatty_png(), (2, 3)),
    "image/jpeg": (sample.jpeg(), (4, 2)),
    "image/gif": (sample.gif(), (3, 2)),
    "image/webp": (sample.webp(), (5, 7)),
}
PCAP = Path(settings.BASE_DIR) / "diagnoses" / "refused_on_path" / "fires.pcap"


# ---- bytes


@pytest.mark.parametrize("media_type", EACH)
def test_a_picture_is_known_by_its_bytes_and_keeps_nothing_but_itself(media_type):
    data, size = EACH[media_type]
    assert sample.SECRET in data
    found = pictures.read(data)
    assert (found.media_type, (found.width, found.height)) == (media_type, size)
    assert b"secret" not in found.data
    again = pictures.read(found.data)
    assert again == found


@pytest.mark.parametrize("media_type", EACH)
def test_a_picture_that_is_cut_anywhere_is_refused(media_type):
    whole = pictures.read(EACH[media_type][0]).data
    for end in range(16, len(whole)):
        with pytest.raises(Spoiled):
            pictures.read(whole[:end])


@hypothesis(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(EACH)), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6)
)
def test_spoiled_bytes_are_refused_or_read_and_never_an_accident(media_type, changes):
    data = bytearray(EACH[media_type][0])
    for at, byte in changes:
        data[at % len(data)] = byte
    try:
        found = pictures.read(bytes(data))
    except (Spoiled, TooBig):
        return
    assert found is None or pictures.read(found.data) == found


@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_a_photograph_stays_upright_without_its_exif(turned):
    found = pictures.read(sample.jpeg(turned=turned))
    assert (found.width, found.height) == ((2, 4) if turned > 4 else (4, 2))
    assert (b"Exif" in found.data) is (turned > 1)
    assert pictures.read(found.data) == found


def test_an_animation_goes_on_and_its_comments_are_gone():
    found = pictures.read(sample.gif())
    assert b"NETSCAPE2.0" in found.data
    assert b"XMP" not in found.data


@pytest.mark.parametrize(
    "data",
    [
        sample.png(8001, 1),
        sample.png(7000, 7000, pixels=b""),
        sample.gif(9000, 9),
        sample.jpeg(9, 9000),
        sample.webp(8001, 2),
    ],
    ids=["png", "pixels", "gif", "jpeg", "webp"],
)
def test_more_pixels_than_a_page_shows_are_refused_by_the_header(data):
    with pytest.raises(TooBig):
        pictures.read(data)


def test_a_bomb_is_no_picture():
    with pytest.raises(Spoiled, match="more pixels"):
        pictures.read(sample.png(pixels=bytes(50_000_000)))
    with pytest.raises(Spoiled):
        pictures.read(sample.gif(3, 2, inner=(300, 200)))


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        b"",
        b"GIF",
    ],
)
def test_everything_else_is_no_picture(data):
    assert pictures.read(data) is None


# ---- taking


@pytest.fixture
def draft(people) -> Draft:
    return writing.begin_new(people.alice, "article", "en", Words("Window probes", "s", "Text.\n"))


def post(browser: Client, draft: Draft, content: bytes, name: str = "a.png", **more):
    url = f"/write/{draft.uid}/attachments/"
    return browser.post(url, {"file": SimpleUploadedFile(name, content)}, headers=JSON, **more)


def test_a_picture_is_taken_and_named_in_the_text(alice, draft, people):
    answer = post(alice, draft, sample.chatty_png(), "the [door]_1.jpg")
    assert answer.status_code == 201
    made = Attachment.objects.get()
    assert answer.json() == {"lines": [f"![the door 1](/attachments/{made.uid}/)"], "told": ""}
    assert (made.media_type, made.width, made.height, made.uploaded_by) == ("image/png", 2, 3, people.alice)
    assert made.path.read_bytes() == pictures.read(sample.chatty_png()).data
    assert made.size == made.path.stat().st_size
    assert orphans() == []


def test_a_picture_is_served_as_what_it_is_and_nothing_else(alice, draft):
    post(alice, draft, sample.png(), 'a"\r\nX: y.html')
    answer = alice.get(Attachment.objects.get().get_absolute_url())
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("inline")
    assert b"".join(answer.streaming_content) == sample.png()


def test_what_is_neither_picture_nor_capture_is_refused_and_leaves_nothing(alice, draft):
    answer = post(alice, draft, b"<svg onload='alert(1)'/>", "a.png")
    assert answer.status_code == 415
    assert "neither" in answer.json()["detail"]
    assert post(alice, draft, sample.png()[:-9]).status_code == 415
    assert post(alice, draft, sample.png(8001, 1)).status_code == 413
    assert not Attachment.objects.exists()
    assert files_below(Path(settings.MEDIA_ROOT)) == []


def test_a_picture_of_too_many_bytes_is_refused(people):
    big = received(sample.png() + bytes(attachments.LARGEST))
    assert isinstance(attachments.accept(big, people.alice), PictureTooLarge)
    assert isinstance(attachments.accept(received(b"no picture"), people.alice), NoPicture)


def test_a_capture_goes_through_the_one_door_and_stays_the_teams(alice, draft, people):
    answer = post(alice, draft, PCAP.read_bytes(), "ssh.pcap")
    found = Capture.objects.get()
    assert answer.json()["lines"] == [f"::capture {found.uid}"]
    assert "other teams" in answer.json()["told"]
    assert (found.team, found.uploaded_by, found.job.state) == (people.team, people.alice, "waiting")
    assert not Attachment.objects.exists()


def test_a_capture_of_somebody_without_a_team_is_refused(alice, draft, people):
    people.alice.teams.clear()
    assert post(alice, draft, PCAP.read_bytes()).status_code == 422
    assert not Capture.objects.exists()


def test_without_a_script_the_picture_stands_at_the_end_of_the_text(alice, draft):
    alice.post(f"/write/{draft.uid}/attachments/", {"file": SimpleUploadedFile("a.png", sample.png())})
    made = Attachment.objects.get()
    draft.refresh_from_db()
    assert draft.body == f"Text.\n\n![a](/attachments/{made.uid}/)\n"
    assert f"/attachments/{made.uid}/" in page(alice, draft.get_absolute_url())


def test_nothing_of_the_body_is_read_before_it_is_clear_who_asks(draft, people):
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, draft, sample.png()).status_code == 401
    for somebody, status in ((people.charlie, 404), (people.bob, 404), (people.alice, 403)):
        strict.force_login(somebody)
        assert post(strict, draft, sample.png()).status_code == status
    assert files_below(Path(settings.MEDIA_ROOT)) == []


# ---- seeing


def test_readers_see_a_picture_when_the_words_around_it_are_approved(alice, draft, people):
    post(alice, draft, sample.png())
    made = Attachment.objects.get()
    reader = Client()
    people.charlie.groups.clear()
    reader.force_login(people.charlie)
    url = made.get_absolute_url()
    assert reader.get(url).status_code == 404
    writing.save(draft, 0, Words("Window probes", "s", f"![a]({url})"), writing.Notes(slug="window-probes"))
    revision = submitting.submit(draft, people.alice)
    made.refresh_from_db()
    assert made.article == revision.article
    assert reader.get(url).status_code == 404
    assert review.approve(revision, people.bob) is None
    assert reader.get(url).status_code == 200
    assert Client().get(url).status_code == 302


# ---- staying


def test_a_week_after_it_came_an_unused_picture_goes(alice, draft, django_capture_on_commit_callbacks):
    for _ in range(3):
        post(alice, draft, sample.png())
    new, named, unused = Attachment.objects.order_by("-pk")
    long_ago = timezone.now() - timedelta(days=8)
    Attachment.objects.filter(pk__in=[named.pk, unused.pk]).update(created=long_ago)
    writing.save(draft, 0, Words(body=f"![]({named.get_absolute_url()})"), writing.Notes())
    with django_capture_on_commit_callbacks(execute=True):
        assert attachments.forget_unused() == 1
    assert set(Attachment.objects.all()) == {new, named}
    assert not unused.path.exists()
    assert named.path.exists()
    assert orphans() == []


def test_the_sweep_takes_files_of_pictures_that_no_row_names(alice, draft, article):
    post(alice, draft, sample.png())
    made = Attachment.objects.get()
    lost = made.path.parent / "lost"
    lost.write_bytes(b"x")
    for path in (lost, made.path):
        os.utime(path, (0, 0))
    assert removal.sweep() == 1
    assert made.path.exists()
    attachments.claim(article, f"see {made.get_absolute_url()}")
    article.delete()
    assert removal.sweep() == 1
    assert files_below(Path(settings.MEDIA_ROOT)) == []
