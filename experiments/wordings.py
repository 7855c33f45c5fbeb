"""Declarations are written: a draft is begun, saved while it is written, submitted, or thrown away."""

import re
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from experiments import checking, current, shipped
from experiments.models import Wording
from experiments.refusals import BadName, Faulty, NothingNew, Overtaken, TooLong, TooMany
from kb import merging
from kb import words as written
from kb.merging import Labels
from kb.models import User
from kb.outcomes import NotAccepted
from kb.unwritten import SavedElsewhere

STATE = Wording.State
NAME = re.compile(r"[a-z][a-z0-9_]{2,39}")
# Pages that stand beside the experiments in experiments/urls.py; a test holds the two together.
PAGES = frozenset({"compare", "health", "images", "new", "drafts", "review", "wordings"})
MOST_DRAFTS = 50  # of one author
LONGEST_COMMENT = 300
_NAME_LINE = re.compile(r"^(name[ \t]*=[ \t]*)([\"'])[^\n]*?\2", re.M)


# ---- begin


def begin_new(author: User, name: str, text: str) -> Wording | NotAccepted:
    """A draft of an experiment that does not exist yet; its text is made to bear the name."""
    name = name.strip()
    if not NAME.fullmatch(name):
        return BadName.form()
    if name in PAGES or current.find(name) is not None:
        return BadName.taken(name)
    return begun(author, name, named(text, name), based_on=None)


def named(text: str, name: str) -> str:
    """The text with this name in its line `name = …`."""
    return _NAME_LINE.sub(rf'\g<1>"{name}"', text, count=1)


def begin_edit(author: User, name: str) -> Wording | NotAccepted:
    """The author's draft of the experiment: the one there is, or a new one, which continues what the author
    has submitted already, else what readers see.
    """
    own = continued(author, name)
    if own is not None:
        return begin_on(author, own)
    known = current.find(name)
    if known is None:
        return BadName.unknown()
    return begun(author, name, known.text, based_on=approved(name))


def begin_on(author: User, wording: Wording) -> Wording | NotAccepted:
    """A draft that begins with the words of another wording."""
    return begun(author, wording.experiment, wording.text, based_on=wording, over=wording.over)


def begun(
    author: User, name: str, text: str, *, based_on: Wording | None, over: str | None = None
) -> Wording | NotAccepted:
    """The author's one draft of that name; made with this text unless it is there."""
    drafts = Wording.objects.filter(author=author, state=STATE.DRAFT)
    kept = drafts.filter(experiment=name).first()
    if kept is not None:
        return kept
    if drafts.count() >= MOST_DRAFTS:
        return TooMany.drafts(MOST_DRAFTS)
    over = current.file_digest(name) if over is None else over
    try:
        with transaction.atomic():
            return Wording.objects.create(
                author=author, experiment=name, text=text, based_on=based_on, over=over
            )
    except IntegrityError:  # two windows at one moment
        return drafts.get(experiment=name)


def continued(author: User, name: str) -> Wording | None:
    """What the author has submitted and is not decided, or was sent back since the last approval."""
    own = Wording.objects.filter(author=author, experiment=name, state__in=(STATE.IN_REVIEW, STATE.RETURNED))
    newest, now = own.order_by("-pk").first(), approved(name)
    if newest is None or (newest.state == STATE.RETURNED and now is not None and now.pk > newest.pk):
        return None
    return newest


def approved(name: str) -> Wording | None:
    """The wording that readers see; None while they see the product's file, or nothing."""
    return Wording.objects.filter(experiment=name, state=STATE.APPROVED).first()


# ---- save


def save(draft: Wording, version: int, text: str, comment: str = "") -> NotAccepted | None:
    """Keeps the text, if nobody has saved the draft since `version`; returns why not.

    `draft` then has the text and the version of this saving; else it is as another window left it.
    """
    if checking.is_too_long(text):
        return too_long()
    kept = {"text": text, "comment": written.one_line(comment)[:LONGEST_COMMENT]}
    same = Wording.objects.filter(pk=draft.pk, version=version, state=STATE.DRAFT)
    saved = same.update(**kept, version=F("version") + 1, updated=timezone.now())
    draft.refresh_from_db()
    return None if saved else SavedElsewhere.meanwhile()


