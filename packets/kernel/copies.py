"""Frames that the capture recorded more than once: a fact about the recording, not about the network.

A capture on "any", on both sides of a router or on a mirror port holds each packet twice: same addresses,
ports, IP ID, sequence numbers, timestamps and length, TTL equal or one step apart, within a few milliseconds.
A retransmission comes later than that and carries a new IP ID or timestamp. IP ID 0 (SYN-ACK, stateless RST,
many IPv6 stacks) proves nothing, so pure acknowledgements without ID need the TTL step or another interface.
"""

from packets.columns import TCP
from packets.kernel import connection as k
from packets.kernel import fields as f
from packets.kernel import table
from packets.kernel.rows import Row

NEAR = 10_000_000  # ns; a copy follows within 10 ms; the smallest Linux RTO is 200 ms (TCP_RTO_MIN)
# Same IP ID and one router further is no retransmission; joined files may be this far apart.
ROUTED = 190_000_000  # ns
_PRIME = 1_000_003


def repeats(s: Row, row: Row) -> bool:
    """Whether the packet repeats one of the last few of its connection; it is remembered for the next
    ones.
    """
    print_, time = _fingerprint(row), row[f.TIME]
    tag = row[f.TTL] | row[f.INTERFACE] << 8 | (row[f.VLAN] + 1) << 24
    found = False
    for place in range(k.RING):
        at = k.RECENT + place * 3
        if s[at] == print_ and _twin(s[at + 1], s[at + 2], time, tag, row):
            found = True
            break
    at = k.RECENT + s[k.RECENT_NEXT] * 3
    s[at], s[at + 1], s[at + 2] = print_, time, tag
    s[k.RECENT_NEXT] = (s[k.RECENT_NEXT] + 1) % k.RING
    return found


def _twin(then: int, other: int, time: int, tag: int, row: Row) -> bool:
    """The same packet by its fields: is it near enough, and is there a witness that it is no
    retransmission?
    """
    step = (other & 0xFF) - (tag & 0xFF)
    numbered = row[f.IP_ID] > 0
    near = ROUTED if numbered and (step == 1 or step == -1) else NEAR
    if step < -1 or step > 1 or abs(time - then) >= near:
        return False
    carries = row[f.PROTOCOL] == TCP and (row[f.LENGTH] > 0 or row[f.TSVAL] >= 0)
    return numbered or step != 0 or other >> 8 != tag >> 8 or carries


def _fingerprint(row: Row) -> int:
    """One number for all that is equal in copies: 62 bits, never 0."""
    p = (row[f.SOURCE] * _PRIME + row[f.TARGET]) & table.MASK
    p = (p * _PRIME + (row[f.SPORT] << 17) + row[f.DPORT]) & table.MASK
    p = (p * _PRIME + (row[f.PROTOCOL] << 32) + row[f.IP_ID]) & table.MASK
    p = ((p ^ p >> 31) * _PRIME + row[f.LENGTH]) & table.MASK
    p = (p * _PRIME + row[f.ABS_SEQ]) & table.MASK
    p = (p * _PRIME + row[f.ABS_ACK]) & table.MASK
    p = ((p ^ p >> 31) * _PRIME + (row[f.FLAGS] << 20) + row[f.WINDOW_RAW]) & table.MASK
    p = (p * _PRIME + row[f.TSVAL]) & table.MASK
    p = (p * _PRIME + row[f.TSECR]) & table.MASK
    p = ((p ^ p >> 31) * _PRIME + (row[f.ICMP_TYPE] << 10) + row[f.ICMP_CODE]) & table.MASK
    p = (p * _PRIME + row[f.ICMP_REST] * 2 + row[f.FRAGMENT]) & table.MASK
    return p | 1
