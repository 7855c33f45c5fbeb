"""Two captures beside each other: a comparison begins, and its result is taken from the confined program."""

from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kb import jobs
from kb.jobs import Claim
from kb.models import Capture, Comparison, Job, Report, User
from kb.outcomes import NotAccepted, TooManyAtOnce
from kb.reports import CONFIDENCES, LANGUAGES
from kb.streams import TooMuch, read_object

KIND = "beside"
FOLDER = "comparisons"  # below MEDIA_ROOT; nothing in it outlives its attempt
AT_ONCE = 5  # unfinished comparisons of one person
LARGEST = 8 << 20  # bytes of a result; an honest one is a few hundred kilobytes
FRAMES = 100  # kept of each list; how many there are stands beside it
PLACED = 300  # things that were placed
SENTENCES = 20
LONGEST = 4000  # characters of a sentence
LOOKED_THROUGH = 500  # newest captures among which those of the same time are looked for
CLOCKS_DIFFER = 300  # seconds; of machines that nobody keeps in step


class Unusable(Exception):
    """What the program left is no comparison."""


def begin(here: Capture, there: Capture, user: User) -> Comparison | NotAccepted:
    """A new comparison, or the unfinished one of the same two. The caller has settled that the person may see
    both.
    """
    with transaction.atomic():
        known = Comparison.objects.select_for_update().filter(here=here, there=there).first()
        if known is not None and known.is_under_way:
            return known
        theirs = Comparison.objects.filter(asked_by=user, job__state__in=Job.UNFINISHED)
        if theirs.count() >= AT_ONCE:
            return TooManyAtOnce.than(AT_ONCE)
        made = known or Comparison(here=here, there=there)
        made.job, made.asked_by = jobs.begin_other(KIND), user
        made.save()
    return made


def finish(claim: Claim, folder: Path) -> bool:
    """Writes the result and ends the job as done. False when the attempt no longer owns the row, or a capture
    is gone. Raises Unusable when the folder holds no comparison.
    """
    try:
        bodies = {f"body_{lang}": shortened(read(folder / f"beside.{lang}.json")) for lang in LANGUAGES}
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, TooMuch) as error:
        raise Unusable(repr(error)) from error
    with transaction.atomic():
        if not jobs.end(claim, Job.State.DONE):
            return False
        return bool(Comparison.objects.filter(job=claim.job).update(**bodies))


def read(path: Path) -> dict[str, Any]:
    """One of the files. Raises TooMuch when it is larger than any honest one."""
    if path.stat().st_size > LARGEST:
        raise TooMuch(f"{path.name} is too large")
    found: dict[str, Any] = read_object(path)
    return found


def shortened(told: dict[str, Any]) -> dict[str, Any]:
    """What pages show, of the types that they expect. The program that said it has read strangers' bytes."""
    only = {end: int(told["only"][end]) for end in ("here", "there")}
    return {
        "headline": sentence(told["headline"]),
        "summary": [sentence(one) for one in told["summary"][:SENTENCES]],
        "matched": int(told["matched"]),
        "only": only,
        "only_here": [frame(one) for one in told["only_here"][:FRAMES]],
        "only_there": [frame(one) for one in told["only_there"][:FRAMES]],
        "placed": [placed(one) for one in told["placed"][:PLACED]],
        "placed_in_all": len(told["placed"]),
        "rewrites": [rewrite(one) for one in told["rewrites"][:PLACED]],
    }


def placed(told: dict[str, Any]) -> dict[str, Any]:
    """One thing that was placed."""
    if told["confidence"] not in CONFIDENCES:
        raise ValueError("unknown confidence")
    names = ("kind", "kind_name", "where", "where_name", "text")
    return {name: sentence(told[name]) for name in names} | {
        "confidence": told["confidence"],
        **evidence(told),
    }


def rewrite(told: dict[str, Any]) -> dict[str, Any]:
    """One field that was changed on the way."""
    return {"text": sentence(told["text"]), **evidence(told)}


def evidence(told: dict[str, Any]) -> dict[str, Any]:
    """Frames, and the connection of each capture, null where it is not one."""
    numbers = {end: told["connections"][end] for end in ("here", "there")}
    return {
        "frames": [frame(one) for one in told["frames"][:FRAMES]],
        "connections": {end: None if n is None else int(n) for end, n in numbers.items()},
    }


def sentence(said: Any) -> str:
    """A text, bounded."""
    if not isinstance(said, str):
        raise TypeError("a sentence is needed")
    return said[:LONGEST]


def frame(named: Any) -> dict[str, Any]:
    """17: a frame of here; "b:17": one of there."""
    there = isinstance(named, str) and named.startswith("b:")
    return {"there": there, "number": int(named[2:] if there else named)}


def candidates(here: Capture, among: QuerySet[Capture], query: str, most: int) -> list[Capture]:
    """Captures that may show the same event: those of the same time first, then the newest."""
    found = among.exclude(pk=here.pk).filter(report__packets__gt=0).select_related("report")
    if query:
        found = found.filter(name__icontains=query)
    some = list(found[:LOOKED_THROUGH])
    return sorted(some, key=lambda one: not overlap(here.report, one.report))[:most]


def overlap(one: Report, other: Report) -> bool:
    """Whether both ran at some moment, as far as their clocks can tell."""
    if one.first is None or other.first is None:
        return False
    later = (other.first - one.first).total_seconds()
    return -other.duration_s - CLOCKS_DIFFER <= later <= one.duration_s + CLOCKS_DIFFER
