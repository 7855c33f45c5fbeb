"""Why a packet, or a part of it, was not understood: a number for each reason, counted and named by
packets/odd.py.
"""

(
    UNDERSTOOD,
    LINK_TYPE,  # frames of a link type that is not known
    ETHERTYPE,  # an EtherType or LLC protocol that is not known
    DEEP,  # more tags or tunnels than any network stacks
    CUT_LINK,  # cut off inside the link header
    BAD_IP,  # not the IP header that was announced, or cut off inside it
    CUT_TRANSPORT,  # cut off inside the transport header
    ENCRYPTED,  # 802.11 data frames whose payload is encrypted
    NOT_DATA,  # 802.11 management and control frames
    KINDS,
) = range(10)
