"""The client does not accept the server's certificate, or the certificate is outside its dates.

Holds when all of these are true:

- the server answered the handshake: a ServerHello, a certificate or both are in the capture
- the client then sent a fatal alert about certificates (42 to 46, or 48), or the certificate that the
  server showed was not valid at the time of the capture
- where the dates alone speak, no RST ended a connection that was already carrying data

Supersedes clean_close, simultaneous_close, reset_after_close, data_after_close, application_abort,
reset_sender_unknown, half_open_reset and tls_handshake_failed: how the connection ended follows from it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Sentence, Severity, Value, say
from diagnoses.handshakes import CLIENT, ENDINGS, alert_name, frame, handshake, text
from diagnoses.server_names import covers
from packets.table import Table

CODE = "tls_certificate_rejected"
SUPERSEDES = (*ENDINGS, "tls_handshake_failed")
# RFC 8446 section 6.2: bad, unsupported, revoked, expired, unknown certificate; unknown CA.
ABOUT_CERTIFICATES = frozenset((42, 43, 44, 45, 46, 48))
EXPIRED, UNKNOWN_CA = 45, 48
# Captures whose clock was never set begin in 1970; TLS with certificates in use is younger than this.
CLOCK_IS_SET = 946_684_800  # seconds since the epoch: 2000-01-01
_DAY = 86_400


@dataclass(frozen=True)
class Certificate:
    """What the first certificate of the server says."""

    row: np.void
    now: int  # seconds since the epoch, by the clock of the capture

    @property
    def expired_s(self) -> int:
        """Seconds since it expired; 0: it has not."""
        end = int(self.row["not_after"])
        return max(self.now - end, 0) if end >= 0 else 0

    @property
    def early_s(self) -> int:
        """Seconds until it becomes valid; 0: it is."""
        begin = int(self.row["not_before"])
        return max(begin - self.now, 0) if begin >= 0 else 0

    @property
    def outdated(self) -> bool:
        """Not valid at the time of the capture."""
        return self.now > CLOCK_IS_SET and self.expired_s + self.early_s > 0

    @property
    def readable(self) -> bool:
        """The capture has all of it."""
        return bool(self.row["whole"]) and int(self.row["not_after"]) >= 0


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = table["tls_messages"] > 1
    return found


def refusal(c: Connection) -> np.void | None:
    """The client's alert about the certificate."""
    alert = handshake(c).alert(CLIENT)
    return alert if alert is not None and int(alert["alert_description"]) in ABOUT_CERTIFICATES else None


def shown(c: Connection) -> Certificate | None:
    """The server's certificate, where the capture has it in clear text (TLS 1.2 and before)."""
    row = handshake(c).certificate
    found = Certificate(row, int(row["time_ns"]) // NS) if row is not None else None
    return found if found and found.readable else None


def server_answered(c: Connection) -> bool:
    return handshake(c).server_hello is not None or handshake(c).certificate is not None


def refused_or_outdated(c: Connection) -> bool:
    certificate = shown(c)
    return refusal(c) is not None or (certificate is not None and certificate.outdated)


def nothing_else_broke(c: Connection) -> bool:
    carried = handshake(c).server_data is not None
    return refusal(c) is not None or not (carried and c.client.rst + c.server.rst)


CONDITIONS = (server_answered, refused_or_outdated, nothing_else_broke)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    said, alert, certificate = handshake(c), refusal(c), shown(c)
    hello = said.client_hello
    sni = text(hello, "sni") if hello is not None else ""
    values: dict[str, object] = {
        "client": c.client.address,
        "server": c.server.shown,
        "host": c.server.address,
        "port": c.server.port,
        "sni": sni,
        "name": sni or "NAME",
        "alert": int(alert["alert_description"]) if alert is not None else -1,
        "alert_name": alert_name(alert) if alert is not None else "",
        "alert_frame": frame(alert),
        "certificate": frame(said.certificate),
        "flight": frame(said.certificate) or frame(said.server_hello),
        **(_described(certificate) if certificate else {}),
    }
    numbers: dict[str, Value] = {}
    if alert is not None:
        numbers |= {"alert": alert_name(alert), "alert_number": int(alert["alert_description"])}
    if certificate:
        numbers |= _numbers(certificate)
    return Finding(
        CODE,
        *_weight(c, certificate),
        c.number,
        (c.client.address, c.server.address),
        (*frame(hello), *frame(said.server_hello), *frame(said.certificate), *frame(alert)),
        say(_title(alert, certificate), **values),
        _told(c, alert, certificate, values),
        _culprit(c, alert, certificate),
        numbers,
        (Rejected("reset_on_path", say("not_network", **values)),) if alert is not None else (),
        say("settle", **values),
    )


def _day(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _described(certificate: Certificate) -> dict[str, object]:
    row = certificate.row
    return {
        "subject": text(row, "subject") or text(row, "sans").split(",")[0],
        "issuer": text(row, "issuer"),
        "names": text(row, "sans").split(","),
        "since": _day(int(row["not_before"])),
        "until": _day(int(row["not_after"])),
        "now": _day(certificate.now),
        "days": (certificate.expired_s or certificate.early_s) // _DAY,
    }


def _numbers(certificate: Certificate) -> dict[str, Value]:
    row = certificate.row
    return {
        "not_before": _day(int(row["not_before"])),
        "not_after": _day(int(row["not_after"])),
        "expired_days": certificate.expired_s // _DAY,
        "certificates": int(row["certificates"]),
    }


def _weight(c: Connection, certificate: Certificate | None) -> tuple[Severity, Confidence]:
    if refusal(c) is not None:
        return "error", "certain"
    used = handshake(c).client_data is not None
    return ("warning", "certain") if used else ("error", "likely")


def _title(alert: np.void | None, certificate: Certificate | None) -> str:
    if alert is None:
        return "title_early" if certificate and certificate.early_s else "title_expired"
    if certificate and certificate.outdated and int(alert["alert_description"]) == EXPIRED:
        return "title_both"
    return "title_alert"


def _told(
    c: Connection, alert: np.void | None, certificate: Certificate | None, values: dict[str, object]
) -> tuple[Sentence, ...]:
    told = [say("refused", **values), say(f"alert_{values['alert']}")] if alert is not None else []
    if certificate is None:
        return (*told, say("unreadable"))
    told.append(say("certificate", **values))
    if certificate.outdated:
        told.append(say("early" if certificate.early_s else "expired", **values))
    elif values["alert"] == EXPIRED:
        told.append(say("clock", **values))
    if covers(certificate.row, str(values["sni"])) is False:
        told.append(say("mismatch", **values))
    if certificate.row["subject"] == certificate.row["issuer"]:
        told.append(say("self_signed", **values))
    elif values["alert"] == UNKNOWN_CA and certificate.row["certificates"] == 1:
        told.append(say("alone", **values))
    if alert is None:
        used = handshake(c).client_data is not None
        told.append(say("accepted" if used else "no_data", **values))
    return tuple(told)


def _culprit(c: Connection, alert: np.void | None, certificate: Certificate | None) -> Culprit:
    """The dates tell whose fault it is; of a name or an authority both sides may be right."""
    if certificate and certificate.outdated:
        return Culprit("server", c.server.address, c.hops_to(c.server))
    if certificate and alert is not None and int(alert["alert_description"]) == EXPIRED:
        return Culprit("client", c.client.address, c.hops_to(c.client))
    return Culprit()
