"""manage.py reap"""

from typing import Any

from django.core.management.base import BaseCommand

from kb import jobs


class Command(BaseCommand):
    help = "Runs the reaper once: jobs of dead workers start again, lost messages are sent again."

    def handle(self, *args: Any, **options: Any) -> None:
        done = jobs.reap()
        self.stdout.write(f"Jobs: {done.restarted} restarted, {done.failed} failed, {done.rung} rung for.")
