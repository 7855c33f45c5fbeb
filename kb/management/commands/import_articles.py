"""manage.py import_articles PATH --user NAME"""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kb.importing.files import WIDE
from kb.importing.opening import opened
from kb.importing.taking import take
from kb.importing.told import Fate
from kb.models import User
from packets.errors import printable

QUIET = (Fate.UNCHANGED, Fate.TAKEN)  # counted; named with --verbosity 2


class Command(BaseCommand):
    help = (
        "Imports Markdown with its pictures, and exports of Replaybook: a zip, a folder or a single file. "
        "Each text becomes a revision in review, written by the user; captures go to the user's team. "
        "Importing again changes nothing. --approve is for moving an installation: texts are shown to "
        "readers at once, without review, also in place of other words, and findings lead to runbooks as "
        "they did."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--user", required=True, help="in whose name: the author of every revision")
        parser.add_argument("--approve", action="store_true", help="without review; see above")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None or not user.is_author:
            raise CommandError(f"There is no active author {options['user']!r}.")
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(f"There is no {path}.")
        with opened([(path, path.name)], WIDE) as files:
            told = take(files, user, approve=options["approve"])
        for one in told:
            if one.fate not in QUIET or options["verbosity"] > 1:
                self.stdout.write(f"{one.fate}: {printable(one.name)}: {printable(one.en)}")
        counts = Counter(one.fate for one in told)
        self.stdout.write(", ".join(f"{counts[fate]} {fate}" for fate in Fate) + ".")
