"""The columns in which facts travel: documented dtypes, one row a packet or a connection.

Times are integer nanoseconds since the Unix epoch (UTC), as Wireshark's ``frame.time_epoch``. Frame numbers
are 1-based, as Wireshark counts. Numbers that can be absent use -1.
"""

import numpy as np

# TCP flags (RFC 9293 section 3.1; AE: RFC 9768), as in the low 12 bits of bytes 12 and 13 of the header.
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE = 1, 2, 4, 8, 16, 32, 64, 128, 256

# Rarer TCP options, named (IANA tcp-parameters): fast open (RFC 7413, also under its experimental number),
# MPTCP (RFC 8684), MD5 signature (RFC 2385), authentication (RFC 5925).
FAST_OPEN, MPTCP, MD5_SIGNATURE, AUTHENTICATION = 1, 2, 4, 8

# Protocol numbers (IANA). ARP has none: 0 stands for "not IP".
ICMP, TCP, UDP, ICMPV6, NOT_IP = 1, 6, 17, 58, 0

# The link type of records that Wireshark numbers as frames though they hold no packet (pcapng custom blocks
# and such): the registry of tcpdump.org ends far below.
NO_LINK = 65_535

# Marks: facts that the state machine found about one packet. Judgements use them, they judge nothing.
SEEN_TWICE = 1 << 0  # every byte (or SYN/FIN) of this segment was seen before from the same side
SEEN_PARTLY = 1 << 1  # some of its bytes were seen before
GAP_BEFORE = 1 << 2  # bytes before this segment have not been seen yet
DUPLICATE_ACK = 1 << 3  # same ack, same window (not 0), no data, while data of the other side is outstanding
ACKS_UNSEEN = 1 << 4  # acknowledges bytes of the other side that are not in the capture
KEEPALIVE_SHAPED = 1 << 5  # length 0 or 1 at SND.NXT - 1, without SYN, FIN or RST (RFC 9293 section 3.8.4)
WINDOW_ZERO = 1 << 6  # advertises window 0, without SYN, FIN or RST
FILLS_GAP = 1 << 7  # its bytes are new, but lie before the highest byte seen
WINDOW_UPDATE = 1 << 8  # same ack, no data, another window that is not 0
COPY = 1 << 9  # the same packet was recorded a moment ago (same IP ID and fields; see kernel/copies.py)
ANSWERS_KEEPALIVE = 1 << 10  # the pure ACK that answers a keepalive-shaped segment
SEEN_ACKNOWLEDGED = 1 << 11  # with SEEN_TWICE: the other side had acknowledged all of it before
PROBE_SHAPED = 1 << 12  # one byte at SND.NXT, while the other side's last window was 0 (BSD, Windows)
WINDOW_FULL = 1 << 13  # its last byte is the last that the other side's window allows
SACKS = 1 << 14  # carries SACK blocks (RFC 2018)
REPORTS_TWICE = 1 << 15  # its first SACK block reports bytes received twice (D-SACK, RFC 2883)
# The rare ones, which tell something wherever they stand in a long connection.
MARKED = GAP_BEFORE | KEEPALIVE_SHAPED | PROBE_SHAPED | WINDOW_ZERO | SEEN_TWICE | SEEN_PARTLY | FILLS_GAP

PACKET_DTYPE = np.dtype(
    [
        ("frame", "u4"),  # 1-based
        ("time_ns", "i8"),
        ("connection", "i4"),  # id in CONNECTION_DTYPE, -1: belongs to none
        ("from_client", "?"),  # direction; an ICMP error is "from client" when it is addressed to the server
        ("protocol", "u1"),  # IANA number, 0: not IP
        ("flags", "u2"),  # TCP flags, 0 for others
        ("seq", "i8"),  # relative to the first sequence number of its side (SYN = 0), unwrapped; bytes
        ("ack", "i8"),  # relative to the other side's first sequence number; -1: ACK flag not set
        ("length", "u4"),  # payload bytes by the headers (TCP, UDP, ICMP)
        ("window", "i8"),  # bytes, scaled; -1: the scale is not known (stream begun before the capture)
        ("window_raw", "i4"),  # the 16-bit field; -1: not TCP
        ("ttl", "u1"),  # TTL or hop limit; 0 when not IP
        ("ip_id", "i4"),  # IPv4 identification; -1: none (IPv6)
        ("tsval", "i8"),  # RFC 7323 timestamps; -1: absent
        ("tsecr", "i8"),
        ("captured", "u4"),  # bytes of the frame in the file
        ("original", "u4"),  # bytes of the frame on the wire
        ("interface", "u2"),
        ("mac", "i8"),  # of the sender, a 48-bit number; -1: none
        ("vlan", "i2"),  # innermost VLAN id; -1: untagged
        ("gap_ns", "i8"),  # since the packet before in its connection; -1: it is the first
        (
            "rtt_ns",
            "i8",
        ),  # an acknowledgement: since the segment that ends at its number was sent; -1: not told
        ("repeat_ns", "i8"),  # a repeated segment: since the same bytes were sent last; -1: none, or not seen
        (
            "in_flight",
            "i8",
        ),  # a segment with data: bytes sent and not acknowledged, this one included; -1: not known
        ("sack_left", "i8"),  # first SACK block, relative numbers of the other side; -1: none
        ("sack_right", "i8"),
        ("icmp_type", "i2"),  # -1: not ICMP
        ("icmp_code", "i2"),  # of ARP, which has no type: 1 request, 2 reply
        # Bytes 4 to 7 of the ICMP header: of an echo identifier << 16 | sequence number, of an error such as
        # the MTU of the next link; -1: not ICMP.
        ("icmp_rest", "i8"),
        ("source", "i4"),  # index of the sender's address in the list of hosts; -1: none
        ("target", "i4"),
        ("marks", "u4"),  # see above
    ]
)

CONNECTION_DTYPE = np.dtype(
    [
        ("id", "i4"),
        ("protocol", "S8"),  # tcp, udp, icmp, icmpv6, arp
        ("client", "S56"),  # "192.0.2.1:49152", "[2001:db8::1]:443", or a bare address (ICMP, ARP)
        ("server", "S56"),
        ("packets", "u4"),
        ("bytes", "i8"),  # on the wire, as Wireshark's "Bytes" of a conversation
        ("first_ns", "i8"),
        ("duration_ns", "i8"),
        ("state", "S12"),  # syn_sent, refused, established, half_closed, closed, reset, midstream, datagram
        ("verdict", "S40"),  # code of the primary finding, empty: none
        ("severity", "S8"),  # of that finding: error, warning, note, info, or empty
        ("first_row", "i8"),  # its packets are rows [first_row, first_row + rows) of the packet table
        ("rows", "i8"),
    ]
)
