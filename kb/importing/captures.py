"""Captures of an export enter by the one door, into the team of who imports them."""

import re
from collections.abc import Mapping

from kb import intake
from kb.importing import files, told
from kb.importing.files import File, Unreadable
from kb.importing.manifest import UID, Manifest
from kb.importing.told import Fate, Told
from kb.models import Capture, User
from kb.outcomes import NoTeam
from kb.uploads import LONGEST_NAME, Received

PLACE = re.compile(rf"captures/({UID.pattern})/[^/]+")
TAKEN = ("The capture was taken for your team.", "キャプチャをチームに取り込みました。")
THERE = ("Your team has this capture already.", "チームにはこのキャプチャがすでにあります。")


def uid_of(name: str, manifest: Manifest) -> str:
    """The uid that a capture had where it was exported; empty for other files."""
    found = PLACE.fullmatch(manifest.inside(name)) if manifest.there else None
    return found[1] if found else ""


def take(found: Mapping[str, File], manifest: Manifest, user: User) -> tuple[dict[str, str], list[Told]]:
    """Old uid → new uid of every capture, and what became of each."""
    renamed: dict[str, str] = {}
    said: list[Told] = []
    for name, file in found.items():
        if uid := uid_of(name, manifest):
            one = _one(file, manifest.captures.get(uid) or name.rpartition("/")[2], user)
            said.append(one)
            if one.url:
                renamed[uid] = one.url.strip("/").rpartition("/")[2]
    return renamed, said


def _one(file: File, label: str, user: User) -> Told:
    if user.home_team() is None:
        return told.refused(file.name, NoTeam.of_user())
    try:
        received = files.received(file, label[:LONGEST_NAME])
    except Unreadable:
        return told.refused(file.name, told.DAMAGED)
    return _accepted(file.name, received, user)


def _accepted(name: str, received: Received, user: User) -> Told:
    team = user.home_team()
    there = Capture.objects.belonging_to(user).filter(team=team, sha256=received.sha256).order_by("pk")
    known = there.filter(name=received.name).first() or there.first()
    if known is not None:
        received.path.unlink(missing_ok=True)
        return told.told(Fate.UNCHANGED, name, THERE, known.get_absolute_url())
    try:
        capture = intake.accept(received, team=team, user=user).capture
    finally:
        received.path.unlink(missing_ok=True)  # moved away when all went well
    return told.told(Fate.TAKEN, name, TAKEN, capture.get_absolute_url())
