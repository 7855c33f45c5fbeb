"""User."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.functional import cached_property

from kb.models.language import Language
from kb.models.team import Team

CURATORS = ("curator", "admin")  # groups
AUTHORS = ("author", *CURATORS)


class User(AbstractUser):
    """A person with an account. Roles are the groups reader, author, curator, admin; access is by team."""

    # An empty language means: as the browser asks.
    language = models.CharField(max_length=2, choices=Language.choices, blank=True, default="")
    teams = models.ManyToManyField(Team, related_name="members", blank=True)

    @cached_property
    def is_author(self) -> bool:
        """May write, and see what awaits review. Readers see what is approved."""
        return self.is_active and self.groups.filter(name__in=AUTHORS).exists()

    @cached_property
    def is_curator(self) -> bool:
        """May approve what others wrote, answer disputes and have captures diagnosed again: those that this
        person may see, no others.

        A role, not a right of the staff: who runs the installation is no judge of its verdicts.
        """
        return self.is_active and self.groups.filter(name__in=CURATORS).exists()

    def home_team(self) -> Team | None:
        """The team that owns what this person uploads without saying for whom; None without a team."""
        return self.teams.order_by("pk").first()
