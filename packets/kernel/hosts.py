"""What the packets that name a host as sender show: with which TTLs they arrive, how their IP IDs run, and
from which network cards they come.

RSTs are counted apart: they are what is in question. Left out of the TTL track, besides RSTs: what always
carries 255 or 1 and never crosses a router (neighbour discovery, RFC 4861 section 7.1; multicast), and
copies.
"""

from packets.columns import COPY, ICMPV6, RST, TCP
from packets.kernel import fields as f
from packets.kernel import table, tallies
from packets.kernel.network import ARP
from packets.kernel.rows import Row, Rows

SLOTS, WITNESSES = 4, 8  # different TTLs kept of a host; frames kept of each
_SLOT = 2 + WITNESSES  # TTL + 1, packets, frames
(
    VERSION,  # 4 or 6
    WORD,  # three words: the address (48, 48 and 32 bits)
    _WORD1,
    _WORD2,
    MANY,  # 1: multicast or broadcast
    PACKETS,
    MAC,  # of its first packet
    MACS,  # how often its packets changed to another MAC
    LAST_MAC,
    ARP_MAC,  # MAC from which it spoke ARP, + 1; 0: none; -1: several
    INTERFACES,  # a bit for each of the first 62 interfaces
    ID_PACKETS,  # IPv4 packets that were no RST
    ID_LAST,
    ID_ZERO,  # of them: IP ID 0
    ID_SAME,  # as the one before
    ID_NEXT,  # 1 to 256 higher than the one before (mod 65,536)
    OTHER_TTLS,  # packets whose TTL found no slot
    TTLS,
) = range(18)
RESETS = TTLS + SLOTS * _SLOT  # TTL + 1 and RSTs
WIDTH = RESETS + SLOTS * 2
_NEAR_ID = 256  # a host's next packet has an IP ID at most this much higher, however busy it is


def enter(words: Row, at: int, version: int, slots: Row, hosts: Rows, g: Row) -> int:
    """The number of the host whose address stands in ``words[at : at + 3]``; -1 where version is 0."""
    if not version:
        return -1
    # 124 of the 129 bits as they are, the rest laid over them: at most 32 addresses share a key.
    low = (words[at + 2] & 15) << 58 ^ (version & 2) << 56
    a = words[at] << 14 | words[at + 1] >> 34
    b = ((words[at + 1] & 0x3FFFFFFFF) << 28 | words[at + 2] >> 4) ^ low
    there = table.first(slots, a, b)
    while slots[there + table.VALUE]:
        # The key first: to look at the row of each host that is passed would bring all of them into memory.
        same_key = slots[there + table.A] == a and slots[there + table.B] == b
        if same_key and _is(hosts[slots[there + table.VALUE] - 1], words, at, version):
            break
        there = table.following(slots, there)
    if slots[there + table.VALUE]:
        return slots[there + table.VALUE] - 1
    number = g[tallies.HOSTS]
    g[tallies.HOSTS] = number + 1
    table.put(slots, there, a, b, number, 0)
    _begin(hosts[number], words, at, version)
    return number


def _is(host: Row, words: Row, at: int, version: int) -> bool:
    same = host[VERSION] == version and host[WORD] == words[at] and host[WORD + 1] == words[at + 1]
    return same and host[WORD + 2] == words[at + 2]


def _begin(host: Row, words: Row, at: int, version: int) -> None:
    for k in range(WIDTH):
        host[k] = 0
    host[VERSION] = version
    for k in range(3):
        host[WORD + k] = words[at + k]
    last = words[at + 2]
    if version == 4:
        host[MANY] = 1 if last >> 28 == 14 or last == 0xFFFFFFFF else 0
    else:
        host[MANY] = 1 if words[at] >> 40 == 0xFF else 0
    host[MAC], host[LAST_MAC], host[ID_LAST] = -1, -1, -1


def see(row: Row, hosts: Rows) -> None:
    """Count one packet for the host that it names as sender."""
    source = row[f.SOURCE]
    if source < 0 or row[f.MARKS] & COPY:
        return
    host = hosts[source]
    host[PACKETS] += 1
    _card(host, row)
    if row[f.PROTOCOL] == ARP:
        return
    if row[f.PROTOCOL] == TCP and row[f.FLAGS] & RST:
        _reset(host, row[f.TTL])
        return
    if row[f.VERSION] == 4:
        _identification(host, row[f.IP_ID])
    discovery = row[f.PROTOCOL] == ICMPV6 and 133 <= row[f.ICMP_TYPE] <= 137
    if not discovery and not hosts[row[f.TARGET]][MANY]:
        _ttl(host, row[f.TTL], row[f.FRAME])


def _card(host: Row, row: Row) -> None:
    mac = row[f.MAC]
    host[INTERFACES] |= 1 << min(row[f.INTERFACE], 61)
    if mac < 0:
        return
    if row[f.PROTOCOL] == ARP:
        host[ARP_MAC] = mac + 1 if host[ARP_MAC] == 0 or host[ARP_MAC] == mac + 1 else -1
    if host[MAC] < 0:
        host[MAC] = mac
    elif host[LAST_MAC] != mac:
        host[MACS] += 1
    host[LAST_MAC] = mac


def _identification(host: Row, number: int) -> None:
    last = host[ID_LAST]
    host[ID_PACKETS] += 1
    host[ID_LAST] = number
    if number == 0:
        host[ID_ZERO] += 1
    if last < 0:
        return
    if number == last:
        host[ID_SAME] += 1
    elif (number - last) & 0xFFFF <= _NEAR_ID:
        host[ID_NEXT] += 1


def _ttl(host: Row, ttl: int, frame: int) -> None:
    for slot in range(SLOTS):
        at = TTLS + slot * _SLOT
        if host[at] == 0:
            host[at] = ttl + 1
        if host[at] == ttl + 1:
            seen = host[at + 1]
            if seen < WITNESSES:
                host[at + 2 + seen] = frame
            host[at + 1] = seen + 1
            return
    host[OTHER_TTLS] += 1


def _reset(host: Row, ttl: int) -> None:
    for slot in range(SLOTS):
        at = RESETS + slot * 2
        if host[at] == 0:
            host[at] = ttl + 1
        if host[at] == ttl + 1:
            host[at + 1] += 1
            return
