"""Two captures beside each other: who may compare, what is kept, what the page shows."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from kb import beside, jobs, removal, tokens
from kb.models import Comparison, Job
from kb.outcomes import TooManyAtOnce
from tests.cast import accept, from_the_lab
from tests.kb.judged import judged
from tests.kb.test_pages_of_captures import page, text

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def found(headline: str = "3 packets were lost.", **more: object) -> dict:
    """The object "beside" of the command line, of a few packets."""
    between = {
        "kind": "lost",
        "kind_name": "Lost",
        "where": "between",
        "where_name": "between the two capture points",
        "confidence": "certain",
        "frames": [3, "b:7"],
        "connections": {"here": 0, "there": 1},
        "text": "<b>3</b> packets left here.",
        "numbers": {"packets": 3},
    }
    rewrite = {"text": "The TTL falls by 2.", "frames": [1], "connections": {"here": None, "there": None}}
    return {
        "headline": headline,
        "summary": ["13 packets are in both captures."],
        "matched": 13,
        "only": {"here": 3, "there": 0},
        "only_here": [3, 4, 5],
        "only_there": [],
        "placed": [between],
        "rewrites": [rewrite],
        **more,
    }


@pytest.fixture
def two(cast):
    """Two captures of Alice's team, with reports."""
    pair = [accept(cast, number=number, do="report").capture for number in (1, 2)]
    for capture in pair:
        judged(capture, ["port_closed", "port_closed"])
        capture.refresh_from_db()
    return pair


def finish(made: Comparison, en: dict | None = None, ja: dict | None = None) -> bool:
    """Its job, run to its end with that result."""
    claim = jobs.claim(made.job_id)
    folder = Path(settings.MEDIA_ROOT) / beside.FOLDER / f"{claim.prefix}x"
    folder.mkdir(parents=True)
    for lang, told in (
        ("en", found() if en is None else en),
        ("ja", found("3 個失われています。") if ja is None else ja),
    ):
        (folder / f"beside.{lang}.json").write_text(json.dumps(told))
    return beside.finish(claim, folder)


def test_a_comparison_is_a_job_and_then_a_result(alice, cast, two):
    here, there = two
    answer = alice.post(f"/captures/{here.uid}/beside/{there.uid}/begin/")
    path = f"/captures/{here.uid}/beside/{there.uid}/"
    assert answer["Location"] == path
    made = Comparison.objects.get()
    assert (made.job.kind, made.job.state, made.asked_by) == ("beside", "waiting", cast.alice)
    html = page(alice, path)
    assert "The two captures are being compared." in text(html)
    assert '<meta http-equiv="refresh" content="3">' in html
    assert finish(made)
    html = page(alice, path)
    words = text(html)
    assert "3 packets were lost." in words
    assert "between the two capture points certain &lt;b&gt;3&lt;/b&gt; packets left here. ▣ 3 ▣ b:7" in words
    assert f'href="/captures/{here.uid}/connections/0/?from=3#f3"' in html
    assert f'href="/captures/{there.uid}/connections/1/?from=7#f7"' in html
    assert "refresh" not in html
    assert "3 個失われています。" in text(page(alice, path, "ja"))


def test_the_same_two_are_compared_once_at_a_time_and_again_when_asked(cast, two):
    first = beside.begin(*two, cast.alice)
    assert beside.begin(*two, cast.bob).job == first.job
    finish(first)
    again = beside.begin(*two, cast.bob)
    assert (again.pk, again.job != first.job, again.body("en")["matched"]) == (first.pk, True, 13)
    assert Comparison.objects.count() == 1


def test_nobody_begins_very_many(cast, two, monkeypatch):
    monkeypatch.setattr(beside, "AT_ONCE", 1)
    beside.begin(*two, cast.alice)
    assert isinstance(beside.begin(*reversed(two), cast.alice), TooManyAtOnce)
    assert isinstance(beside.begin(*reversed(two), cast.bob), Comparison)


def test_a_capture_of_another_team_is_not_there(client, cast, two):
    here, there = two
    finish(beside.begin(here, there, cast.alice))
    client.force_login(cast.charlie)
    lab = from_the_lab().capture
    judged(lab, ["port_closed"])
    for one, other in ((here, there), (lab, there), (here, lab)):
        assert client.get(f"/captures/{one.uid}/beside/{other.uid}/").status_code == 404
        assert client.post(f"/captures/{one.uid}/beside/{other.uid}/begin/").status_code == 404
    assert there.uid not in client.get(f"/captures/{lab.uid}/beside/?q=pcap").content.decode()
    assert not Comparison.objects.visible_to(cast.charlie).exists()
    made = Comparison.objects.create(here=lab, there=there)
    assert made not in Comparison.objects.visible_to(cast.charlie)
    assert made in Comparison.objects.visible_to(cast.bob)


