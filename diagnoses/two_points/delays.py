"""Where time goes: on which stretch the round trip is spent, which packets were held up or overtaken."""

from collections.abc import Iterator

import numpy as np

from diagnoses.case import NS
from diagnoses.finding import say
from diagnoses.two_points.look import Look
from diagnoses.two_points.placed import BEYOND, Placed, Where, named
from packets.pairing.partners import turned
from packets.pairing.sight import Ints

# A packet that takes so much longer than the quickest one that way was held up: half of the shortest time
# after which Linux sends a segment again (TCP_RTO_MIN, 200 ms: include/net/tcp.h).
HELD_UP_NS = 100_000_000
MOST_ROUND_TRIPS = 20  # pairs of hosts whose round trip is told


def find(look: Look) -> Iterator[Placed]:
    """What the times of matched packets say."""
    if look.pairing.clock.steady and look.pairing.clock.uncertainty_ns is not None:
        yield from _held_up(look)
    yield from _overtaken(look)
    yield from _round_trips(look)


def _held_up(look: Look) -> Iterator[Placed]:
    mine, yours = look.matched
    late = yours["time_ns"] - mine["time_ns"] - look.pairing.clock.ahead(mine["time_ns"])
    way = late * look.towards
    for sign in (1, -1):
        rows = np.flatnonzero(look.towards == sign)
        if not len(rows):
            continue
        least = int(way[rows].min())
        for some in look.alike(rows[way[rows] >= least + HELD_UP_NS]):
            most = int(way[some].max())
            here, there = look.frames(some)
            text = say("delayed", n=len(some), frames=named(here), most=most / NS, least=least / NS)
            yield Placed(
                "delayed", "between", "certain", (text,), here, there, look.connections(some),
                {"packets": len(some), "longest_s": most / NS, "shortest_s": least / NS},
            )  # fmt: skip


def _overtaken(look: Look) -> Iterator[Placed]:
    """Before another one at the first point, behind it at the second."""
    first, second = look.first("frame"), look.second("frame")
    order = np.lexsort((first, look.lanes))
    lanes, at = look.lanes[order], second[order]
    place = at + lanes * (1 << 32)  # frame numbers are shorter
    lowest = np.minimum.accumulate(place[::-1])[::-1]  # of it and of those that followed it
    late = np.sort(order[(place > lowest) & (look.towards[order] != 0)])
    for some in look.alike(late):
        here, there = look.frames(some)
        text = say("reordered", n=len(some), frames=named(here), others=named((), there))
        yield Placed(
            "reordered", "between", "certain", (text,), here, there, look.connections(some),
            {"packets": len(some)},
        )  # fmt: skip


def _round_trips(look: Look) -> Iterator[Placed]:
    """The shortest round trips of each pair of hosts: what each point measures needs no common clock."""
    pairing, p = look.pairing, look.pairing.partners
    rtts = pairing.here.sides["rtt_least"][p.here], turned(pairing.there.sides["rtt_least"][p.there], p.cross)
    ends = pairing.here.ends[p.here]
    near = pairing.ways.between(ends[:, 0] >> 16, ends[:, 1] >> 16, np.ones(len(p), bool))
    client = np.where(near > 0, rtts[0][:, 0], rtts[1][:, 0])  # from the point nearer the client
    beyond = np.where(near > 0, rtts[1][:, 0], rtts[0][:, 0])  # from the other one
    back = np.where(near > 0, rtts[0][:, 1], rtts[1][:, 1])
    known = np.flatnonzero((near != 0) & (client >= 0) & (beyond >= 0) & (back >= 0))
    hosts = (ends[:, 0] >> 16 << 31 | ends[:, 1] >> 16)[known]
    for host in list(dict.fromkeys(hosts.tolist()))[:MOST_ROUND_TRIPS]:
        some = known[hosts == host]
        parts = {
            "client side": int(back[some].min()),
            "between": max(int(client[some].min() - beyond[some].min()), 0),
            "server side": int(beyond[some].min()),
        }
        yield _round_trip(look, some, parts)


def _round_trip(look: Look, some: Ints, parts: dict[str, int]) -> Placed:
    where = max(parts, key=lambda part: parts[part])
    p, pair = look.pairing.partners, int(some[0])
    here, there = int(p.here[pair]), int(p.there[pair])
    values = {
        "whole": sum(parts.values()) / NS,
        "client": parts["client side"] / NS,
        "between": parts["between"] / NS,
        "server": parts["server side"] / NS,
    }
    numbers = {f"{part.replace(' ', '_')}_s": time / NS for part, time in parts.items()}
    frames = [
        int(s.capture.record(n)["first_frame"]) for s, n in zip(look.sights, (here, there), strict=True)
    ]
    places: dict[str, Where] = {
        "between": "between",
        "client side": BEYOND[False],
        "server side": BEYOND[True],
    }
    return Placed(
        "round_trip", places[where], "certain", (say("round_trip", **values),), (frames[0],), (frames[1],),
        (here, there), {**numbers},
    )  # fmt: skip


__all__ = ["find"]
