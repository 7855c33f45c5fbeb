"""manage.py sign_in_link USER"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kb import once
from kb.models import User


class Command(BaseCommand):
    help = "Prints a path that signs USER in, once, within 15 minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['user']!r}.")
        self.stdout.write(once.issue(user))
