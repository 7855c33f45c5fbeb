"""A new article begins with a capture, a finding, an article or an experiment; what exists is offered."""

import pytest
from django.test import Client

from kb.models import Article, Draft
from kb.views import starts
from tests import sample_report
from tests.kb import shown
from tests.kb.test_pages_of_captures import page, text
from tests.kb.test_writing import article, give, people, revision

__all__ = ["article", "people"]
pytestmark = pytest.mark.django_db


def begin(browser: Client, source: str, language: str = "en") -> Draft:
    answer = browser.post("/write/new/", {"from": source, "language": language})
    assert answer.status_code == 302, text(answer.content.decode())
    return Draft.objects.get()


@pytest.fixture
def capture(people):
    return shown.done(shown.capture(people), sample_report.seed())


def test_a_capture_gives_its_verdict_its_packets_and_the_finding(alice, capture):
    assert f"/write/new/?from=capture:{capture.uid}" in page(alice, f"/captures/{capture.uid}/")
    draft = begin(alice, f"capture:{capture.uid}")
    finding = capture.report.findings.first()
    assert draft.title == capture.report.headline("en")[:200]
    assert f"::capture {capture.uid} frames={starts.spans(finding.body_en['frames'])}" in draft.body
    assert f"::finding {finding.code}" in draft.body
    assert finding.body_en["explanation"] in draft.body
    html = page(alice, draft.get_absolute_url())
    assert "<table" in html or "<svg" in html  # the packets are drawn in the preview


def test_a_capture_of_another_team_is_not_there(capture, people):
    browser = Client()
    browser.force_login(people.charlie)
    assert browser.post("/write/new/", {"from": f"capture:{capture.uid}"}).status_code == 404
    html = page(browser, f"/write/new/?from=capture:{capture.uid}")
    assert capture.report.headline("en") not in html
    assert capture.name not in html
    assert browser.get("/write/things/?kind=capture").json() == {"choices": []}
    assert not Draft.objects.exists()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_experiment_gives_its_claim_its_steps_and_its_blocks(language, alice, people):
    draft = begin(alice, "experiment:connect_refused", language)
    assert draft.title == {"en": "Connection refused", "ja": "接続の拒否"}[language]
    assert draft.language == language
    for part in ("network", "steps", "sequence,states", "replay"):
        assert f"\n::experiment connect_refused show={part}\n" in draft.body
    assert "~~~sh\nping -c 3 10.0.2.2\n~~~" in draft.body
    assert draft.body.startswith(draft.summary)
    assert "from=experiment:connect_refused" in page(alice, "/experiments/connect_refused/")


def test_a_finding_and_another_article_are_beginnings_too(alice, article, people):
    assert begin(alice, "finding:port_closed").body == "::finding port_closed\n"
    Draft.objects.all().delete()
    copy = begin(alice, "article:keepalive")
    assert (copy.title, copy.body, copy.article) == ("Keepalive", "One.\n\nTwo.\n\nThree.\n", None)
    assert copy.slug == "keepalive-2"


@pytest.mark.parametrize(
    "source", ["experiment:none", "finding:none", "article:none", "none:x", "x", "capture:\0", "article:\0"]
)
def test_what_is_not_there_begins_nothing(source, alice, people):
    assert alice.post("/write/new/", {"from": source}).status_code == 404
    assert "There is no such thing." in text(page(alice, f"/write/new/?from={source}"))


def test_unreviewed_words_are_no_beginning(alice, people):
    unseen = Article.objects.create(slug="unseen")
    revision(unseen, author=people.bob, state="in_review")
    assert alice.post("/write/new/", {"from": "article:unseen"}).status_code == 404


def test_the_dialog_offers_what_exists_narrowed_by_words(alice, article, capture, people):
    def offered(kind: str, sought: str = "") -> dict[str, str]:
        found = alice.get("/write/things/", {"kind": kind, "q": sought}).json()["choices"]
        return {one["argument"]: one["label"] for one in found}

    assert offered("experiment", "refused conn") == {
        "connect_refused": "Connection refused (connect_refused)"
    }
    assert len(offered("experiment")) == 30
    assert "port_closed" in offered("finding", "port closed")
    (argument,) = offered("capture", "ssh")
    assert argument.startswith(f"{capture.uid} frames=")
    assert offered("capture", "other name") == {}
    Article.objects.get().revisions.update(body="## First part\n\nx\n")
    assert offered("section", "keep") == {
        "keepalive": "Keepalive",
        "keepalive#first-part": "Keepalive › First part",
    }
    assert offered("nothing") == offered("capture", "\0x") == {}


def test_readers_get_no_offers(alice, people):
    people.alice.groups.clear()
    assert alice.get("/write/things/?kind=experiment").status_code == 404
    assert "Write an article" not in page(alice, "/experiments/connect_refused/")
    give(people.alice, "author")


@pytest.mark.parametrize(
    ("frames", "said"), [([], ""), ([2], "2"), ([4, 2, 3, 6], "2-4,6"), ([1, 1, 2, 9, 10], "1-2,9-10")]
)
def test_frames_are_said_as_a_block_takes_them(frames, said):
    assert starts.spans(frames) == said
