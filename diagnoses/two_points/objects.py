"""The comparison as the command line contract shows it: the object "beside"."""

from typing import Any

import numpy as np

from diagnoses.case import NS
from diagnoses.finding import Sentence, say
from diagnoses.two_points import words
from diagnoses.two_points.changes import Change
from diagnoses.two_points.comparison import Comparison
from diagnoses.two_points.placed import Placed, named
from diagnoses.words import join

MOST_FRAMES = 10_000  # listed as only here or only there; their number stands beside them
MOST_PLACED = 1_000
_WAYS = {"here_to_there": 1, "there_to_here": -1}
_PPM = 1e6


def beside_object(comparison: Comparison, language: str) -> dict[str, Any]:
    """All that the comparison says, in one language; frames of the other capture are "b:17"."""
    pairing, clock = comparison.pairing, comparison.pairing.clock
    half, drift, sure = clock.uncertainty_ns, clock.drift, clock.drift_uncertainty
    return {
        "headline": words.render(headline(comparison), language),
        "summary": [words.render(sentence, language) for sentence in summary(comparison)],
        "clock_offset_s": clock.offset_ns / NS,
        "clock_uncertainty_s": None if half is None else half / NS,
        "clock_steady": clock.steady,
        "drift_ppm": None if drift is None else round(drift * _PPM, 3),
        "drift_uncertainty_ppm": None if sure is None else round(sure * _PPM, 3),
        "one_way_s": {name: one_way(comparison, sign) for name, sign in _WAYS.items()},
        "matched": len(pairing.matched[0]),
        "matched_in_pieces": {"here": pairing.alone[0].pieces, "there": pairing.alone[1].pieces},
        "only_here": comparison.only[0][:MOST_FRAMES],
        "only_there": named((), comparison.only[1][:MOST_FRAMES]),
        "only": {"here": len(comparison.only[0]), "there": len(comparison.only[1])},
        "not_compared": {
            name: {"other_traffic": alone.apart, "outside": int((~alone.inside).sum())}
            for name, alone in zip(("here", "there"), pairing.alone, strict=True)
        },
        "placed": [placed_object(p, language) for p in comparison.placed[:MOST_PLACED]],
        "rewrites": [change_object(c, language) for c in comparison.changes],
    }


def one_way(comparison: Comparison, sign: int) -> dict[str, Any] | None:
    """Times from point to point one way: shortest, median and 95th percentile, seconds; None without any."""
    way = comparison.pairing.delays[sign]
    if not len(way) or not comparison.pairing.clock.steady:
        return None
    times = [float(way.min()), *np.percentile(way, (50, 95)).tolist()]
    names = ("minimum", "median", "p95")
    return {**{n: round(t / NS, 9) for n, t in zip(names, times, strict=True)}, "packets": len(way)}


def placed_object(placed: Placed, language: str) -> dict[str, Any]:
    """One thing that was placed."""
    here, there = placed.connections
    return {
        "kind": placed.kind,
        "kind_name": words.kind(placed.kind, language),
        "where": placed.where,
        "where_name": words.where(placed.where, language),
        "confidence": placed.confidence,
        "frames": placed.frames,
        "connections": {"here": here, "there": there},
        "text": join([words.render(sentence, language) for sentence in placed.text], language),
        "numbers": placed.numbers,
    }


def change_object(change: Change, language: str) -> dict[str, Any]:
    """One rewrite."""
    return {
        "field": change.field,
        "end": change.end,
        "here": change.here,
        "there": change.there,
        "frames": change.shown,
        "connections": {"here": change.first[0], "there": change.first[1]},
        "text": words.render(change.text, language),
        "numbers": {"connections": change.connections, "packets": change.packets},
    }


def headline(comparison: Comparison) -> Sentence:
    """The first sentence: what matters most."""
    placed = comparison.placed
    stopped = _stopped(placed)
    if stopped:
        return stopped
    for kind in ("made_reset", "lost"):
        some = [p for p in placed if p.kind == kind and p.where == "between"]
        if some:
            return say(f"headline_{kind}", **_counted(some))
    outside = [p for p in placed if p.kind == "lost"]
    if outside:
        side = say("server" if outside[0].where == "server side" else "client")
        return say("headline_outside", side=side, **_counted(outside))
    if any(comparison.only):
        frames = named(*comparison.only)
        return say("headline_only", n=len(frames), frames=frames)
    late = [p for p in placed if p.kind in ("delayed", "reordered")]
    if late:
        return say("headline_time", **_counted(late))
    return say("headline_changed" if comparison.changes else "headline_same")


def _stopped(placed: tuple[Placed, ...]) -> Sentence | None:
    """Losses that are all explained by what devices between said."""
    lost = [p for p in placed if p.kind == "lost" and p.where == "between"]
    owners = frozenset[tuple[int, int]]().union(*(p.owners for p in lost))
    errors = [p for p in placed if p.kind == "made_icmp" and p.owners & owners]
    hosts = sorted({str(p.numbers["host"]) for p in errors})
    told = frozenset[tuple[int, int]]().union(*(p.owners for p in errors))
    if not lost or owners - told or any(p.kind == "made_reset" for p in placed):
        return None
    return say("headline_stopped", **_counted(lost), hosts=hosts)


def _counted(some: list[Placed]) -> dict[str, object]:
    frames = [frame for placed in some for frame in placed.frames]
    return {"n": sum(p.packets for p in some), "frames": frames}


def summary(comparison: Comparison) -> list[Sentence]:
    """Clocks, ways and counts, a sentence each."""
    pairing = comparison.pairing
    found = [say("matched", n=len(pairing.matched[0]))]
    pieces = [alone.pieces for alone in pairing.alone]
    if any(pieces):
        found.append(say("pieces", here=pieces[0], there=pieces[1]))
    found += _clock(comparison)
    if pairing.clock.uncertainty_ns is not None:
        ways = {name: one_way(comparison, sign) for name, sign in _WAYS.items()}
        found += [say(f"way_{name}", **way) for name, way in ways.items() if way]
    apart = sum(alone.apart for alone in pairing.alone)
    outside = sum(int((~alone.inside).sum()) for alone in pairing.alone)
    return [*found, say("left_out", apart=apart, outside=outside)] if apart or outside else found


def _clock(comparison: Comparison) -> list[Sentence]:
    clock = comparison.pairing.clock
    offset = clock.offset_ns / NS
    if not clock.steady:
        return [say("clock_set")]
    if clock.uncertainty_ns is None:
        return [say("clock_one_way", offset=offset)]
    if not any(len(way) for way in comparison.pairing.delays.values()):
        return [say("clock_one_place", offset=offset)]
    key = "clock_ahead" if offset >= 0 else "clock_behind"
    found = [say(key, offset=abs(offset), uncertainty=clock.uncertainty_ns / NS)]
    if clock.drift is not None and clock.drift_uncertainty is not None:
        found.append(
            say("drift", ppm=round(clock.drift * _PPM, 1) + 0.0, uncertainty=clock.drift_uncertainty * _PPM)
        )
    return found


__all__ = ["beside_object", "headline", "summary"]
