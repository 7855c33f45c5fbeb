"""An import by a form: whoever calls it has settled who asks, before anything touched the body."""

from django.http import HttpRequest

from kb.importing.files import Bounds
from kb.importing.opening import opened
from kb.importing.taking import take
from kb.importing.told import NothingCame, Told
from kb.models import User
from kb.outcomes import BadForm, NoFile, NotAccepted
from kb.uploads import receive


def taken(request: HttpRequest, user: User) -> list[Told] | NotAccepted:
    """Reads the prepared form and imports its files; what came is not kept."""
    with receive(request) as received:
        if isinstance(received, NotAccepted):
            return explained(received)
        with opened([(one.path, one.name) for one in received], Bounds()) as files:
            return take(files, user)


def explained(why: NotAccepted) -> NotAccepted:
    """The refusal in the words of an import."""
    if isinstance(why, NoFile):
        return NothingCame.in_form()
    return NothingCame.in_one_piece() if isinstance(why, BadForm) else why