def save_both(draft: Wording, was: str, text: str, comment: str) -> NotAccepted | None:
    """Merges, by lines, what this window has with what another one saved; places that somebody must settle
    are marked, and so are mistakes of the declaration. `was`: what this window last knew to be saved.
    """
    labels = Labels(gettext("this window"), gettext("the other window"))
    both = merging.merge(was or merging.common(text, draft.text), text, draft.text, labels)
    return save(draft, draft.version, both.text, comment or draft.comment)


def too_long() -> TooLong:
    """With the limit."""
    return TooLong.than(checking.LONGEST)


def discard(draft: Wording) -> None:
    """Throws it away; what was tried with it stays with its author."""
    draft.delete()


# ---- what readers see now


def stands_on(wording: Wording, now: Wording | None) -> bool:
    """Whether it was written on top of what readers see, be it over several steps of review. `now`: what is
    approved; None: they see the product's file, or nothing.
    """
    if now is None:
        return wording.over == current.file_digest(wording.experiment)
    return any(one.pk == now.pk for one in chain(wording))


def chain(wording: Wording | None) -> Iterator[Wording]:
    """The wording, what it is based on, and so on."""
    while wording is not None:
        yield wording
        wording = wording.based_on


def moved_on(draft: Wording) -> bool:
    """Whether readers see something else than what the draft was begun on."""
    return not stands_on(draft, approved(draft.experiment))


def take_in(draft: Wording) -> NotAccepted | None:
    """Merges what readers see now into the draft, which from now on stands on it; returns why not."""
    now, seen = approved(draft.experiment), current.find(draft.experiment)
    theirs = seen.text if seen else ""
    base = before_both(draft, now, theirs)
    labels = Labels(gettext("my words"), gettext("approved meanwhile"))
    both = merging.merge(base, draft.text, theirs, labels)
    with transaction.atomic():
        trouble = save(draft, draft.version, both.text, draft.comment)
        if trouble is None:
            draft.based_on, draft.over = now, current.file_digest(draft.experiment)
            draft.save(update_fields=["based_on", "over"])
    return trouble


def before_both(draft: Wording, now: Wording | None, theirs: str) -> str:
    """The newest text on which both the draft and what readers see stand."""
    under = {one.pk for one in chain(now)}
    both = next((one for one in chain(draft.based_on) if one.pk in under), None)
    if both is not None:
        return both.text
    file = shipped.find(draft.experiment)
    is_base = file is not None and now is not None and file.digest == draft.over
    return file.text if file and is_base else merging.common(draft.text, theirs)


# ---- submit


def submit(draft: Wording) -> NotAccepted | None:
    """The draft awaits review; returns why not, and then nothing has changed."""
    trouble = why_not(draft)
    if trouble is not None:
        return trouble
    with transaction.atomic():
        waiting = Wording.objects.filter(pk=draft.pk, version=draft.version, state=STATE.DRAFT)
        if not waiting.update(state=STATE.IN_REVIEW, submitted=timezone.now()):
            return SavedElsewhere.meanwhile()
        replace_others(draft)
    draft.refresh_from_db()
    return None


def why_not(draft: Wording) -> NotAccepted | None:
    """What stands in the way of a review."""
    if checking.is_too_long(draft.text):
        return too_long()
    found = checking.check(draft.text, draft.experiment)
    if found.mistakes:
        return Faulty.says(len(found.mistakes))
    if moved_on(draft):
        return Overtaken.meanwhile()
    seen = current.find(draft.experiment)
    return NothingNew.to_review() if seen is not None and seen.text == draft.text else None


def replace_others(wording: Wording) -> None:
    """Of several by one author only the newest awaits review."""
    older = Wording.objects.filter(
        experiment=wording.experiment, author=wording.author_id, state=STATE.IN_REVIEW
    ).exclude(pk=wording.pk)
    note = gettext("The author submitted a newer revision in its place.")
    older.update(state=STATE.RETURNED, review_note=note)
