"""manage.py export PATH --user NAME"""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kb import bundle
from kb.models import User


class Command(BaseCommand):
    help = (
        "Writes all approved articles and runbooks with pictures, experiments and recordings into the zip "
        "PATH; --captures adds the captures of the user's teams. import_articles takes it in again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--user", required=True, help="a curator; whose captures, with --captures")
        parser.add_argument("--captures", action="store_true", help="with the captures of the user's teams")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None or not user.is_curator:
            raise CommandError(f"There is no active curator {options['user']!r}.")
        path: Path = options["path"]
        part = path.with_name(f".{path.name}.part")
        try:
            with part.open("wb") as target:
                for piece in bundle.zipped(bundle.entries(user, captures=options["captures"])):
                    target.write(piece)
            os.replace(part, path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"Wrote {path}, {path.stat().st_size:,} bytes.")
