"""Who has which address, and who forwards what to whom: all of it follows from the order of the links.

Link k, counted from 1, is 10.0.k.0/24 and with IPv6 fd00:0:0:k::/64; its left end is 1, its right end 2.
A host alone has 127.0.0.1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.declaration.values import Experiment

Ends = tuple[str, str]

LENGTHS = {4: "/24", 6: "/64"}  # of a link's networks, by version of IP


@dataclass(frozen=True)
class Interface:
    """A host's end of a link."""

    name: str  # "eth0", "eth1", … in the order of the host's links
    link: int  # place in ``Experiment.links``
    neighbour: str  # the host at the other end
    addresses: tuple[str, ...]  # with prefix length, IPv4 then IPv6: "10.0.1.1/24", "fd00:0:0:1::1/64"


@dataclass(frozen=True)
class Route:
    """A network that a host is not attached to, and the neighbour's address that leads there."""

    network: str
    via: str


def networks_of(link: int, ipv6: bool) -> tuple[str, ...]:
    """The networks of the link at this place (from 0): "10.0.1.0/24", and "fd00:0:0:1::/64" with IPv6."""
    four = f"10.0.{link + 1}.0/24"
    return (four, f"fd00:0:0:{link + 1}::/64") if ipv6 else (four,)


def network_of(link: int) -> str:
    """The IPv4 network of the link at this place (from 0)."""
    return networks_of(link, ipv6=False)[0]


def addresses_on(
    hosts: Iterable[str], links: Sequence[Ends], ipv6: bool = False
) -> dict[str, tuple[str, ...]]:
    """Every host's addresses, its own first: all IPv4 by link, then all IPv6 by link."""
    places = {host: [(k, ends.index(host)) for k, ends in enumerate(links) if host in ends] for host in hosts}
    return {
        host: tuple(_address(k, end, version) for version in _versions(ipv6) for k, end in ends)
        or ("127.0.0.1", "::1")[: 1 + ipv6]
        for host, ends in places.items()
    }


def addresses(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """Every host's addresses, its own first: all IPv4 by link, then all IPv6 by link."""
    return addresses_on(experiment.hosts, _ends(experiment), experiment.ipv6)


def interfaces(experiment: Experiment) -> dict[str, tuple[Interface, ...]]:
    """Every host's ends of links, in the order of the links; loopback is not among them."""
    found: dict[str, list[Interface]] = {host: [] for host in experiment.hosts}
    for k, ends in enumerate(_ends(experiment)):
        for end, host in enumerate(ends):
            given = tuple(_address(k, end, v) + LENGTHS[v] for v in _versions(experiment.ipv6))
            found[host].append(Interface(f"eth{len(found[host])}", k, ends[1 - end], given))
    return {host: tuple(ends) for host, ends in found.items()}


def forwards(experiment: Experiment) -> tuple[str, ...]:
    """The hosts that forward packets: those with more than one link."""
    return tuple(host for host, ends in interfaces(experiment).items() if len(ends) > 1)


def routes(experiment: Experiment) -> dict[str, tuple[Route, ...]]:
    """For every host the networks it is not attached to, by the fewest hops; at a tie by the earlier link."""
    links = _ends(experiment)
    return {
        host: tuple(
            Route(network, via)
            for k, first in _first_links(host, links).items()
            for network, via in zip(
                networks_of(k, experiment.ipv6),
                _neighbour(host, first, links, experiment.ipv6),
                strict=True,
            )
        )
        for host in experiment.hosts
    }


def _first_links(host: str, links: Sequence[Ends]) -> dict[int, int]:
    """For each link that does not end at the host, in their order, the host's own link that leads there."""
    first: dict[str, int] = {host: -1}  # by host, in the order of their distance
    queue = [host]
    for here in queue:
        for k, ends in enumerate(links):
            there = ends[1 - ends.index(here)] if here in ends else here
            if there not in first:
                first[there] = k if here == host else first[here]
                queue.append(there)
    return {
        k: first[min(ends, key=queue.index)]
        for k, ends in enumerate(links)
        if host not in ends and set(ends) & set(queue)
    }


def _neighbour(host: str, link: int, links: Sequence[Ends], ipv6: bool) -> tuple[str, ...]:
    """The addresses at the other end of the host's link."""
    end = 1 - links[link].index(host)
    return tuple(_address(link, end, version) for version in _versions(ipv6))


def _address(link: int, end: int, version: int) -> str:
    number = link + 1
    return f"10.0.{number}.{end + 1}" if version == 4 else f"fd00:0:0:{number}::{end + 1}"


def _versions(ipv6: bool) -> tuple[int, ...]:
    return (4, 6) if ipv6 else (4,)


def _ends(experiment: Experiment) -> list[Ends]:
    return [link.ends for link in experiment.links]
