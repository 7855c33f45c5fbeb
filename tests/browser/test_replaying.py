"""A replay inside an article: the button, how far it is, what came of it, all of it in its place."""

import pytest
from playwright.sync_api import Page, expect

from experiments.models import Run
from kb.models import Article, Job
from tests import laboratory
from tests.browser.conftest import no_sideways_scroll
from tests.cast import Cast
from tests.kb.test_pages_of_articles import revision
from tests.town import Town, wait_for

BLOCK = "::experiment connect_timeout show=claim,steps,replay step=connect"
BODY = {
    "en": f"Watch it.\n\n{BLOCK}\n\nThen go on.\n",
    "ja": f"ご覧ください。\n\n{BLOCK}\n\n続けます。\n",
}


@pytest.fixture
def lesson(cast: Cast, town: Town, settings) -> str:
    """An article with an experiment, on a server whose lab seems ready; nobody plays what is asked for."""
    settings.LAB_ROOT = town.data / "lab"
    laboratory.image()
    article = Article.objects.create(slug="lesson")
    for language, body in BODY.items():
        revision(article, language, "A lesson", body=body)
    return "/articles/lesson/"


def ended(**result: object) -> Run:
    """The run that was asked for has come to its end."""
    run = Run.objects.get()
    Run.objects.filter(pk=run.pk).update(virtual_s=81.0, wall_s=2.5, **result)
    Job.objects.filter(pk=run.job_id).update(state=Job.State.DONE)
    return run


def test_replay_is_pressed_in_the_article_and_answered_there(alices: Page, lesson: str):
    alices.goto(lesson)
    figure = alices.locator("figure.live")
    expect(figure).to_contain_text("time strace -Ttt")
    figure.get_by_role("button", name="Replay").click()
    status = figure.get_by_role("status")
    expect(status).to_contain_text("Waiting for the lab")
    wait_for(Run.objects.exists)
    run = ended(held=True, identical=True)
    expect(status).to_contain_text("identical")
    expect(status).to_contain_text("1 min 21 s of the experiment in 2.5 s")
    assert alices.url.endswith(lesson), "nobody was led away"
    status.get_by_role("link", name="Open the run").click()
    alices.wait_for_url(f"**/{run.uid}/")


def test_what_a_replay_refutes_is_said_in_the_readers_language(alices: Page, lesson: str):
    alices.set_viewport_size({"width": 390, "height": 800})
    alices.goto(lesson)
    alices.get_by_role("button", name="日本語").click()
    figure = alices.locator("figure.live")
    figure.get_by_role("button", name="再実行").click()
    wait_for(Run.objects.exists)
    failed = {
        "text": {"en": "A SYN has no answer.", "ja": "SYN に応答がありません。"},
        "held": False,
        "evidence": {"en": "There is one.", "ja": "応答がありました。"},
    }
    ended(held=False, identical=False, verdicts=[failed])
    expect(figure.get_by_role("status")).to_contain_text("SYN に応答がありません。 応答がありました。")
    assert no_sideways_scroll(alices)