def test_what_cannot_be_compared_is_404(alice, cast, two):
    waiting = accept(cast, number=3, do="report").capture
    here = two[0]
    for other in (here.uid, waiting.uid, "a" * 16):
        assert alice.post(f"/captures/{here.uid}/beside/{other}/begin/").status_code == 404
    assert alice.get(f"/captures/{here.uid}/beside/{two[1].uid}/").status_code == 404
    assert alice.get(f"/captures/{waiting.uid}/beside/").status_code == 404


def test_the_choice_has_captures_of_the_same_time_first(alice, cast, two):
    here, there = two
    far = {"packets": 3, "connections": 1, "first": "2020-01-01T00:00:00Z", "duration_s": 1.0, "quality": []}
    other = accept(cast, number=3, do="report").capture
    judged(other, [""], **{"capture.en": far, "capture.ja": far})
    html = page(alice, f"/captures/{here.uid}/beside/")
    assert html.index(there.uid) < html.index(other.uid)
    assert html.count("same time</span>") == 1
    assert there.uid not in page(alice, f"/captures/{here.uid}/beside/?q=nothing")
    assert f'href="/captures/{here.uid}/beside/"' in page(alice, f"/captures/{here.uid}/")


@pytest.mark.parametrize("gone", [0, 1])
def test_it_goes_with_either_capture(cast, two, gone):
    made = beside.begin(*two, cast.alice)
    finish(made)
    removal.remove(two[gone])
    assert not Comparison.objects.exists()


def test_a_result_without_its_captures_is_nothing(cast, two):
    made = beside.begin(*two, cast.alice)
    removal.remove(two[1])
    assert not finish(made)


def test_a_refusal_is_the_sentence_of_the_page(alice, cast, two):
    made = beside.begin(*two, cast.alice)
    claim = jobs.claim(made.job_id)
    jobs.end(claim, Job.State.REFUSED, "They share no packet.", "共通のパケットがありません。")
    path = made.get_absolute_url()
    assert "They share no packet." in text(page(alice, path))
    assert "共通のパケットがありません。" in text(page(alice, path, "ja"))


@pytest.mark.parametrize(
    "told",
    [
        {},
        found(headline=7),
        found(only={"here": "x", "there": 0}),
        found(only_here=["c:1"]),
        found(placed=[{"kind": "lost"}]),
        found(placed=[{**found()["placed"][0], "confidence": "sure"}]),
        found(rewrites="many"),
        found(summary=["x" * (9 << 20)]),
    ],
)
def test_what_is_no_comparison_is_unusable(cast, two, told):
    made = beside.begin(*two, cast.alice)
    with pytest.raises(beside.Unusable):
        finish(made, told)
    made.refresh_from_db()
    assert made.body_en is None


def test_of_very_much_the_first_is_kept(cast, two):
    made = beside.begin(*two, cast.alice)
    many = found(only_here=list(range(9000)), placed=found()["placed"] * 900)
    assert finish(made, many, many)
    made.refresh_from_db()
    body = made.body("en")
    assert (len(body["only_here"]), len(body["placed"]), body["placed_in_all"]) == (
        beside.FRAMES,
        beside.PLACED,
        900,
    )


def test_a_program_compares_and_reads_the_result(cast, two):
    call = Client(headers={"Authorization": f"Bearer {tokens.make(cast.bob)}"})
    url = f"/api/captures/{two[0].uid}/beside/{two[1].uid}"
    assert call.get(url).status_code == 404
    begun = call.post(url)
    assert (begun.status_code, begun.json()["state"], begun.json()["result"]) == (202, "waiting", None)
    finish(Comparison.objects.get())
    told = call.get(f"{url}?lang=ja").json()
    assert (told["state"], told["result"]["headline"]) == ("done", "3 個失われています。")
    assert told["url"] == f"/captures/{two[0].uid}/beside/{two[1].uid}/"
    assert call.post(f"/api/captures/{two[0].uid}/beside/{two[0].uid}").status_code == 404
    stranger = Client(headers={"Authorization": f"Bearer {tokens.make(cast.charlie)}"})
    assert stranger.get(url).status_code == stranger.post(url).status_code == 404
