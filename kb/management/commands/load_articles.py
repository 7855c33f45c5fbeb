"""manage.py load_articles"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kb import shipped


class Command(BaseCommand):
    help = "Loads the shipped articles. What people have edited stays; the new text arrives as a proposal."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = shipped.load(settings.BASE_DIR)
        except shipped.Unreadable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Articles: {done.approved} loaded, {done.proposed} proposed, {done.unchanged} unchanged."
        )
