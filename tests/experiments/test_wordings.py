"""Declarations that are written here: drafts, submission, review, and what readers see then."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from experiments import current, images, proof, reviewing, runs, schedule, shipped, wordings
from experiments.models import Recording, Run, Wording
from kb.models import Article, Event, Revision, SearchEntry, User
from kb.outcomes import NotAccepted
from tests import laboratory

pytestmark = pytest.mark.django_db
NAME, OWN = laboratory.NAME, "connect_elsewhere"
LONGER = laboratory.TEXT.replace("value = 5", "value = 6")


@pytest.fixture(autouse=True)
def one_experiment(monkeypatch, tmp_path):
    laboratory.declare(monkeypatch, tmp_path)
    laboratory.image()


@pytest.fixture
def author(cast) -> User:
    return of_group(cast.alice, "author")


@pytest.fixture
def curator(cast) -> User:
    return of_group(cast.bob, "curator")


def of_group(user: User, name: str) -> User:
    user.groups.add(Group.objects.get_or_create(name=name)[0])
    return User.objects.get(pk=user.pk)


def draft(author: User, text: str = LONGER) -> Wording:
    """The author's draft of the shipped experiment, with another text."""
    made = wordings.begin_edit(author, NAME)
    assert isinstance(made, Wording)
    assert wordings.save(made, made.version, text, "One more") is None
    return made


def submitted(author: User, text: str = LONGER) -> Wording:
    made = draft(author, text)
    assert wordings.submit(made) is None
    return made


def approved(author: User, curator: User, text: str = LONGER) -> Wording:
    made = submitted(author, text)
    assert reviewing.approve(made, curator) is None
    made.refresh_from_db()
    return made


def why(trouble: NotAccepted | Wording | None) -> str:
    assert isinstance(trouble, NotAccepted)
    assert trouble.ja
    return trouble.en


def test_an_approved_wording_goes_over_the_file_and_nothing_else_does(author, curator):
    waiting = submitted(author)
    assert current.find(NAME).text == laboratory.TEXT
    assert reviewing.approve(waiting, curator) is None
    assert current.find(NAME).experiment.parameters["syn_retries"].value == 6
    assert [one.text for one in current.every()] == [LONGER]
    assert shipped.find(NAME).text == laboratory.TEXT


def test_a_name_that_only_the_database_has_exists_too(author, curator):
    made = wordings.begin_new(author, OWN, laboratory.TEXT)
    assert isinstance(made, Wording)
    assert f'name = "{OWN}"' in made.text
    assert wordings.submit(made) is None
    assert current.find(OWN) is None
    assert reviewing.approve(made, curator) is None
    assert [one.name for one in current.every()] == [OWN, NAME]
    assert current.find(OWN).recordings() == []


def test_what_is_approved_is_read_once(author, curator, django_assert_num_queries, monkeypatch):
    approved(author, curator)
    current.every()
    monkeypatch.setattr(current, "read", None)
    with django_assert_num_queries(1):
        current.every()


def test_a_wording_that_is_no_longer_understood_leaves_the_file(author, curator, caplog):
    made = approved(author, curator)
    Wording.objects.filter(pk=made.pk).update(text="name = 1")
    current._worded.cache_clear()
    assert current.find(NAME).text == laboratory.TEXT
    assert made.uid in caplog.text


@pytest.mark.parametrize("name", ["", "ab", "Upper", "9lives", "a b c", "x" * 41, "../etc", "name-x"])
def test_a_name_is_made_of_few_characters(author, name):
    assert "3 to 40" in why(wordings.begin_new(author, name, laboratory.TEXT))


@pytest.mark.parametrize("name", [NAME, *sorted(wordings.PAGES)])
def test_the_name_of_an_experiment_or_of_a_page_is_taken(author, name):
    assert "taken" in why(wordings.begin_new(author, name, laboratory.TEXT))


def test_no_page_beside_the_experiments_is_forgotten():
    from experiments.urls import urlpatterns

    first = {str(one.pattern).split("/")[0] for one in urlpatterns}
    assert {one for one in first if one and "<" not in one} <= wordings.PAGES


def test_a_draft_is_one_of_each_author_and_keeps_its_version(author, curator):
    mine = draft(author)
    assert wordings.begin_edit(author, NAME) == mine
    assert wordings.begin_edit(curator, NAME) != mine
    assert "another window" in why(wordings.save(mine, 0, "lost"))
    assert mine.text == LONGER
    with pytest.raises(IntegrityError), transaction.atomic():
        Wording.objects.create(author=author, experiment=NAME, text="")


def test_two_windows_are_merged_by_lines(author):
    mine = draft(author)
    was = mine.text
    assert wordings.save(mine, mine.version, was.replace('delay = "5ms"', 'delay = "7ms"')) is None
    assert wordings.save_both(mine, was, was.replace("to = 8", "to = 9"), "") is None
    assert 'delay = "7ms"' in mine.text
    assert "to = 9" in mine.text


def test_a_declaration_is_bounded(author):
    mine = draft(author)
    assert "64 kB" in why(wordings.save(mine, mine.version, "あ" * 30_000))
    assert mine.text == LONGER


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LONGER.replace('on = "client"', 'on = "klient"'), "has mistakes: 1"),
        (laboratory.TEXT, "nothing to review"),
        (LONGER.replace(f'"{NAME}"', '"another"'), "has mistakes: 1"),
    ],
)
def test_what_cannot_be_reviewed_is_not_submitted(author, text, said):
    mine = draft(author, text)
    assert said in why(wordings.submit(mine))
    mine.refresh_from_db()
    assert mine.is_draft


