"""Django's admin: accounts, teams, and the disputes that one may see.

Captures are not here; nobody sees them but their team.
"""

from operator import itemgetter
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from diagnoses.registry import CODES
from kb.models import Dispute, Lead, Team, User
from kb.search import index
from kb.views import wording


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


class LeadForm(forms.ModelForm):
    """The code is chosen from those there are, by name."""

    code = forms.ChoiceField(
        choices=lambda: sorted(((code, name(code)) for code in CODES), key=itemgetter(1))
    )

    class Meta:
        model = Lead
        fields = ("code", "runbook", "position", "hidden")


@admin.register(Lead)
class Leads(admin.ModelAdmin):
    """Which findings lead to which runbooks, the lowest position first. Those that came with the product can
    be hidden, not deleted: a deleted one would be back after the next update.
    """

    form = LeadForm
    list_display = ("finding", "code", "runbook", "position", "hidden", "shipped")
    list_editable = ("position", "hidden")
    list_filter = ("hidden", "shipped", "code")
    list_select_related = ("runbook",)
    search_fields = ("code", "runbook__slug")
    ordering = ("code", "position", "pk")

    @admin.display(ordering="code")
    def finding(self, lead: Lead) -> str:
        """The name of the code."""
        return name(lead.code)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        """The rows of the list are changed without the code, which has a form of its own."""
        return forms.ModelForm

    def get_readonly_fields(self, request: HttpRequest, obj: Lead | None = None) -> tuple[str, ...]:
        """A shipped one leads where it leads."""
        return ("code", "runbook", "shipped") if obj is not None and obj.shipped else ("shipped",)

    def has_delete_permission(self, request: HttpRequest, obj: Lead | None = None) -> bool:
        """Not those that came with the product."""
        return bool(super().has_delete_permission(request, obj)) and not (obj is not None and obj.shipped)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
        """Several at once; where one of them came with the product, Django asks for a permission that nobody
        has, and none is deleted.
        """
        runbooks = {lead.runbook for lead in queryset.select_related("runbook")}
        super().delete_queryset(request, queryset)
        for runbook in runbooks:
            index.article(runbook)

    def save_model(self, request: HttpRequest, obj: Lead, form: Any, change: bool) -> None:
        """The search finds a runbook by the findings that lead to it."""
        super().save_model(request, obj, form, change)
        index.article(obj.runbook)

    def delete_model(self, request: HttpRequest, obj: Lead) -> None:
        """The search no longer finds the runbook by this finding."""
        super().delete_model(request, obj)
        index.article(obj.runbook)


def name(code: str) -> str:
    """syn_unanswered → SYN unanswered."""
    return wording.code(code)
