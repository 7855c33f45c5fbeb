"""Pages on which declarations are written, tried and reviewed."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from experiments import blank, checking, claims, comparing, current, images, lab_state, runs, wordings
from experiments.comparison import Comparison, Section
from experiments.models import Run, Wording
from experiments.views.wordings import difference
from kb import articles, beginnings
from kb.models import Article, Event, Revision, User
from tests import laboratory
from tests.experiments.test_pages import finished, page

pytestmark = pytest.mark.django_db
NAME = laboratory.NAME
LONGER = laboratory.TEXT.replace("value = 5", "value = 6")
WRONG = LONGER.replace('on = "client"', 'on = "klient"')
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def ready(monkeypatch, tmp_path):
    """One experiment, one image, QEMU."""
    laboratory.declare(monkeypatch, tmp_path)
    laboratory.image()
    monkeypatch.setattr(lab_state.shutil, "which", lambda name: name)


@pytest.fixture
def roles(cast) -> None:
    """Alice writes, Bob decides."""
    for user, name in ((cast.alice, "author"), (cast.bob, "curator")):
        user.groups.add(Group.objects.get_or_create(name=name)[0])


@pytest.fixture
def bob(cast) -> Client:
    """Signed in."""
    return signed_in(cast.bob)


@pytest.fixture
def charlie(cast) -> Client:
    """Signed in."""
    return signed_in(cast.charlie)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def draft(roles, cast) -> Wording:
    """Alice's, without a mistake."""
    made = wordings.begin_edit(cast.alice, NAME)
    assert isinstance(made, Wording)
    assert wordings.save(made, 0, LONGER) is None
    return made


def form(draft: Wording, text: str = LONGER, **more: object) -> dict[str, object]:
    return {"version": draft.version, "text": text, "comment": "One more", **more}


def said(answer) -> str:
    return answer.content.decode()


def test_the_comments_of_a_new_declaration_are_in_either_language_and_it_can_be_played():
    for lang, word in (("en", "comments"), ("ja", "コメント")):
        assert checking.check(blank.text(lang), blank.NAME).mistakes == ()
        assert word in blank.text(lang)


def test_authors_begin_from_nothing_or_from_an_experiment(roles, alice):
    answer = alice.post("/experiments/new/", {"name": "late_ack", "from": NAME})
    made = Wording.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert made.text == laboratory.TEXT.replace(NAME, "late_ack")
    alice.post("/experiments/new/", {"name": "from_nothing"})
    assert 'name     = "from_nothing"' in Wording.objects.get(experiment="from_nothing").text
    assert "is taken" in said(alice.post("/experiments/new/", {"name": "review"}))
    assert alice.post("/experiments/new/", {"name": "other_one", "from": "nowhere"}).status_code == 422


def test_the_experiment_offers_authors_to_edit_and_readers_nothing(roles, alice, charlie):
    assert "/edit/" in page(alice, f"/experiments/{NAME}/")
    assert f"/write/new/?from=experiment:{NAME}" in page(alice, f"/experiments/{NAME}/")
    assert "/edit/" not in page(charlie, f"/experiments/{NAME}/")
    assert not Wording.objects.exists()
    alice.get(f"/experiments/{NAME}/edit/")
    assert not Wording.objects.exists()
    answer = alice.post(f"/experiments/{NAME}/edit/")
    assert answer["Location"] == Wording.objects.get().get_absolute_url()


@pytest.mark.parametrize(("lang", "words"), [("en", "no host is called"), ("ja", "というホストはありません")])
def test_a_mistake_is_said_with_its_line_and_leads_to_it(draft, alice, lang, words):
    path = f"{draft.get_absolute_url()}check/"
    answer = said(alice.post(path, {"text": WRONG}, headers={"accept-language": lang}))
    row = WRONG.split("\n").index('on = "klient"') + 1
    assert f'data-row="{row}"' in answer
    assert words in answer
    assert "klient" in answer
    draft.refresh_from_db()
    assert draft.text == LONGER


def test_without_mistakes_the_check_shows_network_steps_and_what_is_recorded(draft, alice):
    answer = said(alice.post(f"{draft.get_absolute_url()}check/", {"text": LONGER}))
    assert "No mistakes" in answer
    assert "10.0.1.1" in answer
    assert "telnet {server} 12345" in answer or "telnet 10.0.2.2 12345" in answer
    assert "<code>fw:client</code>" in answer


