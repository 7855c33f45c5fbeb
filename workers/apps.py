"""The Django app of background work."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """Lends kb the means to ring for a worker, so that kb need not import this room."""

    name = "workers"

    def ready(self) -> None:
        """Connects kb's queue to Celery."""
        from kb import queue
        from workers import ring

        queue.connect(ring)
