"""The addresses of a capture, as text, by host number."""

import ipaddress
from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from packets.kernel import hosts


class Addresses(Sequence[str]):
    """Address of each host number; made as they are asked for: there may be a million, and a page shows
    ten.
    """

    def __init__(self, rows: NDArray[np.int64]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[at] for at in range(len(self))[number]]
        return self._text(number)

    def _text(self, number: int) -> str:
        version, high, middle, low = self.rows[number, hosts.VERSION : hosts.VERSION + 4].tolist()
        if version == 4:
            return str(ipaddress.IPv4Address(low))
        return str(ipaddress.IPv6Address(high << 80 | middle << 32 | low))
