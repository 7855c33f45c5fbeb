"""Somebody tries out many ports of a host, or one port of many hosts, and wants nothing of them.

Holds when all of these are true:

- one client asked at least 15 ports of a host, or a port of at least 25 hosts whose addresses lie close
  together, and came to nothing there: no answer, a RST, or a SYN-ACK that it answered with a RST
- so many different ones within five minutes
- it did not insist: half of the attempts, or more, sent their SYN once or twice
- every attempt was different: hardly a port or host was tried again after some seconds

Supersedes syn_unanswered, port_closed, refused_on_path, refused_sender_unknown, icmp_unreachable,
port_reuse_ignored, accept_queue_full and syn_ack_lost in the attempts that belong to it.
"""

import ipaddress
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Case, Group
from diagnoses.finding import Culprit, Finding, Rejected, say
from packets import facts
from packets.columns import TCP

CODE = "port_scan"
SUPERSEDES = (
    "syn_unanswered",
    "port_closed",
    "refused_on_path",
    "refused_sender_unknown",
    "icmp_unreachable",
    "port_reuse_ignored",
    "accept_queue_full",
    "syn_ack_lost",
)
# The thresholds of Zeek's scan detection (policy/misc/scan.zeek): port_scan_threshold, addr_scan_threshold,
# port_scan_interval and addr_scan_interval.
ENOUGH_PORTS, ENOUGH_HOSTS, WITHIN_S = 15, 25, 300
BRIEF = 2  # SYNs of an attempt; a program that wants the connection lets its kernel go on (Linux: 7)
CLOSE = 8  # hosts whose addresses differ by no more count as neighbours: scans go through networks
AGAIN_S = 10  # a health check comes back after that; a scanner's own repeat is quicker
_PORT, _HOST = 0xFFFF, 16
Ints = NDArray[np.int64]


def groups(case: Case) -> Iterator[Group]:
    """Groups worth a look: first by host, then what is left by port."""
    ids = np.flatnonzero(_fruitless(case))
    client, server = case.column("client")[ids] >> _HOST, case.column("server")[ids]
    by_host, left = _many(client << 31 | server >> _HOST, server & _PORT, ENOUGH_PORTS)
    by_port, _ = _many(client[left] << _HOST | server[left] & _PORT, server[left] >> _HOST, ENOUGH_HOSTS)
    yield from (Group(case, ids[members]) for members in by_host)
    yield from (Group(case, ids[left][members]) for members in by_port)


def _fruitless(case: Case) -> NDArray[np.bool_]:
    """Attempts that the capture shows from the SYN on, without a byte, and without a connection."""
    column = case.column
    half = (column("server_syn_ack") > 0) & (column("client_max_ack") < 1) & (column("client_rst") > 0)
    nothing = np.isin(column("state"), (facts.SYN_SENT, facts.REFUSED)) | half
    begun = (column("protocol") == TCP) & (column("client_syn") > 0)
    found: NDArray[np.bool_] = begun & nothing & (column("client_payload") + column("server_payload") == 0)
    return found


def _many(key: Ints, target: Ints, enough: int) -> tuple[list[Ints], Ints]:
    """Places with the same key and at least so many different targets; and the places that are left."""
    pairs = np.unique(np.stack([key, target]), axis=1)
    keys, counts = np.unique(pairs[0], return_counts=True)
    chosen = keys[counts >= enough]
    found = np.isin(key, chosen)
    places = np.flatnonzero(found)
    order = places[np.argsort(key[places], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else [], np.flatnonzero(
        ~found
    )


def by_host(g: Group) -> bool:
    """One host's ports, and not one port of many hosts."""
    return len(np.unique(g.column("server") >> _HOST)) == 1


def targets(g: Group) -> Ints:
    """What differs from attempt to attempt: ports, or host numbers."""
    server = g.column("server")
    return server & _PORT if by_host(g) else server >> _HOST


def many_targets(g: Group) -> bool:
    different = np.unique(targets(g))
    if by_host(g):
        return len(different) >= ENOUGH_PORTS
    return len(different) >= ENOUGH_HOSTS and _close(g, different)


def _close(g: Group, hosts: Ints) -> bool:
    """Most of the addresses have a neighbour among them."""
    addresses = (ipaddress.ip_address(g.case.capture.addresses[host]) for host in hosts.tolist())
    numbers = sorted((a.version, int(a)) for a in addresses)
    near = [a[0] == b[0] and b[1] - a[1] <= CLOSE for a, b in pairwise(numbers)]
    return 2 * sum(near) >= len(numbers)


def in_short_time(g: Group) -> bool:
    _, first = np.unique(targets(g), return_index=True)
    times = np.sort(g.column("first_ns")[first])
    enough = ENOUGH_PORTS if by_host(g) else ENOUGH_HOSTS
    return bool((times[enough - 1 :] - times[: len(times) - enough + 1]).min() <= WITHIN_S * NS)


def does_not_insist(g: Group) -> bool:
    return 2 * int((g.column("client_syn") <= BRIEF).sum()) >= len(g.members)


def each_once(g: Group) -> bool:
    order = np.lexsort((g.column("first_ns"), targets(g)))
    target, begun = targets(g)[order], g.column("first_ns")[order]
    again = (np.diff(target) == 0) & (np.diff(begun) > AGAIN_S * NS)
    return int(again.sum()) * 4 <= len(np.unique(target))


CONDITIONS = (many_targets, in_short_time, does_not_insist, each_once)


def find(g: Group) -> Finding:
    """The finding, once all conditions hold."""
    one = g.some(1)[0]
    state, different = g.column("state"), np.unique(targets(g))
    refused, silent = int((state == facts.REFUSED).sum()), int((state == facts.SYN_SENT).sum())
    half_open = np.unique(g.column("server")[(state != facts.REFUSED) & (state != facts.SYN_SENT)] & _PORT)
    lasted = float(g.column("last_ns").max() - g.column("first_ns").min()) / NS
    opened = len(g.members) - refused - silent
    values = {
        "client": one.client.address,
        "host": one.server.address,
        "port": one.server.port,
        "n": len(different),
        "attempts": len(g.members),
        "refused": refused,
        "silent": silent,
        "open": opened,
        "open_ports": [str(port) for port in half_open.tolist()],
        "lasted": lasted,
        "enough": ENOUGH_PORTS if by_host(g) else ENOUGH_HOSTS,
        "shown": tuple(g.column("client_first_syn")[:20].tolist()),
    }
    kind = "ports" if by_host(g) else "hosts"
    return Finding(
        CODE,
        "note",
        "likely",
        None,
        (one.client.address, one.server.address) if by_host(g) else (one.client.address,),
        (*g.column("client_first_syn")[:50].tolist(), *_answers(g)),
        say(f"title_{kind}", **values),
        (
            say(f"tried_{kind}", **values),
            *((say("open", **values),) if opened else ()),
            say("short", **values),
            say("limits", **values),
        ),
        Culprit("client", one.client.address, one.hops_to(one.client)),
        {
            "attempts": len(g.members),
            f"different_{kind}": len(different),
            "refused": refused,
            "unanswered": silent,
            "half_open": opened,
            "lasted_s": round(lasted, 3),
        },
        (Rejected("syn_unanswered", say("not_unanswered")), Rejected("port_closed", say("not_closed"))),
        say("settle", **values),
    )


def _answers(g: Group) -> list[int]:
    """Frames of some SYN-ACKs and RSTs that came back."""
    found = np.concatenate([g.column("server_first_syn_ack"), g.column("server_first_rst")])
    answers: list[int] = np.sort(found[found > 0])[:40].tolist()
    return answers
