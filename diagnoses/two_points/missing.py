"""Packets that only one of the two captures holds: lost on the way, made on the way, or not recorded."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from diagnoses.finding import Confidence, Sentence, say
from diagnoses.two_points.look import HERE, Look
from diagnoses.two_points.placed import Placed, named
from packets.columns import ACK, FIN, ICMP, ICMPV6, RST, SYN, TCP
from packets.pairing.alone import Alone
from packets.pairing.sight import Ints

MOST_GROUPS = 500  # connections and kinds told one by one; a failed link would fill the page
# What a packet is called, in the order in which it is looked for.
_CALLED = ("icmp_error", "icmp", "datagram", "rst", "syn_ack", "syn", "fin", "data", "ack")
# Had these arrived unrecorded, the other capture would hold their acknowledgement.
_CONFIRMED = ("syn", "syn_ack", "fin", "data")
_ECHO = (0, 8, 128, 129)  # ICMP types that are no errors
_EXPIRED, _UNRECORDED, _PART, _LOST, _MADE, _MISSING, _AFTER, _BEFORE = range(8)


def find(look: Look) -> Iterator[Placed]:
    """All packets that one capture holds alone, those told together that are alike."""
    for which in (0, 1):
        alone = look.pairing.alone[which]
        called, fate = _called(look, which, alone.rows), _fates(alone)
        yield from _after_end(look, which, alone, called)
        told = np.flatnonzero(fate < _AFTER)
        for some in _groups(look, which, alone, called, fate, told)[:MOST_GROUPS]:
            yield _judge(look, which, alone, some, _CALLED[called[some[0]]], int(fate[some[0]]))


def _called(look: Look, which: int, rows: Ints) -> Ints:
    """Index in _CALLED for each packet."""
    packets = look.sights[which].rows[rows]
    flags, protocol = packets["flags"], packets["protocol"]
    icmp = np.isin(protocol, (ICMP, ICMPV6))
    tests = [
        icmp & ~np.isin(packets["icmp_type"], _ECHO), icmp, protocol != TCP, (flags & RST) > 0,
        (flags & (SYN | ACK)) == (SYN | ACK), (flags & SYN) > 0, (flags & FIN) > 0, packets["length"] > 0,
    ]  # fmt: skip
    return np.select(tests, range(len(tests)), len(tests))


def _fates(alone: Alone) -> Ints:
    """What the facts say of each packet."""
    lost = alone.towards == 1
    tests = [
        alone.after, ~alone.inside, alone.expires, alone.acknowledged, lost & (alone.arrived > 0), lost,
        alone.towards == -1,
    ]  # fmt: skip
    return np.select(tests, [_AFTER, _BEFORE, _EXPIRED, _UNRECORDED, _PART, _LOST, _MADE], _MISSING)


def _groups(look: Look, which: int, alone: Alone, called: Ints, fate: Ints, told: Ints) -> list[Ints]:
    """Packets between one client and one server's port, from one sender, with one name and one fate; of those
    that devices on the way sent or caused, whatever the port.
    """
    if not len(told):
        return []
    packets, ends = look.sights[which].rows[alone.rows[told]], look.sights[which].ends
    client, server = ends[packets["connection"]].T
    whole = (fate[told] == _EXPIRED) | (called[told] == 0)
    server = np.where(whole, server >> 16 << 16, server)
    columns = (client >> 16, server, packets["source"], fate[told], called[told])
    codes = np.unique(np.stack([c.astype(np.int64) for c in columns]), axis=1, return_inverse=True)[1]
    codes = codes.reshape(-1)
    order = np.argsort(codes, kind="stable")
    _, first = np.unique(codes[order], return_index=True)
    groups = np.split(told[order], first)[1:]
    return sorted(groups, key=lambda some: int(alone.rows[some[0]]))


def _after_end(look: Look, which: int, alone: Alone, called: NDArray[np.int64]) -> Iterator[Placed]:
    """Packets for which the other capture ended too early, told once."""
    some = np.flatnonzero(alone.after & ~alone.expires)
    if len(some):
        names = [_CALLED[n] for n in dict.fromkeys(called[some].tolist())]
        text = say(
            "after_end", **_values(look, which, alone, some, say(names[0] if len(names) == 1 else "packets"))
        )
        yield _placed(look, which, alone, some, "after_end", (text,), "certain")


def _judge(look: Look, which: int, alone: Alone, some: Ints, called: str, fate: int) -> Placed:
    """What happened to packets that are alike."""
    values = _values(look, which, alone, some, say(called))
    if fate == _EXPIRED:
        return _placed(look, which, alone, some, "expired", (say("expired", **values),), "certain")
    if fate == _UNRECORDED:
        return _placed(look, which, alone, some, "unrecorded", (say("unrecorded", **values),), "certain")
    if look.dropped[1 - which]:
        text = say("undecided", **values, missing=look.dropped[1 - which])
        return _placed(look, which, alone, some, "undecided", (text,), "possible")
    if fate == _PART:
        sent = int(look.sights[which].rows["length"][alone.rows[some]].sum())
        numbers = {"bytes": sent, "lost_bytes": sent - int(alone.arrived[some].sum())}
        text = say("lost_part_" + _place(which), **values, **numbers)
        return _placed(look, which, alone, some, "lost", (text,), "certain", numbers)
    if fate == _LOST:
        text = say("lost_" + _place(which), **values)
        sure: Confidence = "certain" if called in _CONFIRMED else "likely"
        return _placed(look, which, alone, some, "lost", (text,), sure)
    if fate == _MADE:
        return _made(look, which, alone, some, called, values)
    return _placed(look, which, alone, some, "missing", (say("missing", **values),), "possible")


def _made(look: Look, which: int, alone: Alone, some: Ints, called: str, values: dict[str, object]) -> Placed:
    """Packets that did not pass the point which they should have passed first."""
    rows = look.sights[which].rows[alone.rows[some]]
    values["host"] = look.address(which, rows[0])
    if called == "icmp_error":
        told = (say("made_icmp", **values),)
        return _placed(look, which, alone, some, "made_icmp", told, "certain", {"host": str(values["host"])})
    usual = _usual_ttl(look, which, rows[0])
    ttls = set(rows["ttl"].tolist())
    numbers = {"ttl": int(rows["ttl"][0]), "host_ttl": usual}
    if called != "rst":
        return _placed(look, which, alone, some, "made", (say("made", **values),), "possible", numbers)
    text = [say("made_reset", **values)]
    foreign = usual is not None and usual not in ttls
    if usual is not None:
        text.append(say("ttl_differs" if foreign else "ttl_alike", **numbers, host=values["host"]))
    return _placed(
        look, which, alone, some, "made_reset", tuple(text), "certain" if foreign else "likely", numbers
    )


def _usual_ttl(look: Look, which: int, row: np.void) -> int | None:
    """The TTL of the sender's packets that both points saw; None: none, or several."""
    rows = look.matched[which]
    seen = np.unique(rows["ttl"][(rows["source"] == row["source"]) & ((rows["flags"] & RST) == 0)])
    return int(seen[0]) if len(seen) == 1 else None


