"""Single lines of tcpdump and ping that speak for themselves: ICMP, ARP, windows."""

from kb.search.symptoms.sign import sign

TABLE = (
    sign(
        r"need to frag \(mtu (?P<mtu>\d+)\)|frag(?:mentation)? needed|Frag needed and DF set|packet too big"
        r"|mtu ?= ?\d{3,4}\b",
        "pmtu_discovery pmtu_black_hole",
        "A router says that packets are too large for the next link.",
        "ルーターが、パケットが次のリンクに対して大きすぎると通知しています。",
    ),
    sign(
        r"ICMP6?,? .*(?:admin(?:istratively)? prohibited|host \S+ unreachable|net \S+ unreachable"
        r"|tcp port \S+ unreachable)"
        r"|communication administratively (?:prohibited|filtered)|Destination (?:Host|Net"
        r"|Port) (?:Unreachable|Prohibited)"
        r"|Packet filtered|宛先ホストに到達できません",
        "icmp_unreachable refused_on_path",
        "An ICMP message reports that the host, network or port cannot be reached, or must not be.",
        "ICMP メッセージが、ホスト、ネットワーク、ポートに到達できない、または禁止されていると通知していま"
        "す。",
    ),
    sign(
        r"udp port \S+ unreachable",
        "udp_port_unreachable",
        "An ICMP message says that nothing listens at the UDP port.",
        "ICMP メッセージが、UDP ポートで待ち受けがないと通知しています。",
    ),
    sign(
        r"time exceeded in-transit|Time to live exceeded|TTL expired in transit|TTL が期限切れ",
        "ttl_expired routing_loop",
        "A router threw the packet away because its TTL had reached zero.",
        "TTL が 0 になったため、ルーターがパケットを破棄しています。",
    ),
    sign(
        r"\bcksum 0x\w+ \(incorrect",
        "checksum_offload",
        "The checksum is wrong in the capture: on the sending host that is what offloading looks like.",
        "チェックサムが誤っています。送信側のホストでは、オフロードによりこう見えます。",
    ),
)
