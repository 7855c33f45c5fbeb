"""Which connections of a capture share an end: the same server's port, the same two hosts, the same
client.
"""

import numpy as np
from numpy.typing import NDArray

from packets.capture import Capture
from packets.columns import TCP, UDP

Ints = NDArray[np.int64]
_PORT = 16  # bits of an endpoint that are its port


class _Index:
    """Places of equal keys, found quickly. A key of -1 is never found."""

    def __init__(self, keys: Ints) -> None:
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def of(self, key: int) -> Ints:
        """Where the key stands, ascending."""
        first, stop = np.searchsorted(self._keys, (key, key + 1)).tolist()
        return self._order[first:stop]


class Neighbours:
    """Columns over all connections, and indexes over their ends; each made when it is first asked for.

    Only TCP and UDP are looked up by their ends.
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._columns: dict[str, Ints] = {}
        self._indexes: dict[str, _Index] = {}

    def column(self, name: str) -> Ints:
        """A fact of all connections, by their id."""
        if name not in self._columns:
            pieces = [table[name] for table in self._capture.stretches()]
            self._columns[name] = np.concatenate([np.zeros(0, np.int64), *pieces])
        return self._columns[name]

    def to_server(self, endpoint: int) -> Ints:
        """Ids of the connections to a server's address and port."""
        return self._index("to_server").of(endpoint)

    def between(self, client: int, server: int) -> Ints:
        """Ids of the connections that one host opened to another."""
        return self._index("between").of(client << 31 | server)

    def from_client(self, host: int) -> Ints:
        """Ids of the connections that a host opened."""
        return self._index("from_client").of(host)

    def on_flow(self, flow: int) -> Ints:
        """Ids of the connections that used the same two endpoints, one after the other (number of a flow)."""
        return self._index("flow").of(flow)

    def _index(self, name: str) -> _Index:
        if name not in self._indexes:
            ported = np.isin(self.column("protocol"), (TCP, UDP))
            self._indexes[name] = _Index(np.where(ported, self._keys(name), -1))
        return self._indexes[name]

    def _keys(self, name: str) -> Ints:
        if name == "flow":
            return self.column("flow")
        client, server = self.column("client"), self.column("server")
        if name == "to_server":
            return server
        if name == "from_client":
            return client >> _PORT
        return (client >> _PORT) << 31 | server >> _PORT
