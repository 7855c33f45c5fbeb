"""A host asks its own link for the hardware address of a neighbour, and nobody answers.

Holds when all of these are true:

- one host asked at least three times, over a second or more, for the same neighbour (ARP, or neighbour
  solicitation for IPv6)
- it asked in its own name for the address of another: no probe for a free address, no announcement
- it was not asking for a whole range of addresses
- the neighbour never said anything to it after the first of these questions
- it never sent the neighbour anything else afterwards, which it could only do with an answer
- the answer would have been seen: the capture holds packets to that host alone, or the questions are a second
  apart, as only an unanswered host repeats them

Supersedes nothing: a neighbour that is not found gets no packet that could fail later.
"""

import ipaddress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import Connection, End, frames, gaps_s
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Value, say
from diagnoses.hearing import hears
from packets.columns import COPY, ICMPV6, NOT_IP
from packets.kernel.network import ARP
from packets.table import Table

CODE = "arp_unanswered"
SUPERSEDES: tuple[str, ...] = ()
# Linux and RFC 4861 section 10 (MAX_MULTICAST_SOLICIT) ask three times before they give up.
ENOUGH_ASKED = 3
# A neighbour answers within milliseconds; RFC 4861 (RETRANS_TIMER) and Linux wait one second for it.
PATIENCE_S = 1.0
# Addresses asked for in vain by one host from which on it is searching, not talking: a scanner, or a gateway
# whose network is scanned from outside. Nobody has so many dead neighbours that it needs.
A_SWEEP = 16
LOOKED_AT = 32  # connections of the two that are looked at for a later packet
NEARBY = 512  # connections before and after that are looked at to count them
_NEVER = 1 << 62
_REQUEST, _SOLICITATION = 1, 135  # ARP operation (RFC 826), ICMPv6 type (RFC 4861 section 4.3)


@dataclass(frozen=True)
class Questions:
    """The last questions of one end about the other, since the other end last said anything before them."""

    asker: End
    asked: End
    rows: NDArray[np.void]
    answered: bool  # the other end said something to the asker afterwards

    @property
    def begun_ns(self) -> int:
        """When the first of them was sent."""
        return int(self.rows["time_ns"].min(initial=_NEVER))

    @property
    def ended_ns(self) -> int:
        """When the last of them was sent."""
        return int(self.rows["time_ns"].max(initial=0))

    @property
    def gaps_s(self) -> list[float]:
        """Seconds between the questions."""
        return gaps_s(self.rows)


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (
        np.isin(table["protocol"], (ARP, ICMPV6))
        & (np.maximum(table["client_packets"], table["server_packets"]) >= ENOUGH_ASKED)
        & (table["client"] != table["server"])
    )
    return found


def asking(rows: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which packets ask for a neighbour."""
    arp = (rows["protocol"] == NOT_IP) & (rows["icmp_code"] == _REQUEST)
    found: NDArray[np.bool_] = arp | ((rows["protocol"] == ICMPV6) & (rows["icmp_type"] == _SOLICITATION))
    return found


def questions(c: Connection) -> Questions:
    """The last questions of the end that asked last."""
    return c.once(_questions)


def _questions(c: Connection) -> Questions:
    rows = c.rows[(c.rows["marks"] & COPY) == 0]
    asked = rows[asking(rows)]
    mine = bool(asked["from_client"][-1]) if len(asked) else True
    asked = asked[asked["from_client"] == mine]
    theirs, end = rows["frame"][rows["from_client"] != mine], asked["frame"].max(initial=0)
    since = theirs[theirs < end].max(initial=0)
    asker, other = (c.client, c.server) if mine else (c.server, c.client)
    return Questions(asker, other, asked[asked["frame"] > since], bool((theirs > end).any()))


def asked_again(c: Connection) -> bool:
    found = questions(c)
    return len(found.rows) >= ENOUGH_ASKED and sum(found.gaps_s) >= PATIENCE_S


def in_its_own_name(c: Connection) -> bool:
    return not ipaddress.ip_address(questions(c).asker.address).is_unspecified


def no_sweep(c: Connection) -> bool:
    near = slice(max(c.number - NEARBY, 0), c.number + NEARBY)
    mine = c.case.column("client")[near] >> 16 == questions(c).asker.host
    arp, silent = c.case.column("protocol")[near], c.case.column("server_packets")[near] == 0
    return int((mine & silent & np.isin(arp, (ARP, ICMPV6))).sum()) < A_SWEEP


def nobody_answered(c: Connection) -> bool:
    found = questions(c)
    return not found.answered and not _spoke(c, found.asked, found.asker, found.begun_ns)


def never_talked(c: Connection) -> bool:
    found = questions(c)
    return not _spoke(c, found.asker, found.asked, found.ended_ns)


def _spoke(c: Connection, end: End, peer: End, after_ns: int) -> bool:
    """Whether ``end`` sent ``peer`` any packet, in another connection, after a moment."""
    client, server = c.case.column("client") >> 16, c.case.column("server") >> 16
    pair = ((client == end.host) & (server == peer.host)) | ((client == peer.host) & (server == end.host))
    late = np.flatnonzero(pair & (c.case.column("last_ns") > after_ns))
    for number in late[late != c.number][:LOOKED_AT].tolist():
        rows = c.case.capture.packets_of(number)
        if ((rows["source"] == end.host) & (rows["time_ns"] > after_ns)).any():
            return True
    return False


def answer_would_be_seen(c: Connection) -> bool:
    return hears(c.case, questions(c).asker.host) or in_vain_by_its_timer(c)


def in_vain_by_its_timer(c: Connection) -> bool:
    """The questions are a second apart: whoever has an answer does not ask again so soon."""
    gaps = questions(c).gaps_s
    return sum(timers.fits(gap, PATIENCE_S) for gap in gaps) >= ENOUGH_ASKED - 1


CONDITIONS = (asked_again, in_its_own_name, no_sweep, nobody_answered, never_talked, answer_would_be_seen)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = questions(c)
    before = c.rows["frame"][(c.rows["frame"] < found.rows["frame"][0]) & ~asking(c.rows)].tolist()
    seen = hears(c.case, found.asker.host)
    values = {
        "asker": found.asker.address,
        "asked": found.asked.address,
        "n": len(found.rows),
        "frames": frames(found.rows),
        "gaps": found.gaps_s,
        "before": before[-1:],
        "how": "icmp6" if ":" in found.asked.address else "arp",
    }
    numbers: dict[str, Value] = {
        "requests": len(found.rows),
        "gaps_s": found.gaps_s,
        "lasted_s": round(sum(found.gaps_s), 3),
        "answered_before": bool(before),
    }
    return Finding(
        CODE,
        "error" if seen else "warning",
        "certain" if seen else "possible",
        c.number,
        (found.asker.address, found.asked.address),
        (*frames(found.rows), *before[-1:]),
        say("title", **values),
        (say("asked", **values), _life(c, found, before, values), say("consequence", **values)),
        Culprit(),
        numbers,
        (Rejected("one_way_capture", say("not_one_way" if seen else "perhaps_one_way", **values)),),
        say("settle", **values),
    )


def _life(c: Connection, found: Questions, before: list[int], values: dict[str, object]) -> Sentence:
    """What else the capture knows of the silent neighbour."""
    if before:
        return say("answered_before", **values)
    elsewhere = tuple(frame for seen in c.case.track(found.asked.host).frames.values() for frame in seen)
    return say("alive" if elsewhere else "unseen", **(values | {"frames": elsewhere[:4]}))
