"""The link types that can be read, and their names in the LINKTYPE registry of tcpdump.org."""

from packets.kernel import link, wifi

NAMES = {
    link.NULL: "NULL",
    link.ETHERNET: "ETHERNET",
    link.PPP: "PPP",
    link.PPP_HDLC: "PPP_HDLC",
    link.PPP_ETHER: "PPP_ETHER",
    link.RAW: "RAW",
    link.RAW_BSD: "RAW",
    link.RAW_OPENBSD: "RAW",
    link.C_HDLC: "C_HDLC",
    wifi.WIFI: "IEEE802_11",
    link.LOOP: "LOOP",
    link.SLL: "LINUX_SLL",
    wifi.PRISM: "IEEE802_11_PRISM",
    wifi.RADIOTAP: "IEEE802_11_RADIOTAP",
    wifi.AVS: "IEEE802_11_AVS",
    link.IPV4: "IPV4",
    link.IPV6: "IPV6",
    link.SLL2: "LINUX_SLL2",
}
KNOWN_LINK_TYPES = frozenset(NAMES)


def name(link_type: int) -> str:
    """The registry's name of a link type, without its prefix."""
    return NAMES.get(link_type, f"LINKTYPE_{link_type}")
