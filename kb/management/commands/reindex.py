"""manage.py reindex"""

from typing import Any

from django.core.management.base import BaseCommand

from kb.search import index


class Command(BaseCommand):
    help = "Makes the search index again, whole: articles, runbooks, experiments, pictures, captures."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Entries in the search index: {index.rebuild()}.")
