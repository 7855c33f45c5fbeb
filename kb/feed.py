"""The Atom feed of what readers should know: what was approved, verified, refuted and proved again."""

import secrets
from datetime import datetime
from xml.etree import ElementTree

from django.db.models import QuerySet
from django.utils.translation import gettext

from kb import history
from kb.models import Event, FeedKey, User
from kb.tokens import digest_of
from kb.views import review_words

ATOM = "http://www.w3.org/2005/Atom"
KINDS = (Event.Kind.APPROVED, Event.Kind.VERIFIED, Event.Kind.REFUTED, Event.Kind.PROVED)
ENTRIES = 50


def make_key(user: User) -> str:
    """The secret of the person's feed; the one before it ends. Shown now, and never again."""
    token = secrets.token_urlsafe(32)
    FeedKey.objects.update_or_create(user=user, defaults={"digest": digest_of(token)})
    return token


def end_key(user: User) -> None:
    """The address opens nothing any more."""
    FeedKey.objects.filter(user=user).delete()


def reader_of(key: str) -> User | None:
    """Whose feed it is; None when it is nobody's, or of somebody who may not sign in."""
    found = FeedKey.objects.select_related("user").filter(digest=digest_of(key), user__is_active=True).first()
    return found.user if found else None


def events(user: User) -> QuerySet[Event]:
    """The newest that this person may know of."""
    return history.known_to(user).filter(kind__in=KINDS)[:ENTRIES]


def atom(found: QuerySet[Event], base: str, language: str) -> bytes:
    """The document; `base` is the address of the site, without a slash at its end."""
    entries = list(found)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    add(feed, "id", f"{base}/feed.atom")
    add(feed, "title", "Replaybook")
    add(feed, "updated", moment(entries[0].at if entries else None))
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": f"{base}/feed.atom"})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/history/"})
    ElementTree.SubElement(add(feed, "author", ""), "name").text = "Replaybook"
    for event in entries:
        add_entry(feed, event, base)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, "utf-8")


def add_entry(feed: ElementTree.Element, event: Event, base: str) -> None:
    """One event: what happened to which article, by whom, with the note."""
    leads = base + (event.revision or event.article).get_absolute_url()
    name = event.revision.title if event.revision else event.article.slug
    said = gettext("%(article)s: %(happened)s")
    entry = add(feed, "entry", "")
    add(entry, "id", f"{base}/history/#event-{event.pk}")
    add(entry, "title", said % {"article": name, "happened": review_words.event(event.kind)})
    add(entry, "updated", moment(event.at))
    ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": leads})
    if event.actor:
        add(add(entry, "author", ""), "name", event.actor.get_username())
    add(entry, "summary", event.note or review_words.event(event.kind))


def add(parent: ElementTree.Element, name: str, said: str) -> ElementTree.Element:
    """A child with that text; what XML cannot hold is a question mark."""
    child = ElementTree.SubElement(parent, name)
    child.text = "".join(c if c in "\t\n\r" or is_xml(ord(c)) else "?" for c in said)
    return child


def is_xml(code: int) -> bool:
    """Whether XML 1.0 may hold this character."""
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def moment(at: datetime | None) -> str:
    """As Atom writes it; an empty feed has never been updated."""
    return at.isoformat() if at else "1970-01-01T00:00:00+00:00"
