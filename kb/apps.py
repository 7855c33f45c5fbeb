"""The Django app of what people read and write."""

from django.apps import AppConfig


class KbConfig(AppConfig):
    """Captures, jobs, reports, findings, articles; users and teams."""

    name = "kb"
    verbose_name = "Replaybook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the one kind of job that is kb's own: a capture is diagnosed, a report comes of it."""
        from kb import kinds, queue
        from kb.models import Report

        def names(folder: str) -> bool:
            return Report.objects.filter(folder=folder).exists()

        kinds.register(kinds.Kind("diagnose", queue.DIAGNOSE, "reports", names))
