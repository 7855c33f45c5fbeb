"""What readers say of an article: helpful or not, with a private word; and comments, for everybody."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kb import history
from kb.disputes import plain
from kb.models import Article, Case, Comment, Event, Feedback, Revision, User
from kb.outcomes import NotAccepted, TooManyWords, TooOften

MOST_WORD = 2000  # characters of a private word
LEAST, MOST = 1, 4000  # characters of a comment
MOST_AN_HOUR = 30  # comments of one person
HOUR = timedelta(hours=1)
STATE = Feedback.State


def visible_to(user: User) -> QuerySet[Feedback]:
    """What this person may read: all of it as a curator, what concerns one's own words, and what one said."""
    every = Feedback.objects.select_related("revision__article", "reader", "answered_by")
    return every if user.is_curator else every.filter(Q(reader=user.pk) | Q(revision__author=user.pk))


def say(
    revision: Revision,
    reader: User,
    *,
    helpful: bool,
    word: str = "",
    step: str = "",
    case: Case | None = None,
) -> Feedback | NotAccepted:
    """Keeps what the reader says, in place of what the same reader said before of the same revision and step.

    What asks for something to be done waits for an answer: a step that did not help, or a word.
    """
    word = plain(word)
    if len(word) > MOST_WORD:
        return TooManyWords.than(0, MOST_WORD)
    waits = bool(word) or (bool(step) and not helpful)
    said, _ = Feedback.objects.update_or_create(
        revision=revision,
        reader=reader,
        step=step[:80],
        defaults={
            "helpful": helpful,
            "word": word,
            "case": case,
            "state": STATE.OPEN if waits else STATE.DONE,
            "answer": "",
            "answered_by": None,
        },
    )
    return said


def answer(one: Feedback, curator: User, words: str) -> NotAccepted | None:
    """A curator has looked at it and says what came of it; returns why not. It can be said anew."""
    words = plain(words)
    if not LEAST <= len(words) <= MOST_WORD:
        return TooManyWords.than(LEAST, MOST_WORD)
    one.answer, one.answered_by, one.state = words, curator, STATE.DONE
    one.save(update_fields=["answer", "answered_by", "state"])
    return None


def comment(article: Article, author: User, body: str) -> Comment | NotAccepted:
    """A comment below the article, for everybody who reads it."""
    body = plain(body)
    if not LEAST <= len(body) <= MOST:
        return TooManyWords.than(LEAST, MOST)
    with transaction.atomic():
        lately = Comment.objects.filter(author=author, created__gt=timezone.now() - HOUR)
        if lately.count() >= MOST_AN_HOUR:
            return TooOften.comments(MOST_AN_HOUR)
        made = Comment.objects.create(article=article, author=author, body=body)
        history.record(Event.Kind.COMMENTED, article, actor=author)
    return made


def may_delete(one: Comment, user: User) -> bool:
    """Its author, and curators."""
    return user.is_curator or one.author_id == user.pk


def counts(revision: Revision) -> tuple[int, int]:
    """How many found this revision helpful, and how many did not; without steps."""
    said = Feedback.objects.filter(revision=revision, step="").values_list("helpful", flat=True)
    answers = list(said)
    return sum(answers), len(answers) - sum(answers)
