"""What the three diagnoses of a refused SYN have in common: the RSTs that answer it, and what the court says
of them.
"""

import ipaddress
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection, frames
from diagnoses.finding import Value
from diagnoses.reset_court import Ruling, first_reset, rule
from packets.columns import RST, SYN
from packets.table import Table


@dataclass(frozen=True)
class Refusal:
    """A SYN that a RST answered."""

    connection: Connection
    ruling: Ruling
    syns: tuple[int, ...]  # frames
    rsts: tuple[int, ...]  # frames
    nearby: Literal["", "same_host", "same_card"]  # no router can stand between: why, or empty

    @cached_property
    def values(self) -> dict[str, object]:
        """What sentences about a refusal may name."""
        c, ruling = self.connection, self.ruling
        return {
            "client": c.client.address,
            "host": c.server.address,
            "port": c.server.port,
            "server": c.server.shown,
            "rsts": self.rsts,
            "n": len(self.rsts),
            "ttl": ruling.reset.ttl,
            "hop": ruling.hops,
            "baseline": ruling.baseline,
            "witnesses": ruling.witnesses,
            "packets": ruling.reset.track.packets,
            "host_hop": c.hops_to(c.server),
            "ttls": sorted(ruling.reset.track.counts),
        }

    @property
    def numbers(self) -> dict[str, Value]:
        """The numbers that decide."""
        found: dict[str, Value] = {"resets": len(self.rsts), "rst_ttl": self.ruling.reset.ttl}
        if self.ruling.baseline is not None:
            found |= {"host_ttl": self.ruling.baseline, "host_packets": self.ruling.reset.track.packets}
        if self.ruling.signs:
            found["signs"] = [str(sign) for sign in self.ruling.signs]
        return found


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections in which the SYN was answered by a RST before anything else came from the server."""
    answered_first = (table["server_first_syn_ack"] < 0) | (
        table["server_first_rst"] < table["server_first_syn_ack"]
    )
    found: NDArray[np.bool_] = (
        (table["client_syn"] > 0)
        & (table["server_rst"] > 0)
        & (table["server_data_segments"] == 0)
        & answered_first
    )
    return found


def answers_syn(c: Connection) -> bool:
    """The first thing that came in the server's name was a RST (RFC 9293 section 3.10.7.1)."""
    return bool(c.server.rows[0]["flags"] & RST)


def weigh(c: Connection) -> Refusal:
    """Gather the evidence of a refused SYN."""
    return c.once(_weigh)


def _weigh(c: Connection) -> Refusal:
    rsts = c.server.rows[(c.server.rows["flags"] & RST) != 0]
    rsts = rsts[
        rsts["ttl"] == rsts[0]["ttl"]
    ]  # an injected RST is not to be mixed with a later one of the host itself
    syns = c.client.rows[(c.client.rows["flags"] & SYN) != 0]
    return Refusal(c, rule(first_reset(c, c.server)), frames(syns), frames(rsts), _nearby(c, rsts[0]))


def _nearby(c: Connection, rst: np.void) -> Literal["", "same_host", "same_card"]:
    """Both ends are one host, or the RST left the network card that ARP names for the server's address."""
    if c.client.address == c.server.address or ipaddress.ip_address(c.server.address).is_loopback:
        return "same_host"
    return "same_card" if c.case.on_link(rst) else ""
