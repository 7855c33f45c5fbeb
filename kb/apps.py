"""The Django app of what people read and write."""

from django.apps import AppConfig


class KbConfig(AppConfig):
    """Captures, jobs, reports, findings, articles; users and teams."""

    name = "kb"
    verbose_name = "Replaybook"
    default_auto_field = "django.db.models.BigAutoField"