@pytest.mark.parametrize(
    "text", [HOSTILE, f'name = "{HOSTILE}"', "\x00", "[" * 60_000, "a=" * 40_000, "あ" * 30_000]
)
def test_a_hostile_declaration_is_a_sentence(draft, alice, text):
    answer = alice.post(f"{draft.get_absolute_url()}check/", {"text": text})
    assert answer.status_code == 200
    assert "mistake" in said(answer)
    assert "<script>" not in said(answer)


def test_a_declaration_attaches_itself_to_articles(draft, alice, bob):
    Article.objects.create(slug="my-lesson")
    text = LONGER.replace("date = ", 'articles = ["my-lesson", "not-yet"]\ndate = ')
    answer = said(alice.post(f"{draft.get_absolute_url()}check/", {"text": text}))
    assert "/articles/my-lesson/" in answer
    assert "There is no article at not-yet" in answer
    alice.post(f"{draft.get_absolute_url()}submit/", form(draft, text))
    bob.post(f"/experiments/wordings/{draft.uid}/approve/")
    assert [one.name for one in claims.bound(Article.objects.get())] == [NAME]
    assert Event.objects.get(kind="approved").article.slug == "my-lesson"


def test_it_is_saved_with_a_version_and_two_windows_are_merged(draft, alice):
    path, json = f"{draft.get_absolute_url()}save/", {"accept": "application/json"}
    first = alice.post(path, form(draft, LONGER.replace("5ms", "7ms")), headers=json)
    assert first.json() == {"version": draft.version + 1}
    late = form(draft, LONGER.replace("to = 8", "to = 9"))
    assert alice.post(path, late, headers=json).status_code == 409
    both = alice.post(path, {**late, "was": LONGER}, headers=json).json()
    assert ('delay = "7ms"' in both["text"], "to = 9" in both["text"]) == (True, True)


def test_without_a_script_nothing_is_lost_between_two_windows(draft, alice):
    path = f"{draft.get_absolute_url()}save/"
    alice.post(path, form(draft, LONGER.replace("5ms", "7ms")))
    late = alice.post(path, form(draft, LONGER.replace("to = 8", "to = 9")))
    assert late.status_code == 409
    assert ("7ms" in said(late), "to = 9" in said(late)) == (True, True)


def test_the_page_says_without_a_script_what_is_wrong(draft, alice):
    answer = alice.post(f"{draft.get_absolute_url()}save/", form(draft, WRONG), follow=True)
    assert "no host is called" in said(answer)


def test_it_is_submitted_reviewed_and_approved(draft, alice, bob):
    path = draft.get_absolute_url()
    assert alice.post(f"{path}submit/", form(draft, WRONG)).status_code == 422
    draft.refresh_from_db()
    answer = alice.post(f"{path}submit/", form(draft))
    [waiting] = Wording.objects.all()
    assert (waiting.state, answer["Location"]) == ("in_review", waiting.get_absolute_url())
    assert NAME in page(bob, "/experiments/review/")
    assert waiting.get_absolute_url() in page(bob, "/review/")
    review = page(bob, waiting.get_absolute_url())
    assert re.search(r"<del>.*value = 5", review, re.S)
    assert re.search(r"<ins>.*value = 6", review, re.S)
    assert "unchanged line" in review
    assert alice.post(f"{waiting.get_absolute_url()}approve/").status_code == 403
    assert bob.post(f"{waiting.get_absolute_url()}approve/", {"note": "Good."}).status_code == 302
    assert "written here by alice and approved by bob" in page(alice, f"/experiments/{NAME}/")
    assert 'value="6"' in page(alice, f"/experiments/{NAME}/")
    assert waiting.uid in page(alice, f"/experiments/{NAME}/wordings/")


def test_a_difference_gives_both_texts_again_and_is_short_however_many_lines_there_are():
    old, new = LONGER, LONGER.replace("value = 5", "value = 6").replace("[hosts.fw]\n", "") + "\n# more\n"
    pieces = [piece for part in difference(old, new) for one in part.passages for piece in one.pieces]
    assert "".join(one.text for one in pieces if one.mark != "added") == old
    assert "".join(one.text for one in pieces if one.mark != "removed") == new
    many = difference("a\n" * 32_000, "b\n" * 32_000)
    assert sum(len(part.passages) for part in many) == 2


def test_a_newer_file_of_the_product_is_said_on_the_page(draft, alice, bob, monkeypatch, tmp_path):
    alice.post(f"{draft.get_absolute_url()}submit/", form(draft))
    bob.post(f"/experiments/wordings/{draft.uid}/approve/")
    assert "A newer declaration" not in page(alice, f"/experiments/{NAME}/")
    file = current.shipped.folder_of(NAME) / "experiment.toml"
    file.write_text(laboratory.TEXT.replace("5ms", "9ms"), "utf-8")
    assert "A newer declaration" in page(alice, f"/experiments/{NAME}/")