def _values(look: Look, which: int, alone: Alone, some: Ints, what: Sentence) -> dict[str, object]:
    frames = look.sights[which].rows["frame"][alone.rows[some]].tolist()
    return {"n": len(frames), "frames": named(*_sided(which, frames)), "what": what}


def _placed(
    look: Look, which: int, alone: Alone, some: Ints, kind: str, text: tuple[Sentence, ...],
    confidence: Confidence, numbers: Mapping[str, int | str | None] | None = None,
) -> Placed:  # fmt: skip
    rows = look.sights[which].rows[alone.rows[some]]
    here, there = _sided(which, rows["frame"].tolist())
    decided = kind not in ("undecided", "unrecorded", "after_end")
    return Placed(
        kind, "between" if decided else "not decided", confidence, text, here, there,
        (None, None) if kind == "after_end" else _connections(look, which, alone, some),
        {"packets": len(rows), **(numbers or {})},
        frozenset((which, owner) for owner in np.unique(rows["connection"]).tolist()),
    )  # fmt: skip


def _connections(look: Look, which: int, alone: Alone, some: Ints) -> tuple[int | None, int | None]:
    """Ids of their connection here and there; None where there are several, or none."""
    owners = look.sights[which].rows["connection"][alone.rows[some]]
    own, p = int(owners[0]), look.pairing.partners
    if (owners != own).any():
        return None, None
    pair = int(alone.pair[some[0]])
    if pair >= 0:
        return int(p.here[pair]), int(p.there[pair])
    return (own, None) if which == HERE else (None, own)


def _sided(which: int, frames: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return (tuple(frames), ()) if which == HERE else ((), tuple(frames))


def _place(which: int) -> str:
    return "here" if which == HERE else "there"


__all__ = ["find"]
