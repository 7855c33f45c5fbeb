"""manage.py load_recordings"""

from typing import Any

from django.core.management.base import BaseCommand

from experiments import recordings
from kb import queue


class Command(BaseCommand):
    help = "Loads the recordings of the shipped experiments. Loading again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with queue.quiet():  # bin/up calls this before there is a broker
            done = recordings.load()
        self.stdout.write(
            f"Recordings: {done.new} loaded, {done.known} known, {done.unusable} cannot be used."
        )
