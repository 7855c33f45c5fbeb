"""What the diagnoses of TLS have in common: the handshake as far as it is in clear text, and its alerts.

Numbers of alerts and their names: RFC 8446 section 6, RFC 5246 section 7.2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection, End

CLIENT, SERVER = 0, 1
ALERT, HANDSHAKE, DATA = 21, 22, 23  # content types
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
FATAL = 2
TLS_1_3 = 0x304
# In TLS 1.3 an alert travels encrypted, in a record that claims to be data: two bytes, one for the true type,
# and a tag of 16 (RFC 8446 section 5.2). A Finished message is longer.
ENCRYPTED_ALERT = 19
ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    116: "certificate_required",
    120: "no_application_protocol",
}
# How a connection ends whose handshake failed follows from that failure.
ENDINGS = (
    "clean_close",
    "simultaneous_close",
    "reset_after_close",
    "data_after_close",
    "application_abort",
    "reset_sender_unknown",
    "half_open_reset",
)
_VERSIONS = {0x300: "SSL 3.0", 0x301: "TLS 1.0", 0x302: "TLS 1.1", 0x303: "TLS 1.2", 0x304: "TLS 1.3"}


@dataclass(frozen=True)
class Handshake:
    """The first of each kind of message, None: the capture has none in clear text (TLS_DTYPE rows)."""

    client_hello: np.void | None
    server_hello: np.void | None  # a HelloRetryRequest is none
    certificate: np.void | None  # of the server
    client_data: np.void | None
    server_data: np.void | None
    alerts: NDArray[np.void]  # readable fatal ones, by frame

    def alert(self, side: int) -> np.void | None:
        """The first readable fatal alert of a side."""
        mine = self.alerts[self.alerts["side"] == side]
        return mine[0] if len(mine) else None


def handshake(c: Connection) -> Handshake:
    """The handshake of a connection."""
    return c.once(_handshake)


def _handshake(c: Connection) -> Handshake:
    rows = c.tls
    kind, side = rows["handshake"], rows["side"]
    alerts = rows[(rows["content_type"] == ALERT) & (rows["alert_level"] == FATAL)]
    data = rows["content_type"] == DATA
    return Handshake(
        _first(rows[(kind == CLIENT_HELLO) & (side == CLIENT)]),
        _first(rows[(kind == SERVER_HELLO) & (side == SERVER) & ~rows["retry"]]),
        _first(rows[(kind == CERTIFICATE) & (side == SERVER)]),
        _first(rows[data & (side == CLIENT)]),
        _first(rows[data & (side == SERVER)]),
        alerts,
    )


LOOKED_AT = 64  # other connections to the same port that are looked at: enough to show that it speaks TLS


@dataclass(frozen=True)
class Hello:
    """A ServerHello of a port, and whether the server's data followed."""

    connection: int
    client: int  # host
    row: np.void
    carried: bool


def hellos_elsewhere(c: Connection) -> list[Hello]:
    """ServerHellos of the same port in other connections, by the connection's id."""
    return [one for one in c.case.once(_hellos, c.server.endpoint) if one.connection != c.number]


def _hellos(case: Case, endpoint: int) -> list[Hello]:
    found = []
    for number in case.to_server(endpoint)[:LOOKED_AT].tolist():
        other = case.connection(number)
        said = handshake(other)
        if said.server_hello is not None:
            found.append(Hello(number, other.client.host, said.server_hello, said.server_data is not None))
    return found


def _first(rows: NDArray[np.void]) -> np.void | None:
    return rows[0] if len(rows) else None


def alert_name(alert: np.void) -> str:
    """The name of an alert, as the RFCs write it."""
    number = int(alert["alert_description"])
    return ALERTS.get(number, f"alert {number}")


def version_name(version: int) -> str:
    """TLS 1.2, as people say it."""
    return _VERSIONS.get(version, f"0x{version:04x}")


def text(row: np.void, column: str) -> str:
    """A text of a row; it is printable ASCII (packets/applications/tables.py)."""
    return bytes(row[column]).decode("ascii", "replace")


def frame(row: np.void | None) -> tuple[int, ...]:
    """The frames of a message, first and last."""
    return () if row is None else tuple(sorted({int(row["first_frame"]), int(row["frame"])}))


def end_of(c: Connection, side: int) -> End:
    """The end that a side of the rows names."""
    return c.client if side == CLIENT else c.server
