"""manage.py first_user"""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction

from kb.models import Team, User

NAME = "admin"
TEAM = ("Team", "team")


class Command(BaseCommand):
    help = (
        "Makes the secret key and, while there are no accounts, the user admin with a random password, which"
        " is written into admin-password in the data folder. Prints nothing secret."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        data = Path(settings.DATA_DIR)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.environ.get("REPLAYBOOK_SECRET_KEY", "").strip() and write_once(
            data / "secret-key", secrets.token_urlsafe(64)
        ):
            self.stdout.write(f"Made the secret key: {data / 'secret-key'}")
        if not User.objects.exists():
            make(data / "admin-password")
            self.stdout.write(f"Made the user {NAME}; the password is in {data / 'admin-password'}")


def make(file: Path) -> None:
    """The first user, on the first team, with every role. The password is on disk before the row is."""
    password = secrets.token_urlsafe(24)
    file.unlink(missing_ok=True)  # of an installation whose database has been removed
    write_once(file, password)
    with transaction.atomic():
        user = User.objects.create_superuser(NAME, password=password)
        team, _ = Team.objects.get_or_create(slug=TEAM[1], defaults={"name": TEAM[0]})
        user.teams.add(team)
        user.groups.set(Group.objects.filter(name__in=["reader", "author", "curator", "admin"]))


def write_once(file: Path, secret: str) -> bool:
    """Writes a secret that only its owner may read. False when the file is there already."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(opened, "w") as target:
        target.write(secret + "\n")
    return True
