"""Everything as one zip: what is approved, one's own captures when asked for, and nothing of another team."""

import io
import json
import zipfile

import pytest
from django.contrib.auth.models import Group

from kb import bundle, shipped
from kb.models import Article, Attachment, Lead
from tests.cast import accept
from tests.kb.test_pages_of_articles import revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(cast) -> Article:
    cast.bob.groups.add(Group.objects.get(name="curator"))
    article = Article.objects.create(slug="keepalive", tags=["idle", "tcp"], original="ja")
    revision(article, "en", "Keepalive: what it is", summary="Two\nlines.", body="Words.\n")
    revision(article, "ja", "キープアライブ", body="本文。\n")
    revision(article, "en", "Unreviewed", state="in_review")
    return article


def opened(client, path: str = "/export/") -> zipfile.ZipFile:
    answer = client.get(path)
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_words_come_back_as_they_were(client, cast, lesson, tmp_path):
    runbook = Article.objects.create(slug="idle", kind="runbook")
    revision(runbook, "en", "Idle", body="Steps.\n")
    Lead.objects.create(code="half_open", runbook=runbook)
    client.force_login(cast.bob)
    found = opened(client)
    assert found.testzip() is None
    names = [name for name in found.namelist() if not name.startswith("experiments/")]
    assert names == [
        "manifest.json",
        "runbooks/idle.en.md",
        "articles/keepalive.en.md",
        "articles/keepalive.ja.md",
    ]
    found.extractall(tmp_path)
    back = shipped.parse(
        tmp_path / "articles" / "keepalive.en.md", slug="keepalive", code=None, language="en"
    )
    assert (back.title, back.summary, back.body, back.tags) == (
        "Keepalive: what it is",
        "Two lines.",
        "Words.\n",
        ("idle", "tcp"),
    )
    steps = shipped.parse(tmp_path / "runbooks" / "idle.en.md", slug="idle", code=None, language="en")
    assert (steps.kind, steps.codes) == ("runbook", ("half_open",))
    told = json.loads(found.read("manifest.json"))
    assert told["articles"]["keepalive"]["original"] == "ja"


def test_experiments_come_with_their_recordings(client, cast, lesson):
    client.force_login(cast.bob)
    names = opened(client).namelist()
    assert "experiments/connect_timeout/experiment.toml" in names
    assert any(name.startswith("experiments/connect_timeout/recorded/6.1/captures/") for name in names)


def test_captures_come_only_when_asked_for_and_only_ones_own(client, cast, lesson):
    mine = accept(cast).capture
    client.force_login(cast.bob)
    assert mine.uid not in " ".join(opened(client).namelist())
    found = opened(client, "/export/?captures=1")
    assert found.read(f"captures/{mine.uid}/some.pcap") == mine.path.read_bytes()
    cast.charlie.groups.add(Group.objects.get(name="curator"))
    client.force_login(cast.charlie)
    theirs = opened(client, "/export/?captures=1")
    assert mine.uid not in " ".join(theirs.namelist()) + theirs.read("manifest.json").decode()


def test_pictures_are_there_and_one_that_is_gone_spoils_nothing(client, cast, lesson, settings):
    folder = settings.MEDIA_ROOT / "attachments"
    folder.mkdir(parents=True)
    (folder / "a").write_bytes(b"picture")
    for stored in ("attachments/a", "attachments/gone"):
        Attachment.objects.create(
            article=lesson, name="x.png", media_type="image/png", size=7, sha256="0", stored=stored
        )
    client.force_login(cast.bob)
    found = opened(client)
    pictures = [name for name in found.namelist() if name.startswith("attachments/")]
    assert [found.read(name) for name in pictures] == [b"picture"]


@pytest.mark.parametrize(
    ("label", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a b.pcap", "a_b.pcap"),
        ("..", "capture"),
        ("", "capture"),
        ("x" * 300 + ".pcap", ("x" * 300 + ".pcap")[-100:]),
        ("キャプチャ.pcap", "_____.pcap"),
    ],
)
def test_labels_of_strangers_become_harmless_names(label, safe):
    assert bundle.safe_name(label) == safe


def test_programs_read_approved_words_only(client, cast, lesson):
    client.force_login(cast.charlie)
    listed = client.get("/api/articles?lang=ja").json()
    assert [one["title"] for one in listed["articles"]] == ["キープアライブ"]
    told = client.get("/api/articles/keepalive?lang=en").json()
    assert (told["title"], told["body"], told["languages"]) == (
        "Keepalive: what it is",
        "Words.\n",
        ["en", "ja"],
    )
    draft = Article.objects.create(slug="draft")
    revision(draft, "en", "Not yet", state="in_review")
    assert client.get("/api/articles/draft").status_code == 404
    assert client.get("/api/articles?kind=runbook").json()["count"] == 0
    assert client.get("/api/articles/%00").status_code == 404


def test_programs_find_what_explains_a_code_and_what_to_do(client, cast, lesson):
    explained = Article.objects.create(slug="half-open", code="half_open")
    revision(explained, "en", "Half open")
    runbook = Article.objects.create(slug="idle", kind="runbook")
    revision(runbook, "en", "Idle")
    Lead.objects.create(code="half_open", runbook=runbook)
    client.force_login(cast.charlie)
    slugs = [one["slug"] for one in client.get("/api/articles?code=half_open").json()["articles"]]
    assert slugs == ["half-open", "idle"]
