"""Experiments and runs, or 404. Every signed-in person may see them: they hold nothing of anybody. What is
tried with a draft its author and curators see.
"""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from experiments import current
from experiments.models import Run
from experiments.shipped import Shipped
from kb.models import User


def experiment_or_404(name: str) -> Shipped:
    """The experiment of that name."""
    found = current.find(name)
    if found is None:
        raise Http404("No such experiment.")
    return found


def run_or_404(user: User | AnonymousUser, uid: str, name: str | None = None) -> Run:
    """The run with that uid, of the experiment of that name; it outlives its experiment."""
    if not uid.isascii() or not uid.isalnum():  # PostgreSQL raises an error for a NUL
        raise Http404("No such run.")
    visible = Run.objects.visible_to(user).select_related("job", "requested_by", "wording")
    found = visible.filter(uid=uid).first()
    if found is None or name not in (None, found.experiment):
        raise Http404("No such run.")
    return found
