"""Pictures of texts that came become attachments: each once, under its old name where that is free."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from kb import attachments
from kb.importing import told
from kb.importing.files import File, Unreadable
from kb.importing.manifest import Manifest
from kb.importing.told import Fate, Told
from kb.models import Article, Attachment, User
from kb.outcomes import NotAccepted
from kb.pictures import LARGEST_SIDE, Picture
from kb.unwritten import PictureTooLarge

ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
TAKEN = ("The picture was taken.", "画像を取り込みました。")
THERE = ("This picture is here already.", "この画像はすでにあります。")


def is_picture(name: str) -> bool:
    """By its ending; what the bytes are is looked at when it is taken."""
    return name.lower().endswith(ENDINGS)


@dataclass
class Pictures:
    """The pictures of one import."""

    files: Mapping[str, File]
    manifest: Manifest
    user: User
    told: list[Told] = field(default_factory=list)
    _urls: dict[tuple[str, str], str | None] = field(default_factory=dict)  # file, slug → address here
    _by_uid: dict[str, str] | None = None  # uid → file of the export

    def named(self, uid: str) -> str | None:
        """The export's file of that uid."""
        if self._by_uid is None:
            known = ((self.uid_of(name), name) for name in self.files)
            self._by_uid = {uid: name for uid, name in known if uid}
        return self._by_uid.get(uid)

    def uid_of(self, name: str) -> str:
        """The uid under which an export kept the file; empty for others."""
        folder, _, last = self.manifest.inside(name).rpartition("/")
        uid = last.partition(".")[0]
        return uid if folder == "attachments" and uid in self.manifest.pictures else ""

    def url(self, name: str, slug: str) -> str | None:
        """The picture's address for the article of that slug; None where it was refused, and that is said."""
        key = (name, "" if self.uid_of(name) else slug)
        if key not in self._urls:
            self._urls[key] = self._take(self.files[name], slug)
        return self._urls[key]

    def seen(self) -> set[str]:
        """The files that some text shows."""
        return {name for name, _ in self._urls}

    def _take(self, file: File, slug: str) -> str | None:
        picture = read(file)
        if not isinstance(picture, Picture):
            self.told.append(told.refused(file.name, picture))
            return None
        uid = self.uid_of(file.name)
        digest = hashlib.sha256(picture.data).hexdigest()
        here = self._known(digest, uid, slug)
        fate = Fate.UNCHANGED if here else Fate.TAKEN
        if here is None:
            free = uid and not Attachment.objects.filter(uid=uid).exists()
            label = self.manifest.pictures[uid][0] if uid else file.name.rpartition("/")[2][:255]
            here = attachments.stored(picture, label, self.user, uid if free else None)
        url = here.get_absolute_url()
        self.told.append(told.told(fate, file.name, TAKEN if fate == Fate.TAKEN else THERE, url))
        return url

    def _known(self, digest: str, uid: str, slug: str) -> Attachment | None:
        """The same picture: of that uid, of this article, or of this person and of no article yet."""
        mine = Q(article__slug=slug) | Q(article=None, uploaded_by=self.user)
        same = Attachment.objects.filter(sha256=digest).filter((Q(uid=uid) if uid else Q(pk=None)) | mine)
        return same.order_by("pk").first()

    def rest(self) -> None:
        """An export's pictures that no text of it shows any more: older wordings do."""
        for name in self.files:
            uid = self.uid_of(name)
            if not uid or name in self.seen():
                continue
            article = Article.objects.filter(slug=self.manifest.pictures[uid][1]).first()
            if article is not None and (url := self.url(name, article.slug)):
                attachments.claim(article, url)


def read(file: File) -> Picture | NotAccepted | told.Both:
    """The picture, cleaned, or why it is none."""
    if file.size > attachments.LARGEST:
        return PictureTooLarge.than(attachments.LARGEST, LARGEST_SIDE)
    try:
        return attachments.cleaned(file.read())
    except Unreadable:
        return told.DAMAGED