def test_it_is_sent_back_and_written_on(draft, alice, bob):
    wordings.submit(draft)
    path = draft.get_absolute_url()
    assert bob.post(f"{path}send-back/", {"why": ""}).status_code == 422
    bob.post(f"{path}send-back/", {"why": "Six is too many."})
    assert "Six is too many." in page(alice, path)
    answer = alice.post(f"{path}write-on/")
    assert Wording.objects.get(state="draft").get_absolute_url() == answer["Location"]


def test_a_draft_is_run_and_its_run_is_nobody_elses(draft, cast, alice, bob, charlie):
    answer = alice.post(f"{draft.get_absolute_url()}run/", form(draft, image=images.current()[0].id))
    run = Run.objects.get()
    assert (answer["Location"], run.declaration, run.reason) == (run.get_absolute_url(), LONGER, "draft")
    assert "This is a run of a draft" in page(alice, run.get_absolute_url())
    assert "This is a run of a draft" in page(bob, run.get_absolute_url())
    for rest in ("", "progress/", "in-article/", "files/run.json"):
        assert charlie.get(f"{run.get_absolute_url()}{rest}").status_code == 404
    assert charlie.post(f"{run.get_absolute_url()}cancel/").status_code == 404
    for path in (f"/experiments/{NAME}/", "/experiments/", "/experiments/health/"):
        assert run.uid not in page(bob, path)
    assert run.uid in page(alice, draft.get_absolute_url())


def test_a_draft_with_mistakes_is_not_run_and_nobody_fills_the_queue(draft, alice, monkeypatch):
    path = f"{draft.get_absolute_url()}run/"
    assert alice.post(path, form(draft, WRONG)).status_code == 422
    assert not Run.objects.exists()
    monkeypatch.setattr(runs, "MOST_UNFINISHED", 1)
    draft.refresh_from_db()
    assert alice.post(path, form(draft)).status_code == 302
    draft.refresh_from_db()
    assert alice.post(path, form(draft, LONGER + "\n")).status_code == 429


def test_its_run_is_compared_with_what_readers_see_and_shown_nowhere_else(
    draft, cast, alice, charlie, monkeypatch
):
    approved = finished()
    run = finished(runs.begin_draft(draft, images.current()[0], cast.alice))
    title, sentence = ({"en": text, "ja": text} for text in ("Packets", "Two more SYNs are sent."))
    told = Comparison(False, (Section(title, (sentence,)),))
    monkeypatch.setattr(
        comparing, "compare", lambda one, other: told if (one, other) == (run, approved) else None
    )
    shown = page(alice, run.get_absolute_url())
    assert "Two more SYNs are sent." in shown
    assert approved.get_absolute_url() in shown
    assert "it proves nothing to readers" in shown
    assert runs.newest(current.find(NAME)) == approved
    assert charlie.get(f"/experiments/compare/?one={approved.uid}&other={run.uid}").status_code == 404
    capture = run.captures.first().capture
    assert run.uid in page(alice, capture.get_absolute_url())
    assert run.uid not in page(charlie, capture.get_absolute_url())
    assert run.uid not in shown_in_article(charlie)


def shown_in_article(browser) -> str:
    article = Article.objects.create(slug="shows-it")
    Revision.objects.create(
        article=article, language="en", title="t", summary="s", origin="person", state="approved", digest="d",
        body=f"::experiment {NAME} show=captures,replay\n",
    )  # fmt: skip
    return page(browser, "/articles/shows-it/")


def test_a_run_of_an_experiment_that_readers_do_not_know_has_its_page(roles, cast, alice):
    made = wordings.begin_new(cast.alice, "brand_new", laboratory.TEXT)
    run = runs.begin_draft(made, images.current()[0], cast.alice)
    assert "Connect timeout" in page(alice, run.get_absolute_url())
    assert "brand_new" in page(alice, made.get_absolute_url())


def test_an_article_begins_with_an_experiment(rf, roles, alice, cast):
    for lang, head in (("en", "## The packets"), ("ja", "## パケット")):
        words = beginnings.words(rf.get("/"), f"experiment:{NAME}", lang)
        assert head in words.body
        assert {block.argument for block in articles.render(words.body).blocks} == {NAME}
    assert beginnings.words(rf.get("/"), "experiment:nowhere", "en") is None
    assert [one.argument for one in beginnings.choices(rf.get("/"), "experiment", "timeout")] == [NAME]
    assert "Connect timeout" in page(alice, f"/write/new/?from=experiment:{NAME}")