def test_words_do_not_change_once_they_are_submitted(author):
    mine = submitted(author)
    assert wordings.save(mine, mine.version, "changed") is not None
    mine.refresh_from_db()
    assert mine.text == LONGER


def test_curators_approve_and_nobody_their_own_words(author, curator):
    assert "Curators approve" in why(reviewing.approve(submitted(author), author))
    assert "another curator" in why(reviewing.approve(submitted(curator, LONGER + "\n"), curator))


def test_what_was_approved_meanwhile_is_not_overwritten_unseen(author, curator, cast):
    other = of_group(cast.charlie, "author")
    first, second = submitted(author), submitted(other, LONGER.replace("to = 8", "to = 9"))
    assert reviewing.approve(first, curator) is None
    assert "Another revision was approved" in why(reviewing.approve(second, curator))
    again = wordings.begin_on(other, second)
    assert wordings.moved_on(again)
    assert "Take its changes in" in why(wordings.submit(again))
    assert wordings.take_in(again) is None
    assert wordings.submit(again) is None
    assert reviewing.approve(again, curator) is None
    assert {one.state for one in Wording.objects.filter(pk=first.pk)} == {"superseded"}
    parameters = current.find(NAME).experiment.parameters["syn_retries"]
    assert (parameters.value, parameters.highest) == (6, 9)


def test_a_newer_file_of_the_product_is_not_overwritten_unseen(author, curator, monkeypatch, tmp_path):
    waiting = submitted(author)
    newer = laboratory.TEXT.replace('delay = "5ms"', 'delay = "9ms"')
    (shipped.folder_of(NAME) / "experiment.toml").write_text(newer, "utf-8")
    assert "Another revision was approved" in why(reviewing.approve(waiting, curator))
    assert current.find(NAME).text == newer


def test_it_is_sent_back_with_a_reason_and_written_on(author, curator):
    waiting = submitted(author)
    assert "say why" in why(reviewing.send_back(waiting, curator, " "))
    assert reviewing.send_back(waiting, curator, "Six is too many.") is None
    waiting.refresh_from_db()
    assert (waiting.state, waiting.review_note) == ("returned", "Six is too many.")
    again = wordings.begin_edit(author, NAME)
    assert (again.text, again.based_on) == (LONGER, waiting)


def test_an_old_wording_is_proposed_again(author, curator):
    first = approved(author, curator)
    approved(author, curator, LONGER.replace("to = 8", "to = 9"))
    made = reviewing.restore(first, author, "As before")
    assert (made.state, made.text) == ("in_review", LONGER)
    assert reviewing.approve(made, curator) is None
    assert current.find(NAME).text == LONGER
    assert "nothing to review" in why(reviewing.restore(first, author, ""))


def test_drafts_are_their_authors_and_readers_see_no_wording(author, curator, cast):
    mine = draft(author)
    assert list(reviewing.visible_to(author)) == [mine]
    assert list(reviewing.visible_to(curator)) == []
    assert wordings.submit(mine) is None
    assert list(reviewing.visible_to(curator)) == [mine]
    assert list(reviewing.visible_to(cast.charlie)) == []


def test_the_articles_that_show_it_have_it_in_their_history(author, curator):
    bound = Article.objects.create(slug="syn-unanswered", code="syn_unanswered")
    showing, naming = Article.objects.create(slug="shows"), Article.objects.create(slug="names")
    for article, body in ((showing, f"::experiment {NAME}\n"), (naming, f"```\n::experiment {NAME}\n```\n")):
        Revision.objects.create(
            article=article, language="en", title="t", summary="s", body=body, origin="person",
            state="approved", digest="d",
        )  # fmt: skip
    approved(author, curator)
    told = Event.objects.filter(kind="approved")
    assert {event.article for event in told} == {bound, showing}
    assert {(event.note, event.actor) for event in told} == {(f"{NAME}.toml: One more", curator)}


def test_search_finds_what_is_approved(author, curator):
    before = LONGER.replace('title.en = "Connect timeout"', 'title.en = "Six tries"')
    approved(author, curator, before)
    titles = SearchEntry.objects.filter(kind="experiment", key=NAME).order_by("language")
    assert [one.title for one in titles] == ["Six tries", "接続のタイムアウト"]


def test_the_clock_replays_what_is_approved_and_an_export_holds_it(author, curator, settings, monkeypatch):
    settings.REPLAY_EVERY_HOURS = 24
    approved(author, curator)
    due, _ = schedule.most_overdue(timezone.now())
    assert due.text == LONGER
    entries = {one.path: one.content for one in current.files()}
    assert entries[f"experiments/{NAME}/experiment.toml"] == LONGER.encode()


def test_a_run_of_a_draft_plays_its_own_copy_and_is_no_proof(author, curator):
    mine = draft(author)
    [image] = images.current()
    run = runs.begin_draft(mine, image, author)
    assert (run.declaration, run.wording, run.is_draft) == (LONGER, mine, True)
    assert runs.begin_draft(mine, image, author) == run
    Run.objects.filter(pk=run.pk).update(folder="runs/x", held=True)
    assert wordings.submit(mine) is None
    assert reviewing.approve(mine, curator) is None
    known = current.find(NAME)
    assert known.digest == run.digest
    assert runs.newest(known) is None
    assert proof.proofs([known], [image])[NAME][0].state == "never"
    assert runs.recording_of(run) is None
    assert not Recording.objects.exists()
    assert runs.begin(known, image, reason=Run.Reason.READER) != run


def test_a_run_of_a_draft_is_seen_by_its_author_and_by_curators(author, curator, cast):
    run = runs.begin_draft(draft(author), images.current()[0], author)
    other = of_group(cast.charlie, "author")
    assert [run in Run.objects.visible_to(one) for one in (author, curator, other)] == [True, True, False]
