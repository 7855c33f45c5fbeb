"""The Django app of what people read and write."""

from django.apps import AppConfig


class KbConfig(AppConfig):
    """Captures, jobs, reports, findings, articles; users and teams."""

    name = "kb"
    verbose_name = "Replaybook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers what is kb's own: the kinds of job (a capture is diagnosed, a report comes of it; two are
        compared, of which no folder stays), the blocks of articles, what stands beside a capture, and what
        articles begin with.
        """
        from kb import beginnings, beside, blocks, kinds, panels, queue
        from kb.models import Report
        from kb.views import case_panel, live_blocks, starts

        def names(folder: str) -> bool:
            return Report.objects.filter(folder=folder).exists()

        kinds.register(kinds.Kind("diagnose", queue.DIAGNOSE, "reports", names))
        kinds.register(kinds.Kind(beside.KIND, queue.BESIDE, beside.FOLDER, lambda folder: False))
        panels.register("capture", case_panel.beside_capture)
        blocks.register("capture", live_blocks.capture)
        blocks.register("finding", live_blocks.finding)
        blocks.register("section", live_blocks.section)
        beginnings.register("capture", starts.from_capture, starts.capture_sources)
        beginnings.register("finding", starts.from_finding, starts.findings)
        beginnings.register("article", starts.from_article, starts.articles)
        beginnings.offer("capture", starts.captures)
        beginnings.offer("finding", starts.findings)
        beginnings.offer("section", starts.sections)
