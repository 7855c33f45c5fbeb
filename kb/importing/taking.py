"""An import, in its order: captures, texts with their pictures, what is left. Each file gets its sentence."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from diagnoses.registry import CODES
from kb import bundle
from kb.importing import above, captures, links, manifest, revisions, texts, told
from kb.importing.files import File, Files, Unreadable
from kb.importing.manifest import UID, Manifest
from kb.importing.pictures import Pictures, is_picture
from kb.importing.texts import Text
from kb.importing.told import Fate, Told
from kb.models import User
from kb.models.language import Language
from kb.stepping.reading import parse


@dataclass
class Import:
    """One import. `pages` leads from a file to the address of its article."""

    files: Files
    user: User
    approve: bool
    manifest: Manifest
    pictures: Pictures
    told: list[Told] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    originals: dict[str, str] = field(default_factory=dict)  # slug → language
    captures: dict[str, str] = field(default_factory=dict)  # uid there → uid here


def take(files: Files, user: User, *, approve: bool = False) -> list[Told]:
    """Imports the files for this person, and says what became of each. Doing so again changes nothing.

    `approve`: texts are shown to readers at once; for who runs the installation.
    """
    said = manifest.read(files.found)
    one = Import(files, user, approve, said, Pictures(files.found, said, user))
    names = planned(one)
    one.captures, about = captures.take(files.found, said, user)
    one.told += about
    for name in names:
        one.told += of_text(one, files.found[name])
    one.pictures.rest()
    one.told += [*one.pictures.told, *experiments(one), *left(one)]
    order = list(Fate)
    return sorted([*files.told, *one.told], key=lambda each: order.index(each.fate))


def planned(one: Import) -> list[str]:
    """The texts that will be taken, originals before their translations; the others are refused."""
    taken: dict[tuple[str, str], str] = {}
    for name, file in one.files.found.items():
        if not texts.is_text(name):
            continue
        text = texts.read(file)
        why = revisions.why_not(text) if isinstance(text, Text) else text
        if isinstance(text, Text) and why is None and (text.slug, text.language) in taken:
            why = told.SAME_ADDRESS
        if why is not None or not isinstance(text, Text):
            assert why is not None
            one.told.append(told.refused(name, why))
            continue
        taken[text.slug, text.language] = name
        one.pages[name] = f"/{text.kind}s/{text.slug}/"
    for slug, language in taken:
        first = Language.ENGLISH if (slug, Language.ENGLISH) in taken else language
        one.originals[slug] = one.manifest.originals.get(slug, first)
    return [taken[key] for key in sorted(taken, key=lambda key: (key[0], key[1] != one.originals[key[0]]))]


def of_text(one: Import, file: File) -> Iterator[Told]:
    """The text with its links as they are here, and what it becomes."""
    came = texts.read(file)
    assert isinstance(came, Text), "it was read a moment ago"
    missing: list[str] = []
    body = links.rewritten(came.words.body, partial(here, one, came, missing), one.captures)
    text = replace(came, words=replace(came.words, body=body))
    made = revisions.bring(text, one.user, one.originals[text.slug], approve=one.approve)
    yield made
    if made.fate != Fate.UNCHANGED:
        for sentence in notes(text, missing, one.approve):
            yield told.told(Fate.NOTED, text.name, sentence)


def here(one: Import, text: Text, missing: list[str], address: str) -> str | None:
    """Where an address of the text leads here; None leaves it."""
    if address.startswith("/attachments/"):
        uid = address.removeprefix("/attachments/").strip("/")
        name = one.pictures.named(uid) if UID.fullmatch(uid) else None
        return one.pictures.url(name, text.slug) if name else None
    if not links.is_relative(address):
        return None
    name, fragment = links.beside(text.name, address)
    if name in one.pages:
        return one.pages[name] + fragment
    if name in one.files.found and is_picture(name):
        return one.pictures.url(name, text.slug)
    missing.append(address)
    return None


def notes(text: Text, missing: list[str], approve: bool) -> Iterator[told.Both]:
    """What of a text that was taken was not."""
    if text.unknown:
        names = ", ".join(text.unknown)[:200]
        yield (
            f"Its front matter says what is not known here: {names}.",
            f"先頭の項目 {names} は使われません。",
        )
    if missing:
        names = ", ".join(dict.fromkeys(missing))[:400]
        yield (
            f"It leads to files that did not come or are no text or picture: {names}.",
            f"リンク先のファイルがないか、文章でも画像でもありません: {names}",
        )
    unknown = [code for code in (*text.codes, text.code) if code and code not in CODES]
    if unknown:
        names = ", ".join(unknown)[:200]
        yield (f"There is no diagnosis {names}.", f"{names} という診断はありません。")
    if text.codes and not approve:
        yield (
            "Which findings lead to this runbook a curator settles after the review.",
            "この手順書につなげる所見は、レビューの後にキュレーターが設定します。",
        )
    for mistake in parse(text.words.body).mistakes if text.kind == "runbook" else ():
        yield (mistake.said("en"), mistake.said("ja"))


# ---- what an import leaves


def experiments(one: Import) -> Iterator[Told]:
    """Experiments of an export that are not as they are here: those that were written there are proposed, the
    others come with a release, not by import.
    """
    theirs = {one.manifest.inside(name): file for name, file in one.files.found.items()}
    theirs = {name: file for name, file in theirs.items() if is_of_experiment(one, name)}
    if not theirs:
        return
    here = {entry.path: entry.content for entry in bundle.of_upper_rooms()}
    other = Counter(name.split("/")[1] for name, file in theirs.items() if not is_same(file, here.get(name)))
    for name in sorted(other):
        brought = written_there(one, name, theirs)
        if brought is not None:
            yield brought
            continue
        yield told.told(
            Fate.SKIPPED,
            f"experiments/{name}",
            (
                "This experiment, or what was recorded of it, is not as it is here. It was not installed:"
                " experiments come with a release.",
                "この実験またはその記録は、ここにあるものと異なります。実験はリリースに含まれるため、取り込みません。",
            ),
        )


def written_there(one: Import, name: str, theirs: dict[str, File]) -> Told | None:
    """What becomes of an experiment that was written there; None for the product's."""
    declaration = theirs.get(f"experiments/{name}/experiment.toml")
    if declaration is None or f"experiments/{name}/{above.WRITTEN}" not in theirs:
        return None
    return above.experiment(name, declaration, one.user, approve=one.approve)


def is_of_experiment(one: Import, name: str) -> bool:
    """`name` as an export has it."""
    return one.manifest.there and name.startswith("experiments/") and name.count("/") > 1


def is_same(file: File, here: bytes | Path | None) -> bool:
    """Whether both have the same bytes."""
    if here is None:
        return False
    expected = hashlib.sha256(here if isinstance(here, bytes) else here.read_bytes())
    digest = hashlib.sha256()
    try:
        for piece in file.pieces():
            digest.update(piece)
    except Unreadable:
        return False
    return digest.digest() == expected.digest()


def left(one: Import) -> Iterator[Told]:
    """Files that nothing has taken."""
    seen = one.pictures.seen()
    for name in one.files.found:
        inside = one.manifest.inside(name)
        if texts.is_text(name) or name in seen or captures.uid_of(name, one.manifest):
            continue
        if inside == manifest.NAME and one.manifest.there:
            continue
        if not is_of_experiment(one, inside):
            yield told.told(Fate.SKIPPED, name, told.NOT_SHOWN if is_picture(name) else told.OTHER_KIND)
