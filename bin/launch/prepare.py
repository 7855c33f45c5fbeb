"""Brings the data up to date, in one process because each start of Django costs a second.

`python -m launch.prepare [--no-input] [--link]`; with --link the path of a one-time sign-in is printed, and
nothing else ever is on standard output.
"""

import contextlib
import io
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError


def bring_up_to_date(interactive: bool) -> None:
    """Tables, secret key, first user, what is shipped, old reports: each only where there is work to do."""
    call_command("migrate", interactive=interactive, verbosity=0, stdout=sys.stderr)
    call_command("first_user", stdout=sys.stderr)
    call_command("load_articles", stdout=sys.stderr)
    call_command("load_recordings", stdout=sys.stderr)
    call_command("renew_reports", stdout=sys.stderr)


def sign_in_path() -> str:
    """The path that signs admin in once; empty when there is no such user any more."""
    printed = io.StringIO()
    with contextlib.suppress(CommandError):
        call_command("sign_in_link", "admin", stdout=printed)
    return printed.getvalue().strip()


def main(arguments: list[str]) -> int:
    """Exit status 1, with one sentence on standard error, when the data cannot be used."""
    try:
        django.setup()
        bring_up_to_date(interactive="--no-input" not in arguments)
        if "--link" in arguments:
            print(sign_in_path())
    except (ImproperlyConfigured, CommandError) as reason:
        print(reason, file=sys.stderr)
        return 1
    except DatabaseError as reason:
        print(f"The database cannot be used: {' '.join(str(reason).split())}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
