"""Pictures of articles: taken when their bytes are what they should be, read by those who may read the words
around them, and removed when nothing names them.
"""

import hashlib
import logging
import os
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kb import pictures
from kb.intake import move
from kb.models import Article, Attachment, Draft, Revision, User
from kb.models.capture import new_uid
from kb.outcomes import NotAccepted
from kb.pictures import Picture
from kb.unwritten import NoPicture, PictureTooLarge, TooManyPictures
from kb.uploads import Received

log = logging.getLogger(__name__)

LARGEST = 10_000_000  # bytes
MOST_UNUSED = 200  # pictures of one person that no article has
KEPT = timedelta(days=7)  # so long a picture waits for its article
FOLDER = "attachments"
LINK = re.compile(r"/attachments/([a-z2-7]{16})/")
STATE = Revision.State


def is_picture(received: Received) -> bool:
    """Whether it begins as one of our kinds of picture do."""
    with open(received.path, "rb") as file:
        return pictures.reader_of(file.read(16)) is not None


def accept(received: Received, user: User) -> Attachment | NotAccepted:
    """Stores the picture, cleaned, for an article to come; or says why not. What came is not kept."""
    if received.size > LARGEST:
        return PictureTooLarge.than(LARGEST, pictures.LARGEST_SIDE)
    if Attachment.objects.filter(uploaded_by=user, article=None).count() >= MOST_UNUSED:
        return TooManyPictures.than(MOST_UNUSED)
    picture = cleaned(received.path.read_bytes())
    return picture if isinstance(picture, NotAccepted) else stored(picture, received.name, user)


def cleaned(data: bytes) -> Picture | NotAccepted:
    """The picture in these bytes, without what is not the picture; or why there is none."""
    try:
        return pictures.read(data) or NoPicture.of_ours()
    except pictures.Spoiled:
        return NoPicture.whole()
    except pictures.TooBig:
        return PictureTooLarge.than(LARGEST, pictures.LARGEST_SIDE)


def stored(picture: Picture, name: str, user: User, uid: str | None = None) -> Attachment:
    """The file, whole and on disk, and then its row. `uid`: the name that it has had elsewhere."""
    uid, digest = uid or new_uid(), hashlib.sha256(picture.data).hexdigest()
    place = f"{FOLDER}/{uid}-{digest[:16]}"
    target = Path(settings.MEDIA_ROOT) / place
    move(written(picture.data), target)
    try:
        return Attachment.objects.create(
            uid=uid,
            uploaded_by=user,
            name=name,
            media_type=picture.media_type,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            sha256=digest,
            stored=place,
        )
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def written(data: bytes) -> Path:
    """A new file in the incoming folder that is on disk."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(16)}.part"
    with open(part, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return part


def markdown(attachment: Attachment) -> str:
    """How the text names it. The file's name is a first description; brackets would end it."""
    words = re.sub(r"[\[\]\\`<>*_!\s]+", " ", Path(attachment.name).stem).strip()
    return f"![{words}]({attachment.get_absolute_url()})"


# ---- whose they are


def named_in(text: str) -> set[str]:
    """The uids of the pictures in a text."""
    return set(LINK.findall(text))


def claim(article: Article, text: str) -> None:
    """The pictures that this text of the article names are the article's, unless they are another's."""
    Attachment.objects.filter(uid__in=named_in(text), article=None).update(article=article)


def readable(user: User, uid: str) -> Attachment | None:
    """The picture, if this person may see it: authors see all, others those in words that were reviewed."""
    found = Attachment.objects.filter(uid=uid).first() if uid.isascii() and uid.isalnum() else None
    if found is None or user.is_author:
        return found
    public = Revision.objects.filter(article=found.article_id, state__in=(STATE.APPROVED, STATE.SUPERSEDED))
    shown = public.filter(body__contains=found.get_absolute_url())
    return found if found.article_id is not None and shown.exists() else None


# ---- sweeping


def forget_unused() -> int:
    """Removes pictures that no article has and no draft names, a week after they came; how many."""
    old = Attachment.objects.filter(article=None, created__lt=timezone.now() - KEPT)
    gone = [one for one in old if not is_named(one)]
    for one in gone:
        remove(one)
    if gone:
        log.info("Removed %s pictures that nothing shows.", len(gone))
    return len(gone)


def is_named(attachment: Attachment) -> bool:
    """Whether somebody is writing about it."""
    return Draft.objects.filter(body__contains=attachment.get_absolute_url()).exists()


def remove(attachment: Attachment) -> None:
    """The row at once, the file when that is certain."""
    path = attachment.path
    with transaction.atomic():
        attachment.delete()
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def orphans(media: Path) -> Iterator[Path]:
    """Files that no row names."""
    for path in (media / FOLDER).glob("*"):
        if not Attachment.objects.filter(stored=f"{FOLDER}/{path.name}").exists():
            yield path
