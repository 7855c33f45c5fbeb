"""An experiment that was written elsewhere comes with an import: it is proposed here, like any wording."""

from django.db import transaction
from django.utils import timezone

from experiments import checking, current, reviewing, wordings
from experiments.models import Wording
from experiments.refusals import BadName, Faulty
from kb import words as written
from kb.importing import told
from kb.importing.files import File, Unreadable
from kb.importing.told import Both, Fate, Told
from kb.models import User
from kb.outcomes import NotAccepted

SAME = ("This is as it is here, or waits for review.", "ここにあるものと同じか、レビュー待ちです。")
NO_TEXT = ("It cannot be read as text in UTF-8.", "UTF-8 のテキストとして読み取れません。")
SAYS = {
    False: (
        "Proposed: a curator reviews the declaration.",
        "提案しました。キュレーターが宣言をレビューします。",
    ),
    True: ("Readers see this declaration now.", "読者にはこの宣言が表示されます。"),
}


def bring(name: str, declaration: File, user: User, approve: bool) -> Told:
    """Makes the wording, unless this text is known or cannot be played."""
    place = f"experiments/{name}"
    text = text_of(declaration)
    trouble = why_not(name, text) if isinstance(text, str) else text
    if trouble is not None or not isinstance(text, str):
        return told.refused(place, trouble or NO_TEXT)
    seen = current.find(name)
    waiting = Wording.objects.filter(experiment=name, text=text, state=Wording.State.IN_REVIEW)
    if (seen is not None and seen.text == text) or (waiting.exists() and not approve):
        return told.told(Fate.UNCHANGED, place, SAME)
    made = proposed(name, text, user, approve=approve)
    return told.told(Fate.CHANGED if seen else Fate.NEW, place, SAYS[approve], made.get_absolute_url())


def text_of(declaration: File) -> str | NotAccepted | Both:
    """Its text; or why there is none."""
    if declaration.size > checking.LONGEST:
        return wordings.too_long()
    try:
        return written.lines(declaration.read().decode())
    except (Unreadable, UnicodeDecodeError):
        return NO_TEXT


def why_not(name: str, text: str) -> NotAccepted | None:
    """What stands in the way."""
    if not wordings.NAME.fullmatch(name):
        return BadName.form()
    if name in wordings.PAGES:
        return BadName.taken(name)
    found = checking.check(text, name)
    return Faulty.at(found.mistakes[0]) if found.mistakes else None


@transaction.atomic
def proposed(name: str, text: str, user: User, *, approve: bool) -> Wording:
    """The row, on top of what readers see; for who runs the installation it is what they see now."""
    made = Wording.objects.create(
        experiment=name,
        text=text,
        state=Wording.State.IN_REVIEW,
        author=user,
        based_on=wordings.approved(name),
        over=current.file_digest(name),
        submitted=timezone.now(),
    )
    wordings.replace_others(made)
    if approve:
        trouble = reviewing.approved(made, user, "")
        assert trouble is None, trouble
    return made
