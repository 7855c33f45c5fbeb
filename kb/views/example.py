"""The picture on the sign-in page: the capture of the first article's kind, four packets of it, drawn like
any other.
"""

import numpy as np
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from drawing import sequence
from drawing.marks import Mark
from drawing.words import Language
from packets.columns import ACK, ICMP, PACKET_DTYPE, RST, SYN, TCP

# frame, seconds, from the client, protocol, flags, seq, ack, window, TTL, ICMP type
_PACKETS = (
    (1, 0.0, True, TCP, SYN, 0, -1, 64240, 128, -1),
    (2, 0.002, False, TCP, RST | ACK, 0, 1, 0, 63, -1),
    (7, 4.001, True, ICMP, 0, 0, -1, -1, 128, 8),
    (8, 4.003, False, ICMP, 0, 0, -1, -1, 61, 0),
)


def picture(lang: Language) -> SafeString:
    """SVG: a SYN, a RST from hop 2, a ping and its answer from hop 4."""
    rows = np.zeros(len(_PACKETS), PACKET_DTYPE)
    for row, (frame, seconds, from_client, protocol, flags, seq, ack, window, ttl, kind) in zip(
        rows, _PACKETS, strict=True
    ):
        row["frame"], row["time_ns"], row["from_client"] = frame, round(seconds * 1e9), from_client
        row["protocol"], row["flags"], row["seq"], row["ack"] = protocol, flags, seq, ack
        row["window"] = row["window_raw"] = window
        row["ttl"], row["icmp_type"], row["icmp_code"] = ttl, kind, 0
    marks = [Mark(2, gettext("hop %(hop)s") % {"hop": 2}, "path"), Mark(8, gettext("baseline"))]
    svg = sequence.draw(rows, client="192.0.2.128:49169", server="198.51.100.129:22", lang=lang, marks=marks)
    return mark_safe(svg)  # noqa: S308 our own constants
