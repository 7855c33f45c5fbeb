"""Django's admin: accounts, teams, and the disputes that one may see.

Captures are not here; nobody sees them but their team.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from kb.models import Dispute, Team, User


@admin.register(User)
class Accounts(UserAdmin):
    """People, their roles, teams and language."""

    fieldsets = (*(UserAdmin.fieldsets or ()), ("Replaybook", {"fields": ("teams", "language")}))
    filter_horizontal = (*UserAdmin.filter_horizontal, "teams")
    list_display = ("username", "email", "is_active", "is_staff", "last_login")


@admin.register(Team)
class Teams(admin.ModelAdmin):
    """Whose captures are whose."""

    list_display = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Dispute)
class Disputes(admin.ModelAdmin):
    """What readers say against verdicts, as far as the member of the staff may see the capture. To look at;
    answers are given on the pages, by curators.
    """

    list_display = ("code", "state", "reader", "created", "rules", "code_now")
    list_filter = ("state", "code")
    date_hierarchy = "created"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        """Superusers are no exception; see Capture."""
        user = request.user
        assert isinstance(user, User)
        every: QuerySet[Dispute] = super().get_queryset(request)
        return every.filter(pk__in=Dispute.objects.visible_to(user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A dispute begins beside its verdict."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What somebody has said is not rewritten."""
        return False
