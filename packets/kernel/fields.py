"""The columns of one decoded packet, a row of the kernel's output; all of them 64-bit integers.

-1 stands for "absent". Names that PACKET_DTYPE (packets/columns.py) has too mean the same there.
"""

(
    FRAME,
    TIME,  # ns since the epoch
    CAPTURED,
    ORIGINAL,
    LINK,  # LINKTYPE of the frame
    INTERFACE,
    MAC,  # of the sender, 48 bits
    VLAN,  # innermost VLAN id
    SOURCE,  # host number
    TARGET,
    PROTOCOL,  # IANA, 0: not IP, 256: ARP
    VERSION,  # 4, 6 or 0
    TTL,
    IP_ID,
    FRAGMENT,  # 1: a fragment
    OFFSET,  # bytes, of the fragment
    SPORT,
    DPORT,
    FLAGS,
    SEQ,  # relative to the first number of its side, unwrapped
    ACK,
    ABS_SEQ,  # as in the header, 32 bits
    ABS_ACK,
    HEADER,  # bytes of the TCP header
    WINDOW_RAW,
    WINDOW,  # bytes, scaled; -1: the scale is not known
    LENGTH,  # payload bytes by the headers
    TSVAL,
    TSECR,
    MSS,
    WSCALE,
    SACK_OK,
    EXTRAS,  # rarer options: FAST_OPEN, MPTCP, … of packets/columns.py
    OPTIONS,  # kinds of the first eight options, a byte each, the first one lowest
    SACKS,  # number of SACK blocks
    SACK_LEFT,  # first block, relative to the other side's first number
    SACK_RIGHT,
    SACK2_LEFT,  # second block
    SACK2_RIGHT,
    ICMP_TYPE,
    ICMP_CODE,
    ICMP_REST,  # bytes 4 to 7 of the ICMP header
    QUOTES,  # 1: an ICMP error in the flow of the packet that it quotes
    QUOTED_SEQ,  # sequence number of the segment that an ICMP error quotes
    CHECKSUM,  # TCP: 1 good, 0 wrong, -1 not known
    FLOW_PROTOCOL,  # of the packet, or of the one it quotes; -1: belongs to no flow
    FLOW_SOURCE,  # host << 16 | port
    FLOW_TARGET,
    CONNECTION,
    SIDE,  # 0: sent by the lower endpoint of the flow, 1: by the higher
    MARKS,
    IN_FLIGHT,
    RTT,  # ns
    REPEAT,  # ns since the same bytes were sent last
    GAP,  # ns since the packet before in its connection
    PAYLOAD,  # where the payload starts in the batch
    STOP,  # end of the packet's captured bytes
    KIND,  # what its payload looks like, see APPLICATIONS
    ODD,  # why it was not understood, see kernel/odd.py; 0: it was
    WIDTH,
) = range(60)

# What a payload looks like by its first bytes (kernel/transport.py).
NOTHING, DNS, TLS, HTTP = 0, 1, 2, 3
