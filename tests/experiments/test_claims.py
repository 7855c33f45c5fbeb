"""What experiments say of an article as a whole, when that is told, and what stands beside a difference."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from experiments import claims, runs, shipped
from experiments.models import Run
from kb import jobs, panels
from kb.articles import render
from kb.models import Article, Event, Revision
from kb.panels import Rewording
from kb.views.reviewing import for_strangers
from tests import laboratory
from tests.experiments.test_runs import finished

pytestmark = [pytest.mark.django_db, pytest.mark.both]
WRONG = [laboratory.verdict(False)]


@pytest.fixture(autouse=True)
def one(monkeypatch, tmp_path):
    laboratory.declare(monkeypatch, tmp_path)


@pytest.fixture
def article(db) -> Article:
    return Article.objects.create(slug="syn-unanswered", code="syn_unanswered")


def state(article: Article) -> str:
    known = claims.of_each([article]).get(article.pk)
    return known.state if known else "unknown"


def kinds(article: Article) -> list[str]:
    return list(article.events.order_by("pk").values_list("kind", flat=True))


def test_the_newest_replays_on_all_images_prove_or_refute(article):
    assert state(article) == "unknown"
    finished(laboratory.begun())
    known = claims.of_each([article])[article.pk]
    assert (known.state, known.kernels, known.identical) == ("proved", ("6.1",), False)
    finished(laboratory.begun())
    assert claims.of_each([article])[article.pk].identical
    finished(laboratory.begun(laboratory.image("6.12")), verdicts=WRONG)
    known = claims.of_each([article])[article.pk]
    assert (known.state, known.kernels) == ("refuted", ("6.12",))
    assert known.url == Run.objects.first().get_absolute_url()


def test_a_change_is_told_once(article):
    other = Article.objects.create(slug="another")
    finished(laboratory.begun())
    assert kinds(article) == []
    for _ in range(2):
        finished(laboratory.begun(), verdicts=WRONG)
    assert kinds(article) == [Event.Kind.REFUTED]
    for _ in range(2):
        finished(laboratory.begun())
    assert kinds(article) == [Event.Kind.REFUTED, Event.Kind.PROVED]
    assert "connect_timeout, Linux 6.1" in article.events.first().note
    assert kinds(other) == []


def test_other_numbers_and_a_result_that_nobody_needs_tell_nothing(article):
    finished(laboratory.begun(syn_retries=2), verdicts=WRONG)
    assert kinds(article) == []
    run = laboratory.begun()
    claim = jobs.claim(run.job.pk)
    jobs.cancel(run.job)
    run.refresh_from_db()
    folder = laboratory.fill(run_folder(claim.prefix), run)
    assert not runs.finish(claim, run, runs.Result(folder, 1.0, 1.0, WRONG, {}, None))
    assert kinds(article) == []


def run_folder(prefix: str):
    return Path(settings.MEDIA_ROOT) / "runs" / f"{prefix}x"


def wording(article: Article, body: str, state: str = "approved") -> Revision:
    return Revision.objects.create(
        article=article, language="en", title="t", summary="s", body=body, origin="person", state=state,
        digest=body[:64],
    )  # fmt: skip


def beside(rf, old: Revision | None, new: Revision) -> str:
    return "".join(panels.beside("revision", rf.get("/"), Rewording(old, new)))


def test_experiments_that_a_wording_adds_or_drops_are_named(article, rf):
    plain = Article.objects.create(slug="plain")
    old = wording(plain, "::experiment connect_timeout\n", "superseded")
    new = wording(plain, "::experiment no_such_one\n")
    said = beside(rf, old, new)
    assert "no longer shown" in said
    assert "new in this wording" in said
    assert "There is no such experiment." in said
    assert beside(rf, None, wording(Article.objects.create(slug="none"), "Words.\n")) == ""


def test_what_differs_from_the_recording_is_said_and_else_that_it_is_identical(article, rf):
    shipped.find("connect_timeout")
    finished(laboratory.begun())
    finished(laboratory.begun())
    new = wording(article, "Words.\n")
    said = beside(rf, None, new)
    assert "held, identical" in said
    assert "differs from the recording" not in said
    finished(
        laboratory.begun(), difference=("Packet 3 differs at the client.", "client で 3 番目が違います。")
    )
    said = beside(rf, None, new)
    assert "differs from the recording" in said
    assert "Packet 3 differs at the client." in said


def test_a_stranger_with_a_link_sees_the_experiment_and_no_button_to_replay(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    said = for_strangers(render("::experiment connect_timeout\n"), request)
    assert "Connect timeout" in said
    assert "<form" not in said
