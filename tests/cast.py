"""The people of the tests: Alice owns, Bob is on her team, Charlie must get nothing."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from kb import intake
from kb.models import Attachment, Capture, Job, Team, User
from kb.uploads import Received

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Cast:
    """Everybody, and the two teams."""

    alice: User
    bob: User
    charlie: User
    team: Team
    other_team: Team


def make() -> Cast:
    """Alice and Bob are on one team, Charlie on another."""
    team = Team.objects.create(name="Support", slug="support")
    other = Team.objects.create(name="Others", slug="others")
    alice, bob, charlie = (
        User.objects.create_user(name, password=PASSWORD) for name in ("alice", "bob", "charlie")
    )
    team.members.add(alice, bob)
    other.members.add(charlie)
    return Cast(alice, bob, charlie, team, other)


def received(content: bytes, name: str = "some.pcap") -> Received:
    """A whole file in the incoming folder."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}.part"
    path.write_bytes(content)
    return Received(path, name, len(content), digest)


def accept(cast: Cast, **orders: object) -> Job:
    """Alice's capture, which orders the stand-in of tests/workers/stand_in.py about."""
    content = json.dumps(orders or {"do": "report"}).encode()
    return intake.accept(received(content), team=cast.team, user=cast.alice).job


def from_the_lab(**orders: object) -> Job:
    """A capture that a run of an experiment made, and its job."""
    content = json.dumps(orders or {"do": "report", "of": "the lab"}).encode()
    return intake.accept(received(content, "connect_timeout-client.pcap"), team=None).job


def form(content: bytes = b"abc", name: str = "some.pcap") -> dict[str, SimpleUploadedFile]:
    """The form that Django's test client posts."""
    return {"file": SimpleUploadedFile(name, content)}


def files_below(folder: Path) -> list[str]:
    """Every file, as paths below the folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def orphans() -> list[str]:
    """Files of the media folder that no row names."""
    media = Path(settings.MEDIA_ROOT)
    known = set(Capture.objects.values_list("stored", flat=True))
    known |= set(Attachment.objects.values_list("stored", flat=True))
    folders = tuple(
        f"{folder}/" for folder in Capture.objects.values_list("report__folder", flat=True) if folder
    )
    return [name for name in files_below(media) if name not in known and not name.startswith(folders)]
