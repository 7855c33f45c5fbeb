"""Whether answers to a host would be in the capture at all: silence counts only where answers can be heard.

A capture on another switch port or in another VLAN holds what is sent to all, such as ARP questions, and
nothing of what is sent to one host alone, such as the answers.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case
from packets.columns import ICMP, ICMPV6, NOT_IP, TCP, UDP
from packets.kernel.network import ARP

LOOKED_AT = 32  # pairs of neighbours looked at for an answer; one is enough
ARP_REQUEST, SOLICITATION = 1, 135  # RFC 826; ICMPv6 type, RFC 4861 section 4.3


def hears(case: Case, host: int) -> bool:
    """The capture holds a packet that another host sent to ``host`` alone."""
    ids = _spoken_to(case, host)
    protocols = case.column("protocol")[ids]
    if np.isin(protocols, (TCP, UDP, ICMP)).any():
        return True
    neighbours = ids[np.isin(protocols, (ARP, ICMPV6))][:LOOKED_AT].tolist()
    return any(_answered(case.capture.packets_of(number), host) for number in neighbours)


def _spoken_to(case: Case, host: int) -> NDArray[np.int64]:
    """Ids of the connections in which the other end of the host sent something."""
    client, server = case.column("client"), case.column("server")
    to_client = (client >> 16 == host) & (case.column("server_packets") > 0)
    to_server = (server >> 16 == host) & (case.column("client_packets") > 0)
    found: NDArray[np.int64] = np.flatnonzero((to_client | to_server) & (client >> 16 != server >> 16))
    return found


def _answered(rows: NDArray[np.void], host: int) -> bool:
    asks = (rows["icmp_type"] == SOLICITATION) | (
        (rows["protocol"] == NOT_IP) & (rows["icmp_code"] == ARP_REQUEST)
    )
    return bool((~asks & (rows["target"] == host)).any())
