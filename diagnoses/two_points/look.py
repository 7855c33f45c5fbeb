"""What the judgements on two captures look at: the packets in common, as the point saw them that they passed
first, and as the second one did.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from packets.pairing import Pairing
from packets.pairing.sight import Ints, Picked, Sight

HERE, THERE = 0, 1


@dataclass(frozen=True)
class Look:
    """A pairing, and what several judgements ask of it."""

    pairing: Pairing

    @cached_property
    def sights(self) -> tuple[Sight, Sight]:
        """Here, there."""
        return self.pairing.here, self.pairing.there

    @cached_property
    def dropped(self) -> tuple[int, int]:
        """Bytes that the recording of each capture missed."""
        return self.sights[0].dropped, self.sights[1].dropped

    @cached_property
    def matched(self) -> tuple[Picked, Picked]:
        """The matched packets as both saw them, ordered by lane and by frame here."""
        mine, yours = self.pairing.matched_rows
        return mine.at(self._order), yours.at(self._order)

    @cached_property
    def lanes(self) -> Ints:
        """2 × pair + (0: sent by the client, 1: by the server), of each matched packet."""
        return self._owners[self._order]

    @cached_property
    def _owners(self) -> Ints:
        of = np.full(len(self.pairing.here.rows), -1)
        lane = self.pairing.lanes[0]
        of[lane.at] = lane.lane
        return of[self.pairing.matched[0]]

    @cached_property
    def _order(self) -> Ints:
        return np.lexsort((self.pairing.matched[0], self._owners))

    @cached_property
    def towards(self) -> NDArray[np.int8]:
        """1 where a matched packet passed here first, -1: there first, 0: not known."""
        return self.pairing.ways.of(self.pairing.here, self.pairing.matched[0])[self._order]

    def first(self, name: str) -> Ints:
        """A column of the matched packets as the point saw it that they passed first."""
        mine, yours = self.matched
        return np.where(self.towards >= 0, mine[name], yours[name]).astype(np.int64)

    def second(self, name: str) -> Ints:
        """The same of the point that they passed second."""
        mine, yours = self.matched
        return np.where(self.towards >= 0, yours[name], mine[name]).astype(np.int64)

    def frames(self, some: Ints) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Frames here and there of some matched packets."""
        here, there = (tuple(packets["frame"][some].tolist()) for packets in self.matched)
        return here, there

    def connections(self, some: Ints) -> tuple[int | None, int | None]:
        """Ids of the connection of some matched packets; None where there are several."""
        pairs, p = self.lanes[some] // 2, self.pairing.partners
        if (pairs != pairs[0]).any():
            return None, None
        return int(p.here[pairs[0]]), int(p.there[pairs[0]])

    def alike(self, places: Ints) -> list[Ints]:
        """Places among the matched packets, those together that one side sent between one client and one
        server's port.
        """
        if not len(places):
            return []
        client, server = self.pairing.here.ends[self.pairing.partners.here[self.lanes[places] // 2]].T
        columns = np.stack([client >> 16, server, self.lanes[places] % 2])
        codes = np.unique(columns, axis=1, return_inverse=True)[1].reshape(-1)
        order = np.argsort(codes, kind="stable")
        _, first = np.unique(codes[order], return_index=True)
        return np.split(places[order], first)[1:]

    def address(self, which: int, row: np.void) -> str:
        """The address that a packet names as its sender."""
        return self.sights[which].capture.addresses[int(row["source"])]


__all__ = ["HERE", "THERE", "Look"]
