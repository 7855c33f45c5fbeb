"""The reader that most people write first: dpkt, packet after packet, counting connections and bytes."""

import sys

import dpkt


def main(path: str) -> None:
    """Count what is in the capture."""
    flows: dict[tuple[bytes, ...], list[int]] = {}
    with open(path, "rb") as file:
        for _, data in dpkt.pcap.UniversalReader(file):
            ip = dpkt.ethernet.Ethernet(data).data
            if not isinstance(ip, dpkt.ip.IP) or not isinstance(ip.data, dpkt.tcp.TCP):
                continue
            tcp = ip.data
            ends = sorted((ip.src + tcp.sport.to_bytes(2, "big"), ip.dst + tcp.dport.to_bytes(2, "big")))
            seen = flows.setdefault(tuple(ends), [0, 0])
            seen[0] += 1
            seen[1] += ip.len
    print(len(flows), sum(packets for packets, _ in flows.values()))


if __name__ == "__main__":
    main(sys.argv[1])
