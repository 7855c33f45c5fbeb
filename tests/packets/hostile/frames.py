"""Frames, from the payload outwards. All lengths and checksums are right unless the caller says otherwise."""

import struct

from tests.packets.formats.build import START, Frame, pcap
from tests.packets.hostile.form import CANARY

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ICMP, IPIP, TCP, UDP, IN6, GRE = 1, 4, 6, 17, 41, 47
CLIENT, SERVER = bytes((192, 0, 2, 10)), bytes((198, 51, 100, 20))
CLIENT6, SERVER6 = bytes.fromhex("20010db8" + "0" * 23 + "1"), bytes.fromhex("20010db8" + "0" * 23 + "2")
PORTS = (49_152, 80)
MILLISECOND = 1_000_000
IPV4, IPV6, VLAN, MPLS = b"\x08\x00", b"\x86\xdd", b"\x81\x00", b"\x88\x47"


def checksum(data: bytes) -> int:
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ethernet(packet: bytes, kind=IPV4) -> bytes:
    return b"\2\0\0\0\0\2" + b"\2\0\0\0\0\1" + kind + packet


def ipv4(
    inner: bytes, protocol=TCP, *, ends=(CLIENT, SERVER), ihl=5, total=None, number=1, fragment=0x4000
) -> bytes:
    """``ends``: source and target; ``ihl`` and ``total`` are believed by nobody."""
    length = (20 + len(inner) if total is None else total) & 0xFFFF
    head = (
        struct.pack(">BBHHHBBH", 0x40 | ihl, 0, length, number, fragment, 64, protocol, 0) + ends[0] + ends[1]
    )
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + inner


def ipv6(inner: bytes, following=TCP, *, ends=(CLIENT6, SERVER6), length=None) -> bytes:
    told = len(inner) if length is None else length
    return struct.pack(">IHBB", 6 << 28, told & 0xFFFF, following, 64) + ends[0] + ends[1] + inner


def tcp(
    seq=1000, ack=0, flags=ACK, data=b"", *, ports=PORTS, ends=(CLIENT, SERVER), options=b"", offset=None
) -> bytes:
    """``offset``: what the header says instead of its length in words."""
    options += bytes(-len(options) % 4)
    words = 5 + len(options) // 4 if offset is None else offset
    head = struct.pack(">HHIIBBHHH", *ports, seq % 2**32, ack % 2**32, (words & 15) << 4, flags, 64_240, 0, 0)
    whole = head + options + data
    summed = checksum(ends[0] + ends[1] + struct.pack(">HH", TCP, len(whole)) + whole)
    return whole[:16] + struct.pack(">H", summed) + whole[18:]


def udp(data: bytes, ports=(50_000, 53)) -> bytes:
    return struct.pack(">HHHH", *ports, 8 + len(data), 0) + data


def sent(seq=1000, ack=0, flags=ACK, data=b"", *, ports=PORTS, client=CLIENT, **more) -> bytes:
    """A frame from the client to the server."""
    ends = (client, SERVER)
    return ethernet(ipv4(tcp(seq, ack, flags, data, ports=ports, ends=ends, **more), ends=ends))


def answered(seq=5000, ack=0, flags=ACK, data=b"", *, ports=PORTS, client=CLIENT, **more) -> bytes:
    """A frame from the server to the client."""
    ends = (SERVER, client)
    return ethernet(ipv4(tcp(seq, ack, flags, data, ports=ports[::-1], ends=ends, **more), ends=ends))


def handshake(mine=1000, theirs=5000, **more) -> list[bytes]:
    return [
        sent(mine, 0, SYN, **more),
        answered(theirs, mine + 1, SYN | ACK, **more),
        sent(mine + 1, theirs + 1, ACK, **more),
    ]


def talk(request: bytes, answer=b"", mine=1000, theirs=5000, **more) -> list[bytes]:
    """A whole connection: handshake, request, answer, close. Ten frames."""
    asked, told = mine + 1 + len(request), theirs + 1 + len(answer)
    return [
        *handshake(mine, theirs, **more),
        sent(mine + 1, theirs + 1, PSH | ACK, request, **more),
        answered(theirs + 1, asked, ACK, **more),
        answered(theirs + 1, asked, PSH | ACK, answer, **more),
        sent(asked, told, ACK, **more),
        sent(asked, told, FIN | ACK, **more),
        answered(told, asked + 1, FIN | ACK, **more),
        sent(asked + 1, told + 1, ACK, **more),
    ]


def timed(frames, step=MILLISECOND) -> list[Frame]:
    """Frames with a time each, ``step`` nanoseconds apart."""
    return [(START + number * step, frame) for number, frame in enumerate(frames)]


def capture(frames, **more) -> bytes:
    """A pcap file of bare frames."""
    return pcap(timed(frames), **more)


TALK = talk(
    f"GET /{CANARY} HTTP/1.1\r\nHost: example\r\n\r\n".encode(), b"HTTP/1.1 200 OK\r\n\r\n" + CANARY.encode()
)
