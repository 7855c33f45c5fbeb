"""manage.py token USER"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kb import tokens
from kb.models import Token, User


class Command(BaseCommand):
    help = "Prints a new bearer token of USER for the API, this once. --revoke removes all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user")
        parser.add_argument("--revoke", action="store_true", help="remove every token of USER, make none")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['user']!r}.")
        if options["revoke"]:
            count, _ = Token.objects.filter(user=user).delete()
            self.stdout.write(f"Removed {count}.")
            return
        self.stdout.write(tokens.make(user))
