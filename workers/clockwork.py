"""Celery, wired. Its settings are the CELERY_ ones in config/settings.py."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Celery names transports by the URL's scheme; this adds ours.
TRANSPORT_ALIASES["atomicfiles"] = "workers.transport:Transport"

app = Celery("replaybook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["workers"])


def ring(task: str, arguments: tuple[int, ...]) -> None:
    """Sends one message. Raises what kombu raises when the broker cannot be reached."""
    app.send_task(task, arguments)
