"""Django's admin: accounts and teams. Captures are not here; nobody sees them but their team."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from kb.models import Team, User


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
