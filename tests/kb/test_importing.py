"""Markdown comes in: from folders, zips and single files, with pictures; nothing is published unseen."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kb import attachments, bundle
from kb.importing import texts
from kb.importing.files import Bounds
from kb.importing.opening import opened
from kb.importing.taking import take
from kb.importing.told import Fate
from kb.models import Article, Attachment, Capture, Draft, Event, Lead, Revision
from tests.cast import accept, orphans
from tests.kb import sample_pictures as sample
from tests.kb.test_writing import give, people, revision

__all__ = ["people"]
pytestmark = pytest.mark.django_db
FULL = """---
title: "Idle connections"
summary: What ends them.
tags: [keepalive, "tcp"]
mood: calm
---

Words with ![a picture](img/a.png) and [the other](other.md#more) and [gone](no.md).

```
![stays](img/a.png)
```
"""


def laid(folder: Path, **files: str | bytes) -> Path:
    return put(folder, {name.replace("__", "/") + ".md": content for name, content in files.items()})


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def brought(path: Path, user, *, approve: bool = False, bounds: Bounds | None = None):
    with opened([(path, path.name)], bounds or Bounds()) as files:
        return take(files, user, approve=approve)


def fates(told) -> dict[str, str]:
    return {one.name: str(one.fate) for one in told}


# ---- texts


def test_a_folder_becomes_revisions_in_review_with_pictures_and_links(people, tmp_path):
    folder = put(
        tmp_path / "in",
        {"idle.en.md": FULL, "other.md": "# The other\n\nIt *says* more.\n", "img/a.png": sample.png()},
    )
    told = brought(folder, people.alice)
    one = Revision.objects.get(article__slug="idle")
    picture = Attachment.objects.get()
    assert (one.title, one.summary, one.tags) == (
        "Idle connections",
        "What ends them.",
        ["keepalive", "tcp"],
    )
    assert (one.state, one.author, one.origin) == ("in_review", people.alice, "person")
    assert f"![a picture](/attachments/{picture.uid}/) and [the other](/articles/other/#more)" in one.body
    assert "![stays](img/a.png)" in one.body
    assert picture.article == one.article
    other = Revision.objects.get(article__slug="other")
    assert (other.title, other.summary, other.body) == ("The other", "It says more.", "It *says* more.\n")
    assert [one.en for one in told if one.fate == Fate.NOTED] == [
        "Its front matter says what is not known here: mood.",
        "It leads to files that did not come or are no text or picture: no.md.",
    ]
    assert not Revision.objects.filter(state="approved").exists()
    assert not orphans()


def test_importing_twice_changes_nothing(people, tmp_path):
    folder = put(tmp_path / "in", {"idle.md": FULL, "other.md": "Words.\n", "img/a.png": sample.png()})
    brought(folder, people.alice)
    before = list(Revision.objects.values())
    again = brought(folder, people.alice)
    assert list(Revision.objects.values()) == before
    assert Attachment.objects.count() == 1
    assert {fate for fate in fates(again).values() if fate != "noted"} == {"unchanged"}


def test_other_words_than_readers_see_stand_on_those(people, tmp_path):
    article = Article.objects.create(slug="keepalive")
    now = revision(article, "Old.\n")
    told = brought(
        laid(tmp_path / "in", keepalive="---\ntitle: Keepalive\nsummary: s\n---\nNew.\n"), people.alice
    )
    made = Revision.objects.get(state="in_review")
    assert fates(told) == {"keepalive.md": "changed"}
    assert (made.based_on, told[0].url) == (now, made.get_absolute_url())
    assert made.events.get().kind == Event.Kind.SUBMITTED
    same = laid(tmp_path / "same", keepalive="---\ntitle: Keepalive\nsummary: s\n---\nOld.\n")
    assert fates(brought(same, people.charlie)) == {"keepalive.md": "unchanged"}


def test_a_draft_of_somebody_else_is_no_reason_to_leave_a_text_out(people, tmp_path):
    Draft.objects.create(author=people.charlie, kind="article", language="en", title="idle", body="Words.\n")
    assert fates(brought(laid(tmp_path / "in", idle="Words.\n"), people.alice)) == {"idle.md": "new"}


def test_a_translation_renders_the_original_that_came_with_it(people, tmp_path):
    brought(put(tmp_path / "in", {"idle.ja.md": "本文。\n", "idle.en.md": "Words.\n"}), people.alice)
    article = Article.objects.get()
    assert article.original == "en"
    assert Revision.objects.get(language="ja").translates == Revision.objects.get(language="en")


@pytest.mark.parametrize(
    ("name", "source", "language"),
    [
        ("a.ja.md", "Words.", "ja"),
        ("a.md", "---\nlang: ja\n---\nWords.", "ja"),
        ("a.md", "接続が `SYN_SENT` のまま待ちます。", "ja"),
        ("a.md", "Words, and 一 of them.", "en"),
    ],
)
def test_the_language_is_said_or_seen(tmp_path, name, source, language):
    folder = put(tmp_path, {name: source})
    with opened([(folder, "x")], Bounds()) as files:
        assert texts.read(files.found[name]).language == language


@pytest.mark.parametrize(
    ("name", "source", "slug", "title"),
    [
        ("Half_Open.md", "Words.", "half-open", "Half Open"),
        ("guide/README.md", "Title\n=====\n\nWords.", "guide", "Title"),
        ("メモ.md", "# Keepalive timers\n\nWords.", "keepalive-timers", "Keepalive timers"),
        ("メモ.md", "---\nslug: memo\n---\nことば。", "memo", "メモ"),
        ("x" * 70 + ".md", "```\n# no\n```\n## So `it` is {#id}\n", "x" * 70, "So it is"),
    ],
)
def test_address_and_title_come_from_what_there_is(tmp_path, name, source, slug, title):
    folder = put(tmp_path, {name: source})
    with opened([(folder, "x")], Bounds()) as files:
        found = texts.read(files.found[name])
    assert (found.slug, found.words.title) == (slug, title)


def test_each_text_that_cannot_be_taken_is_named_with_its_reason(people, tmp_path):
    Article.objects.create(slug="steps", kind="runbook")
    files = {
        "sjis.md": "日本語".encode("cp932"),
        "large.md": b"x" * 900_000,
        "empty.md": "# Only a title\n",
        "メモ.md": "本文。",
        "steps.md": "Words.",
        "search.md": "Words.",
        "a/same.md": "Words.",
        "b/same.md": "Words.",
        "data.bin": b"\0",
    }
    told = brought(put(tmp_path / "in", files), people.alice)
    said = {one.name: one.en for one in told}
    assert said["sjis.md"].startswith("It is not in UTF-8")
    assert said["large.md"].startswith("The file is larger")
    assert said["empty.md"].startswith("An article needs")
    assert said["メモ.md"].startswith("Neither file name")
    assert said["steps.md"].startswith("Article and runbook")
    assert said["search.md"].startswith("The address")
    assert said["b/same.md"].startswith("Another file gives")
    assert said["data.bin"].startswith("An import takes")
    assert [one.name for one in told if one.fate == Fate.NEW] == ["a/same.md"]


def test_runbooks_are_told_by_their_folder_and_lead_nobody_before_review(people, tmp_path):
    source = "---\ntitle: Idle\nsummary: s\ncodes: port_closed, no_such\n---\nSteps.\n"
    told = brought(laid(tmp_path / "in", runbooks__idle=source), people.alice)
    assert Article.objects.get().kind == "runbook"
    assert not Lead.objects.exists()
    assert any("no_such" in one.en for one in told)
    assert any(one.en.startswith("Which findings") for one in told)
    told = brought(tmp_path / "in", people.alice, approve=True)
    assert Lead.objects.get().code == "port_closed"
    assert Event.objects.filter(kind="loaded").count() == 1


def test_a_picture_that_is_none_is_refused_and_the_text_taken(people, tmp_path):
    folder = put(tmp_path / "in", {"a-b.md": "![x](x.png)\n", "x.png": b"<svg onload=alert(1)>"})
    told = brought(folder, people.alice)
    assert fates(told) == {"x.png": "refused", "a-b.md": "new"}
    assert "(x.png)" in Revision.objects.get().body


# ---- archives


def zipped(
    tmp_path: Path, *members: tuple[zipfile.ZipInfo | str, bytes], method=zipfile.ZIP_DEFLATED
) -> Path:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in members:
            made.writestr(name, content)
    return path


def special(name: str, *, mode: int = 0, encrypted: bool = False) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.flag_bits = int(encrypted)
    return info


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_members_are_refused_by_name_and_the_rest_is_taken(people, tmp_path):
    path = zipped(
        tmp_path,
        ("good.md", b"Words.\n"),
        ("good.md", b"Other words.\n"),
        ("../out.md", b"Words.\n"),
        ("/etc/abs.md", b"Words.\n"),
        ("C:\\win.md", b"Words.\n"),
        ("a\\..\\..\\back.md", b"Words.\n"),
        ("line\nbreak.md", b"Words.\n"),
        (special("link.md", mode=0o120777), b"/etc/passwd"),
        ("inner.zip", b"PK\x03\x04"),
        ("__MACOSX/._good.md", b"\0"),
    )
    told = brought(path, people.alice)
    assert [one.name for one in told if one.fate == Fate.NEW] == ["good.md"]
    assert {one.name for one in told if one.fate == Fate.REFUSED} == {
        *("good.md", "../out.md", "/etc/abs.md", "C:/win.md", "a/../../back.md"),
        *("line\nbreak.md", "link.md", "inner.zip"),
    }
    assert Revision.objects.get().body == "Words.\n"


def test_a_name_with_a_nul_and_a_locked_member_are_refused(people, tmp_path):
    path = zipped(tmp_path, ("nulX.md", b"Words.\n"), ("locked.md", b"Words.\n"))
    raw = path.read_bytes().replace(b"nulX.md", b"nul\0.md")
    at = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4)
    path.write_bytes(raw[: at + 8] + b"\x01" + raw[at + 9 :])
    told = brought(path, people.alice)
    assert {one.name: one.en.split(".")[0] for one in told} == {
        "nul\0.md": "Its name holds characters that no file name has",
        "locked.md": "It is encrypted",
    }
    assert not Revision.objects.exists()


def test_bombs_are_not_unpacked(people, tmp_path):
    path = zipped(tmp_path, ("bomb.md", bytes(80 << 20)), ("good.md", b"Words.\n"))
    told = brought(path, people.alice)
    assert fates(told) == {"bomb.md": "refused", "good.md": "new"}
    lzma = zipped(tmp_path, ("other.md", b"Words.\n"), method=zipfile.ZIP_LZMA)
    assert fates(brought(lzma, people.alice)) == {"other.md": "refused"}


def test_more_than_one_import_takes_is_said_once(people, tmp_path):
    path = zipped(tmp_path, *((f"text-{number}.md", b"Words.\n") for number in range(5)))
    told = brought(path, people.alice, bounds=Bounds(files=3))
    assert [one.name for one in told if one.fate == Fate.REFUSED] == ["text-3.md"]
    assert Revision.objects.count() == 3
    told = brought(path, people.alice, bounds=Bounds(unpacked=20))
    assert told[0].name == "text-2.md"


def test_a_list_of_files_without_end_is_not_read(people, tmp_path):
    path = zipped(tmp_path, *((f"{number:0500}.md", b"") for number in range(2500)))
    told = brought(path, people.alice, bounds=Bounds(directory=1 << 20))
    assert [(one.name, one.en[:25]) for one in told] == [("in.zip", "It is no zip that can be ")]


@pytest.mark.parametrize("cut", [4, 30, 60, -10, -30])
def test_a_zip_that_is_cut_or_spoiled_is_told(people, tmp_path, cut):
    path = zipped(tmp_path, ("good.md", b"Words that are good.\n" * 20))
    path.write_bytes(path.read_bytes()[:cut])
    assert list(fates(brought(path, people.alice)).values()) == ["refused"]
    assert not Revision.objects.exists()


def test_a_member_with_a_wrong_check_sum_is_refused(people, tmp_path):
    path = zipped(tmp_path, ("good.md", b"Words."), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Words.", b"Wards."))
    told = brought(path, people.alice)
    assert [(one.fate, one.en) for one in told] == [(Fate.REFUSED, "It is cut or damaged.")]


def test_links_in_a_folder_are_not_followed(people, tmp_path):
    folder = laid(tmp_path / "in", good="Words.\n")
    (folder / "link.md").symlink_to("/etc/passwd")
    assert fates(brought(folder, people.alice)) == {"link.md": "refused", "good.md": "new"}


def test_names_of_old_japanese_zips_are_read(people, tmp_path):
    path = zipped(tmp_path, ("AAAAAA.md", "# Memo of today\n\n本文。\n".encode()))
    path.write_bytes(path.read_bytes().replace(b"AAAAAA", "メモ手".encode("cp932")))
    assert fates(brought(path, people.alice)) == {"メモ手.md": "new"}


# ---- moving an installation


@pytest.fixture
def filled(people) -> Capture:
    """An article in both languages with a picture and a capture, and a runbook that a finding leads to."""
    give(people.bob, "author")
    capture = accept(people).capture
    picture = attachments.stored(attachments.cleaned(sample.png()), "path.png", people.alice)
    article = Article.objects.create(slug="port-closed", code="port_closed", tags=["tcp"], original="ja")
    body = f"![x]({picture.get_absolute_url()})\n\n::capture {capture.uid} frames=1-3\n"
    revision(article, body, title='"Half" open: "why"')
    revision(article, "本文。\n", language="ja", title="ハーフオープン")
    attachments.claim(article, body)
    runbook = Article.objects.create(slug="idle", kind="runbook")
    revision(runbook, "Steps.\n", title="Idle")
    Lead.objects.create(code="port_closed", runbook=runbook)
    return capture


def exported(people, path: Path) -> dict[str, bytes]:
    call_command("export", path, user="bob", captures=True, stdout=io.StringIO())
    with zipfile.ZipFile(path) as made:
        return {name: made.read(name) for name in made.namelist() if not name.startswith("experiments/")}


def test_an_installation_moves_whole(people, filled, tmp_path):
    before = exported(people, tmp_path / "before.zip")
    Article.objects.all().delete()
    Attachment.objects.all().delete()
    Capture.objects.all().delete()
    out = io.StringIO()
    call_command("import_articles", tmp_path / "before.zip", user="bob", approve=True, stdout=out)
    capture = Capture.objects.get()
    assert "experiments/" not in out.getvalue(), "they are as they are here"
    after = exported(people, tmp_path / "after.zip")
    moved = {
        name.replace(filled.uid, capture.uid): content.replace(filled.uid.encode(), capture.uid.encode())
        for name, content in before.items()
        if name != "manifest.json"
    }
    told, tells = json.loads(before["manifest.json"]), json.loads(after.pop("manifest.json"))
    assert after == moved
    assert capture.uid != filled.uid
    assert (capture.team, capture.name, capture.sha256) == (people.team, filled.name, filled.sha256)
    assert (tells["articles"], tells["attachments"]) == (told["articles"], told["attachments"])
    assert Lead.objects.get().code == "port_closed"
    assert not Revision.objects.exclude(state="approved").exists()


def test_moving_again_changes_nothing(people, filled, tmp_path):
    exported(people, tmp_path / "all.zip")
    before = (list(Revision.objects.values()), Attachment.objects.count(), Capture.objects.count())
    told = brought(tmp_path / "all.zip", people.bob, approve=True)
    assert (list(Revision.objects.values()), Attachment.objects.count(), Capture.objects.count()) == before
    assert {str(one.fate) for one in told} == {"unchanged"}


def test_another_team_gets_captures_of_its_own_and_new_names_in_the_texts(people, filled, tmp_path):
    exported(people, tmp_path / "all.zip")
    told = brought(tmp_path / "all.zip", people.charlie)
    theirs = Capture.objects.get(team=people.other_team)
    made = Revision.objects.get(author=people.charlie)
    assert f"::capture {theirs.uid} frames=1-3" in made.body
    assert filled.uid not in made.body
    assert (made.state, Attachment.objects.count()) == ("in_review", 1)
    assert sum(one.fate == Fate.CHANGED for one in told) == 1


def test_an_experiment_that_is_not_as_here_is_said_and_not_installed(people, tmp_path):
    found = [entry for entry in bundle.of_upper_rooms() if "/connect_timeout/" in entry.path]
    spoiled = [
        (entry.path, b"# other" if entry.path.endswith(".toml") else entry.content.read_bytes())
        for entry in found
    ]
    path = zipped(
        tmp_path, ("x/manifest.json", b'{"format": 1}'), *((f"x/{name}", raw) for name, raw in spoiled)
    )
    told = brought(path, people.alice)
    assert fates(told) == {"experiments/connect_timeout": "skipped"}


@pytest.mark.parametrize(
    "said", [b"[]", b"{", b'{"format": 1, "articles": 3, "captures": {"../x": {}}}', b"[" * 99999]
)
def test_a_manifest_that_is_none_spoils_nothing(people, tmp_path, said):
    path = zipped(tmp_path, ("manifest.json", said), ("good.md", b"Words.\n"), ("captures/../../x/y", b""))
    assert fates(brought(path, people.alice))["good.md"] == "new"


def test_the_command_says_who_may_and_what_is_not_there(people, tmp_path):
    Article.objects.create(slug="x-y")
    people.charlie.groups.clear()
    people.charlie.__dict__.pop("is_author", None)
    with pytest.raises(CommandError, match="no active author"):
        call_command("import_articles", tmp_path, user="charlie")
    with pytest.raises(CommandError, match="There is no"):
        call_command("import_articles", tmp_path / "gone", user="alice")
    with pytest.raises(CommandError, match="no active curator"):
        call_command("export", tmp_path / "x.zip", user="alice")
