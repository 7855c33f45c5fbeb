"""The network of an experiment as text: hosts with their addresses, and the links between them."""

from dataclasses import dataclass

from django.utils.translation import gettext

from drawing import measure
from drawing.words import Language
from experiments.declaration import Experiment
from experiments.declaration.addresses import addresses
from experiments.declaration.values import Host, Link


@dataclass(frozen=True)
class Box:
    """A host; `wire` says what lies between it and the one before."""

    host: Host
    addresses: tuple[str, ...]
    is_recorded: bool
    wire: str = ""


@dataclass(frozen=True)
class Cable:
    """A link, where the hosts do not stand in one row."""

    ends: tuple[str, str]
    wire: str


@dataclass(frozen=True)
class Network:
    """Hosts in a row, or side by side with a list of cables."""

    boxes: list[Box]
    cables: list[Cable]


def drawn(experiment: Experiment, lang: Language) -> Network:
    """Hosts in the order of the cable where there is one row of them."""
    wires = {frozenset[str | None](link.ends): said(link, lang) for link in experiment.links}
    order = in_a_row(experiment)
    given = addresses(experiment)
    recorded = {vantage.host for vantage in experiment.captures}
    before = [None, *order[:-1]] if order else [None] * len(experiment.hosts)
    boxes = [
        Box(
            experiment.hosts[name], given[name], name in recorded, wires.get(frozenset({name, neighbour}), "")
        )
        for name, neighbour in zip(order or experiment.hosts, before, strict=True)
    ]
    cables = [] if order else [Cable(link.ends, said(link, lang)) for link in experiment.links]
    return Network(boxes, cables)


def in_a_row(experiment: Experiment) -> list[str]:
    """The hosts from one end of the only path to the other; empty when the links are no path."""
    links = [link.ends for link in experiment.links]
    here = next((name for name in experiment.hosts if sum(name in ends for ends in links) == 1), None)
    row = [here] if here else []
    while here:
        following = [ends[1 - ends.index(here)] for ends in links if here in ends]
        here = next((name for name in following if name not in row), None)
        row += [here] if here else []
    return row if len(row) == len(experiment.hosts) == len(links) + 1 else []


def said(link: Link, lang: Language) -> str:
    """5 ms · 1 % loss; a dash for a cable without properties."""
    loss, reordering = gettext("loss"), gettext("reordering")
    parts = [
        measure.duration(link.delay_ns / 1e9, lang) if link.delay_ns else "",
        f"{loss} {link.loss_percent:g} %" if link.loss_percent else "",
        f"{reordering} {link.reorder_percent:g} %" if link.reorder_percent else "",
        f"{measure.decimal(link.rate_bit / 1e6)} Mbit/s" if link.rate_bit else "",
        f"MTU {link.mtu}" if link.mtu != 1500 else "",
        *(f"{fault.do} {fault.match} #{', '.join(map(str, fault.nth))}" for fault in link.faults),
    ]
    return " · ".join(part for part in parts if part)
