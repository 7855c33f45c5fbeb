"""What stands in the index, written where words change: revisions approved, reports recorded, files attached.

All of it can be made again (`manage.py reindex`); an entry whose stamp is still right is left alone.
"""

from collections.abc import Callable, Iterable

from django.db import transaction

from kb.models import Article, Attachment, Capture, Lead, Report, Revision, SearchEntry
from kb.search import captures, store
from kb.search.page import Page, stamp
from kb.search.plain import plain

KIND = SearchEntry.Kind
Source = Callable[[], Iterable[Page]]

_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """A room above tells what can be found there, all of that kind; called in AppConfig.ready."""
    _sources[kind] = source


@transaction.atomic
def write(page: Page, *, article: Article | None = None, of: str = "") -> None:
    """Puts one public page into the index, in place of what stood there. `of`: its stamp, where that is known
    without the page's text."""
    stamped = of or page.stamp
    place = SearchEntry.objects.filter(kind=page.kind, key=page.key, language=page.language)
    if place.filter(stamp=stamped).exists():
        return
    entry, _ = SearchEntry.objects.update_or_create(
        kind=page.kind,
        key=page.key,
        language=page.language,
        defaults=columns(page, stamped) | {"article": article},
    )
    store.write(entry, named(page), page.lead, page.text)


def named(page: Page) -> str:
    """The head with its letters as they were written, so that CamelCase is seen."""
    return f"{page.title}\n{page.head}"


def columns(page: Page, stamped: str) -> dict[str, object]:
    """The entry's columns."""
    return {
        "slug": page.slug,
        "url": page.url,
        "title": page.title[:300],
        "lead": page.lead,
        "text": page.text,
        "codes": list(page.codes),
        "tags": list(page.tags),
        "head": page.head,
        "body": page.body,
        "stamp": stamped,
    }


def article(one: Article) -> None:
    """The approved words of an article or runbook, in each language, and its pictures; as they are now."""
    one = Article.objects.get(pk=one.pk)
    approved = list(one.revisions.filter(state=Revision.State.APPROVED))
    codes = codes_of(one)
    for revision in approved:
        revision_of(one, revision, codes)
    ours = SearchEntry.objects.filter(article=one, kind__in=(KIND.ARTICLE, KIND.RUNBOOK))
    ours.exclude(kind=one.kind, key=one.slug, language__in=[each.language for each in approved]).delete()
    for picture in one.attachments.all():
        attachment(picture)


def codes_of(one: Article) -> tuple[str, ...]:
    """The diagnosis that an article explains; those that lead to a runbook."""
    if not one.is_runbook:
        return (one.code,) if one.code else ()
    return tuple(Lead.objects.filter(runbook=one, hidden=False).values_list("code", flat=True))


def revision_of(one: Article, revision: Revision, codes: tuple[str, ...]) -> None:
    """One approved revision; its Markdown is read only when something has changed."""
    of = stamp_of(one, revision, codes)
    known = SearchEntry.objects.filter(kind=one.kind, key=one.slug, language=revision.language, stamp=of)
    if known.exists():
        return
    page = Page(
        one.kind,
        one.slug,
        revision.language,
        revision.title,
        revision.summary,
        plain(revision.body),
        one.get_absolute_url(),
        one.slug,
        codes,
        tuple(one.tags),
    )
    write(page, article=one, of=of)


def stamp_of(one: Article, revision: Revision, codes: Iterable[str]) -> str:
    """Of all that its entry is made from."""
    return stamp(one.kind, one.slug, revision.digest, list(codes), one.tags)


def attachment(one: Attachment) -> None:
    """A picture by its name, once its article is there for readers."""
    holder = one.article
    if holder is None or not holder.revisions.filter(state=Revision.State.APPROVED).exists():
        forget(KIND.ATTACHMENT, one.uid)
        return
    page = Page(
        KIND.ATTACHMENT, one.uid, "", one.name, "", one.media_type, one.get_absolute_url(), holder.slug
    )
    write(page, article=holder)


def report(one: Report) -> None:
    """A capture: its name, hosts, verdict and findings; never what its packets carry."""
    if one.capture.origin == Capture.Origin.UPLOAD:
        page = captures.page(one)
        SearchEntry.objects.update_or_create(
            kind=page.kind,
            key=page.key,
            language=page.language,
            defaults=columns(page, page.stamp) | {"capture": one.capture},
        )


def forget(kind: str, key: str) -> None:
    """Takes a thing out of the index."""
    SearchEntry.objects.filter(kind=kind, key=key).delete()


def refresh() -> None:
    """Brings the public entries up to date; captures, too, when there is no entry at all."""
    is_new = not SearchEntry.objects.exists()
    for one in Article.objects.filter(pk__in=outdated()).iterator(chunk_size=100):
        article(one)
    for kind, source in _sources.items():
        from_above(kind, list(source()))
    if is_new:
        for found in Report.objects.select_related("capture").iterator(chunk_size=200):
            report(found)


def from_above(kind: str, pages: list[Page]) -> None:
    """What a room above has to be found, as it is now."""
    ours = SearchEntry.objects.filter(kind=kind)
    known = set(ours.values_list("key", "language", "stamp"))
    for page in pages:
        if (page.key, page.language, page.stamp) not in known:
            write(page)
    ours.exclude(key__in=[page.key for page in pages]).delete()


def outdated() -> list[int]:
    """Keys of the articles and runbooks whose entries are not what they should be; no text is read."""
    codes: dict[int, list[str]] = {}
    for runbook, code in Lead.objects.filter(hidden=False).values_list("runbook", "code"):
        codes.setdefault(runbook, []).append(code)
    ours = SearchEntry.objects.filter(kind__in=(KIND.ARTICLE, KIND.RUNBOOK))
    there = set(ours.values_list("article", "language", "stamp"))
    wanted = set()
    approved = Revision.objects.filter(state=Revision.State.APPROVED).select_related("article")
    for revision in approved.defer("body", "summary", "title").iterator(chunk_size=500):
        one = revision.article
        explained = codes.get(one.pk, []) if one.is_runbook else [one.code] if one.code else []
        wanted.add((one.pk, revision.language, stamp_of(one, revision, explained)))
    return [pk for pk in {each[0] for each in wanted ^ there} if pk is not None]


def rebuild() -> int:
    """Makes the whole index again. Returns the number of entries."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        refresh()
    return SearchEntry.objects.count()
