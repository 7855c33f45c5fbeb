"""The addresses of a capture, each with a number; and what each host's packets show."""

import ipaddress

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Hosts:
    """Every address seen, numbered in order of appearance."""

    def __init__(self) -> None:
        self._number: dict[bytes, int] = {}
        self.addresses: list[str] = []

    def enter(self, version: Ints, address: NDArray[np.uint8]) -> Ints:
        """Number of each address; ``address`` has shape (n, 16), IPv4 in the last four bytes; -1 where
        version is 0.
        """
        out = np.full(len(version), -1)
        four, six = np.flatnonzero(version == 4), np.flatnonzero(version == 6)
        out[four] = self.enter_ipv4(address[four, 12:])
        out[six] = self._enter(address[six], 16)
        return out

    def enter_ipv4(self, address: NDArray[np.uint8]) -> Ints:
        """The same for IPv4 addresses of shape (n, 4)."""
        return self._enter(address, 4)

    def _enter(self, address: NDArray[np.uint8], size: int) -> Ints:
        if not len(address):
            return np.zeros(0, np.int64)
        keys = np.ascontiguousarray(address).view(np.dtype((np.void, size))).ravel()
        if size == 4:  # numbers sort several times faster than bytes
            keys = np.ascontiguousarray(address).view(">u4").ravel().astype(np.uint32)
        unique, inverse = np.unique(keys, return_inverse=True)
        numbers = np.array(
            [self._of(k.tobytes() if size == 16 else int(k).to_bytes(4, "big")) for k in unique]
        )
        return numbers[inverse]

    def _of(self, packed: bytes) -> int:
        number = self._number.setdefault(packed, len(self.addresses))
        if number == len(self.addresses):
            self.addresses.append(str(ipaddress.ip_address(packed)))
        return number
