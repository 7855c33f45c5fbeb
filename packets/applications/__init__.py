"""What connections say above TCP and UDP: facts of DNS, TLS handshakes and alerts, and HTTP/1 heads.

applications = Applications()
applications.datagram(...), applications.segment(...)   # in the order of the capture
facts = applications.finish()
"""

from packets.applications.collect import ApplicationFacts, Applications
from packets.applications.limits import ApplicationLimits
from packets.applications.tables import DNS_DTYPE, HTTP_DTYPE, NOTES, TLS_DTYPE

__all__ = [
    "DNS_DTYPE",
    "HTTP_DTYPE",
    "NOTES",
    "TLS_DTYPE",
    "ApplicationFacts",
    "ApplicationLimits",
    "Applications",
]
