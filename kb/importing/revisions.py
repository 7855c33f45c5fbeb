"""A text that came becomes a revision: in review, or approved by who runs the installation."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from diagnoses.registry import CODES
from kb import attachments, history, review, slugs, submitting, writing
from kb import words as wording
from kb.importing import told
from kb.importing.texts import Text
from kb.importing.told import Fate, Told
from kb.merging import is_unsettled
from kb.models import Article, Event, Lead, Revision, User
from kb.outcomes import NotAccepted
from kb.search import index
from kb.unwritten import Incomplete, Unsettled

STATE = Revision.State
COMMENT = {"en": "Imported from {}.", "ja": "{} から取り込みました。"}
SAYS = {
    (Fate.NEW, False): (
        "A new text; it awaits review.",
        "新しい文章です。レビューを待っています。",
    ),
    (Fate.CHANGED, False): (
        "Other words than readers see; they await review.",
        "公開中の文章と異なります。変更はレビューを待っています。",
    ),
    (Fate.NEW, True): ("A new text; readers see it now.", "新しい文章です。公開しました。"),
    (Fate.CHANGED, True): ("Other words; readers see them now.", "変更された文章です。公開しました。"),
}
SAME = ("These words have been here already.", "同じ文章がすでにあります。")


def why_not(text: Text) -> NotAccepted | told.Both | None:
    """Why the text cannot become a revision."""
    if not text.slug:
        return told.NO_ADDRESS
    if not text.words.body.strip():
        return Incomplete.words()
    if text.words.are_too_long:
        return writing.too_long()
    if is_unsettled(text.words.body):
        return Unsettled.marks()
    known = Article.objects.filter(slug=text.slug).first()
    if known is None:
        return slugs.trouble(text.slug)
    return None if known.kind == text.kind else told.OTHER_SORT


def bring(text: Text, user: User, original: str, *, approve: bool) -> Told:
    """Makes the revision, unless these words are known; the text passed `why_not`."""
    with transaction.atomic():
        article = Article.objects.filter(slug=text.slug).first()
        known = same_words(text, article, approve=approve) if article else None
        if known is not None:
            return told.told(Fate.UNCHANGED, text.name, SAME, known.get_absolute_url())
        article = article or made(text, user, original)
        fate = Fate.CHANGED if writing.pinned(article, text.language) else Fate.NEW
        revision = revised(article, text, user)
        attachments.claim(article, text.words.body)
        if approve:
            publish(revision, text, user)
        else:
            trouble = review.submit(revision, user)
            assert trouble is None, trouble
            submitting.replace_others(revision)
    return told.told(fate, text.name, SAYS[fate, approve], revision.get_absolute_url())


def same_words(text: Text, article: Article, *, approve: bool) -> Revision | None:
    """The revision that says the same. A text is proposed once, whatever became of the proposal; an
    operator's import ends with its words before the readers.
    """
    now = writing.pinned(article, text.language)
    tags = text.words.tags if text.has_tags else tuple(article.tags)
    if now is not None and words_of(now) == words_of(text) and tags == tuple(article.tags):
        return now
    if approve:
        return None
    before = article.revisions.filter(language=text.language, digest=text.words.digest)
    untagged = Q(tags__isnull=True) if tags == tuple(article.tags) else Q(pk=None)
    return before.exclude(state=STATE.DRAFT).filter(Q(tags=list(tags)) | untagged).order_by("-pk").first()


def words_of(one: Text | Revision) -> tuple[str, str, str]:
    """Title, summary (as an export writes it) and body."""
    words = one.words if isinstance(one, Text) else wording.of(one)
    return words.title, wording.one_line(words.summary), words.body.strip("\n").rstrip() + "\n"


def made(text: Text, user: User, original: str) -> Article:
    """The new article. Only a diagnosis' own article has its code: a release brings it at that address."""
    own = text.code in CODES and text.code.replace("_", "-") == text.slug
    return Article.objects.create(
        slug=text.slug,
        kind=text.kind,
        code=text.code if own and text.kind == Article.Kind.ARTICLE else None,
        owner=user,
        original=original,
        tags=list(text.words.tags),
    )


def revised(article: Article, text: Text, user: User) -> Revision:
    """A draft on what readers see now."""
    return Revision.objects.create(
        article=article,
        language=text.language,
        title=text.words.title,
        summary=text.words.summary,
        body=text.words.body,
        tags=list(text.words.tags) if text.has_tags else None,
        origin=Revision.Origin.PERSON,
        author=user,
        based_on=writing.pinned(article, text.language),
        translates=rendered(article, text.language, user),
        comment=COMMENT[text.language].format(wording.one_line(text.name))[: wording.LONGEST_COMMENT],
        digest=text.words.digest,
    )


def rendered(article: Article, language: str, user: User) -> Revision | None:
    """Of a translation the original: as this person has just proposed it, else as readers see it."""
    if language == article.original:
        return None
    proposed = article.revisions.filter(author=user, language=article.original, state=STATE.IN_REVIEW)
    return proposed.order_by("-pk").first() or writing.pinned(article, article.original)


def publish(revision: Revision, text: Text, user: User) -> None:
    """In place of what readers saw, with the findings that lead here."""
    article, now = revision.article, timezone.now()
    same = article.revisions.filter(language=revision.language, state=STATE.APPROVED)
    same.update(state=STATE.SUPERSEDED)
    Revision.objects.filter(pk=revision.pk).update(
        state=STATE.APPROVED, submitted=now, reviewed=now, reviewed_by=user
    )
    if text.has_tags:
        Article.objects.filter(pk=article.pk).update(tags=list(text.words.tags))
    lead(article, text)
    history.record(Event.Kind.LOADED, article, revision=revision, actor=user)
    index.article(Article.objects.get(pk=article.pk))


def lead(article: Article, text: Text) -> None:
    """The findings that lead to a runbook; those that a curator hid stay hidden."""
    if article.is_runbook:
        for code in text.codes:
            if code in CODES:
                Lead.objects.get_or_create(code=code, runbook=article)
