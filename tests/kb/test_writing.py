"""A draft is begun, saved, thrown away or submitted; windows and approvals in between lose nothing."""

import pytest
from django.contrib.auth.models import Group

from kb import conflicts, review, slugs, submitting, writing
from kb import words as wording
from kb.models import Article, Draft, Revision, User
from kb.outcomes import NotAccepted
from kb.unwritten import BadAddress, Incomplete, MovedOn, NothingNew, SavedElsewhere, TooLong, Unsettled
from kb.words import Words
from kb.writing import Notes

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BODY = "One.\n\nTwo.\n\nThree.\n"


def give(user: User, role: str) -> None:
    user.groups.add(Group.objects.get(name=role))
    for name in ("is_author", "is_curator"):
        user.__dict__.pop(name, None)


@pytest.fixture
def people(cast):
    give(cast.alice, "author")
    give(cast.bob, "curator")
    give(cast.charlie, "author")
    return cast


def revision(article, body=BODY, *, author=None, state="approved", language="en", **more) -> Revision:
    kept = {"title": "Keepalive", "summary": "s", **more}
    return Revision.objects.create(
        article=article,
        language=language,
        body=body,
        origin="person",
        state=state,
        author=author,
        digest=wording.digest(kept["title"], kept["summary"], body),
        **kept,
    )


def approved(article, body, based_on) -> Revision:
    Revision.objects.filter(pk=based_on.pk).update(state="superseded")
    return revision(article, body, based_on=based_on)


@pytest.fixture
def article(people) -> Article:
    made = Article.objects.create(slug="keepalive", tags=["tcp"])
    revision(made)
    return made


def write(draft: Draft, body: str, title: str = "Keepalive", **notes: str) -> NotAccepted | None:
    words = Words(title, draft.summary or "s", body, tuple(draft.tags))
    return writing.save(draft, draft.version, words, Notes(**notes))


# ---- beginning


def test_an_edit_begins_with_what_readers_see_and_there_is_one_for_each_author(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    assert (draft.body, draft.based_on, draft.tags) == (BODY, article.current("en"), ["tcp"])
    assert writing.begin_edit(article, "en", people.alice) == draft
    assert writing.begin_edit(article, "en", people.bob) != draft


@pytest.mark.parametrize("state", ["in_review", "returned"])
def test_an_edit_continues_what_its_author_has_submitted(state, article, people):
    mine = revision(
        article, "Mine.", author=people.alice, state=state, based_on=article.revisions.get(state="approved")
    )
    assert writing.begin_edit(article, "en", people.alice).based_on == mine
    assert writing.begin_edit(article, "en", people.bob).body == BODY


def test_what_was_sent_back_before_the_last_approval_is_not_continued(article, people):
    first = article.revisions.get()
    revision(article, "Mine.", author=people.alice, state="returned", based_on=first)
    now = approved(article, "Better.", first)
    assert writing.begin_edit(article, "en", people.alice).based_on == now


def test_a_translation_begins_with_the_original_and_remembers_which(article, people):
    draft = writing.begin_translation(article, "ja", people.alice)
    original = article.current("en")
    assert (draft.language, draft.translates, draft.based_on) == ("ja", original, None)
    assert draft.body == original.body
    assert writing.begin_translation(article, "en", people.alice) is None
    assert writing.begin_edit(article, "ja", people.alice) == draft


def test_a_translation_that_is_there_is_continued_for_the_newest_original(article, people):
    first = article.revisions.get()
    japanese = revision(article, "一。\n", language="ja", translates=first)
    now = approved(article, "Better.", first)
    draft = writing.begin_translation(article, "ja", people.alice)
    assert (draft.body, draft.based_on, draft.translates) == ("一。\n", japanese, now)


def test_nothing_that_others_wait_for_is_begun_upon(people):
    unseen = Article.objects.create(slug="unseen")
    revision(unseen, author=people.bob, state="in_review")
    assert writing.begin_edit(unseen, "en", people.alice) is None
    assert writing.begin_edit(unseen, "ja", people.alice) is None


# ---- saving


def test_each_saving_has_a_version_and_an_older_window_is_told(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    other = Draft.objects.get(pk=draft.pk)
    assert write(draft, "From here.") is None
    assert draft.version == 1
    assert isinstance(write(other, "From there."), SavedElsewhere)
    assert (other.body, other.version) == ("From here.", 1)


def test_two_windows_are_merged_and_both_texts_stay(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    was = wording.of(draft)
    write(draft, "1.\n\nTwo.\n\nThree.\n")
    mine = Words(was.title, was.summary, "One.\n\nTwo.\n\n3.\n", ("new",))
    assert conflicts.save_both(draft, was, mine, Notes("why")) == 0
    draft.refresh_from_db()
    assert (draft.body, draft.comment, draft.version) == ("1.\n\nTwo.\n\n3.\n", "why", 2)
    assert draft.tags == ["new"]


def test_without_the_base_of_a_window_both_wordings_are_marked(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    write(draft, "1.\n\nTwo.\n\nThree.\n")
    mine = Words("Another title", "s", "I.\n\nTwo.\n\nThree.\n")
    assert conflicts.save_both(draft, None, mine, Notes()) == 2
    for words in ("1.", "I.", "Two.", "Title: Another title", "Title: Keepalive"):
        assert words in draft.body
    assert draft.title == "Another title"


def test_too_much_is_refused_and_changes_nothing(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    assert isinstance(write(draft, "x" * 200_001), TooLong)
    draft.refresh_from_db()
    assert (draft.body, draft.version) == (BODY, 0)


def test_words_of_a_form_have_the_lines_of_unix_and_tags_in_lower_case():
    words = wording.read({"title": " a  b ", "body": "x\r\ny\0", "tags": "TCP, keep alive、再送，tcp,,"})
    assert words == Words("a b", "", "x\ny\ufffd", ("tcp", "keep alive", "再送"))


# ---- submitting


def test_a_draft_becomes_a_revision_in_review_and_is_gone(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    write(draft, "\nBetter.\n\n\n", comment="Said better.")
    made = submitting.submit(draft, people.alice)
    assert (made.body, made.comment) == ("Better.\n", "Said better.")
    assert (made.state, made.author, made.origin) == ("in_review", people.alice, "person")
    assert made.digest == wording.digest("Keepalive", "s", "Better.\n")
    assert not Draft.objects.exists()
    assert article.events.get().kind == "submitted"


def test_a_new_article_is_there_for_readers_when_it_is_approved(people):
    draft = writing.begin_new(people.alice, "article", "ja", Words("再送", "s", "本文。", ("tcp",)))
    assert draft.slug == ""
    assert isinstance(submitting.submit(draft, people.alice), BadAddress)
    write(draft, "本文。", "再送", slug="resending")
    made = submitting.submit(draft, people.alice)
    article = made.article
    assert (article.slug, article.original, article.owner) == ("resending", "ja", people.alice)
    assert article.current("ja") is None
    assert review.approve(made, people.bob) is None
    article.refresh_from_db()
    assert article.tags == ["tcp"]


def test_tags_change_when_the_revision_is_approved(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    writing.save(draft, 0, Words("Keepalive", "s", "Better.", ("tcp", "timer")), Notes())
    made = submitting.submit(draft, people.alice)
    article.refresh_from_db()
    assert article.tags == ["tcp"]
    review.approve(made, people.bob)
    article.refresh_from_db()
    assert article.tags == ["tcp", "timer"]


def test_a_newer_revision_takes_the_place_of_the_authors_waiting_one(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    write(draft, "First try.")
    first = submitting.submit(draft, people.alice)
    again = writing.begin_edit(article, "en", people.alice)
    assert again.body == "First try.\n"
    write(again, "Second try.")
    second = submitting.submit(again, people.alice)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("returned", "in_review")
    assert review.approve(second, people.bob) is None


@pytest.mark.parametrize(
    ("title", "body", "outcome"),
    [
        ("", "Words.", Incomplete),
        ("Keepalive", "\n \n", Incomplete),
        ("Keepalive", BODY, NothingNew),
        ("Keepalive", "a\n<<<<<<< my words\nb\n", Unsettled),
        ("Keepalive", "a\n>>>>>>>\nb\n", Unsettled),
    ],
)
def test_what_cannot_be_reviewed_stays_a_draft(title, body, outcome, article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    write(draft, body, title)
    assert isinstance(submitting.submit(draft, people.alice), outcome)
    assert Draft.objects.filter(pk=draft.pk).exists()
    assert not article.events.exists()


def test_of_two_windows_that_submit_at_one_moment_one_does(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    write(draft, "Better.")
    other = Draft.objects.get(pk=draft.pk)
    assert isinstance(submitting.submit(draft, people.alice), Revision)
    assert isinstance(submitting.submit(other, people.alice), SavedElsewhere)
    assert Revision.objects.filter(state="in_review").count() == 1


# ---- what was approved meanwhile


def test_what_was_approved_meanwhile_is_merged_before_submission(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    write(draft, "1.\n\nTwo.\n\nThree.\n")
    now = approved(article, "One.\n\nTwo.\n\n3.\n", draft.based_on)
    assert conflicts.moved_on(draft) == now
    assert isinstance(submitting.submit(draft, people.alice), MovedOn)
    assert conflicts.merge_approved(draft) is None
    assert (draft.body, draft.based_on) == ("1.\n\nTwo.\n\n3.\n", now)
    made = submitting.submit(draft, people.alice)
    assert made.based_on == now
    assert review.approve(made, people.bob) is None


def test_a_place_that_both_changed_is_settled_by_the_author(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    write(draft, "Mine.\n\nTwo.\n\nThree.\n", "My title")
    now = approved(article, "Theirs.\n\nTwo.\n\nThree.\n", draft.based_on)
    Revision.objects.filter(pk=now.pk).update(title="Their title")
    conflicts.merge_approved(draft)
    for words in ("Mine.", "Theirs.", "Title: My title", "Title: Their title", "<<<<<<< my words"):
        assert words in draft.body
    assert isinstance(submitting.submit(draft, people.alice), Unsettled)


def test_the_base_is_what_both_stand_on_over_several_steps(article, people):
    first = article.revisions.get()
    mine = revision(article, "1.\n\nTwo.\n\nThree.\n", author=people.alice, state="returned", based_on=first)
    draft = writing.begin_edit(article, "en", people.alice)
    assert draft.based_on == mine
    assert conflicts.moved_on(draft) is None
    now = approved(article, "One.\n\nTwo.\n\n3.\n", first)
    assert conflicts.before_both(draft, now) == first
    conflicts.merge_approved(draft)
    assert draft.body == "1.\n\nTwo.\n\n3.\n"


def test_a_translator_is_told_that_the_original_moved_on(article, people):
    draft = writing.begin_translation(article, "ja", people.alice)
    assert conflicts.original_moved_on(draft) is None
    now = approved(article, "Better.", article.revisions.get())
    assert conflicts.original_moved_on(draft) == now
    conflicts.take_original(draft)
    draft.refresh_from_db()
    assert draft.translates == now


# ---- addresses


def test_an_address_is_proposed_from_the_title_where_its_letters_allow(article):
    assert slugs.proposed("What a TCP keepalive is, and why") == "what-a-tcp-keepalive-is-and-why"
    assert slugs.proposed("Keepalive") == "keepalive-2"
    assert slugs.proposed("Café, naïvely") == "cafe-naively"
    assert slugs.proposed("TCP の再送") == ""
    assert slugs.proposed("?") == ""
    assert slugs.proposed("New") == "new-2"
    long = slugs.proposed("word " * 40)
    assert len(long) <= 60
    assert long.endswith("word")


@pytest.mark.parametrize("slug", ["new", "edit", "keepalive", "a", "A-b-c", "a--b", "-ab", "a_b_c", "x" * 81])
def test_addresses_of_ours_and_of_others_are_refused(slug, article):
    assert isinstance(slugs.trouble(slug), BadAddress)


def test_a_code_is_the_address_of_its_article(people):
    Article.objects.create(slug="another-name", code="port_closed")
    assert isinstance(slugs.trouble("port-closed"), BadAddress)
