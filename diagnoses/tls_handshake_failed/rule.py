"""A TLS handshake ends before any data, and the capture does not show why, or only by the number of an alert.

Holds when all of these are true:

- the client sent a ClientHello
- it came to no exchange of data: the client sent none, or in TLS 1.3 only a record as short as an alert
- one side sent a fatal alert (readable, or by its length), or closed right after the server's part of the
  handshake, before the client said another word
- the alert is none about the server's certificate, and none about versions and ciphers: those are told by
  themselves

Supersedes clean_close, simultaneous_close, reset_after_close, data_after_close, application_abort,
reset_sender_unknown and half_open_reset: how the connection ended follows from it.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection, End
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Sentence, Severity, Value, say
from diagnoses.handshakes import (
    CLIENT,
    ENCRYPTED_ALERT,
    ENDINGS,
    SERVER,
    TLS_1_3,
    alert_name,
    end_of,
    frame,
    handshake,
    text,
    version_name,
)
from packets.columns import FIN, RST
from packets.table import Table

CODE = "tls_handshake_failed"
SUPERSEDES = ENDINGS
# RFC 8446 section 6.2: what a client says of a certificate, and what both say of versions and ciphers.
ABOUT_CERTIFICATES, ABOUT_VERSIONS, FAILURE = (42, 43, 44, 45, 46, 48), (70, 71), 40
HINTS = (40, 49, 51, 80, 112, 116, 120)  # alerts whose usual reason is worth a word


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    ended = (table["client_fin"] + table["server_fin"] + table["client_rst"] + table["server_rst"]) > 0
    found: NDArray[np.bool_] = (table["tls_messages"] > 1) & ended
    return found


def hidden_alert(c: Connection) -> np.void | None:
    """The client's first encrypted record, where it is as short as an alert (TLS 1.3)."""
    said = handshake(c)
    new = said.server_hello is not None and int(said.server_hello["version"]) >= TLS_1_3
    data = said.client_data
    return data if new and data is not None and int(data["record_length"]) == ENCRYPTED_ALERT else None


def first_end(c: Connection) -> tuple[End, int] | None:
    """Who closed first, and in which frame."""
    rows = c.segments[(c.segments["flags"] & (FIN | RST)) != 0]
    return (c.client if rows[0]["from_client"] else c.server, int(rows[0]["frame"])) if len(rows) else None


def client_offered(c: Connection) -> bool:
    return handshake(c).client_hello is not None


def no_exchange(c: Connection) -> bool:
    return handshake(c).client_data is None or hidden_alert(c) is not None


def refused_or_closed(c: Connection) -> bool:
    said = handshake(c)
    return len(said.alerts) > 0 or hidden_alert(c) is not None or _closed_in_the_middle(c)


def _closed_in_the_middle(c: Connection) -> bool:
    """Closed after the ServerHello, and the client is seen to say nothing between: no hole, nothing cut."""
    rows = c.client.rows
    cut = bool(((rows["length"] > 0) & (rows["captured"] < rows["original"])).any())
    missing = cut or c.client.acked_missing + c.server.acked_missing > 0
    spoke = (c.tls["side"] == CLIENT) & ((c.tls["handshake"] > 1) | c.tls["encrypted"])
    return handshake(c).server_hello is not None and not missing and not bool(spoke.any())


def not_told_elsewhere(c: Connection) -> bool:
    said = handshake(c)
    for alert in said.alerts[:1]:
        number, side = int(alert["alert_description"]), int(alert["side"])
        early = said.server_hello is None
        certificate = side == CLIENT and number in ABOUT_CERTIFICATES and not early
        if certificate or number in ABOUT_VERSIONS or (number == FAILURE and side == SERVER and early):
            return False
    return True


CONDITIONS = (client_offered, no_exchange, refused_or_closed, not_told_elsewhere)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    said, hidden, end = handshake(c), hidden_alert(c), first_end(c)
    hello, answer = said.client_hello, said.server_hello
    alert = said.alerts[0] if len(said.alerts) else None
    who = end_of(c, int(alert["side"])) if alert is not None else c.client if hidden is not None else None
    who = who or (end[0] if end else c.client)
    values: dict[str, object] = {
        "client": c.client.address,
        "server": c.server.shown,
        "host": c.server.address,
        "port": c.server.port,
        "who": who.address,
        "other": c.peer(who).address,
        "sni": (text(hello, "sni") if hello is not None else "") or c.server.address,
        "hello": frame(hello),
        "answer": frame(answer),
        "version": version_name(int(answer["version"])) if answer is not None else "",
        "alert": int(alert["alert_description"]) if alert is not None else -1,
        "alert_name": alert_name(alert) if alert is not None else "",
        "alert_frame": frame(alert),
        "hidden": frame(hidden),
        "closed": end[1:] if end else (),
    }
    numbers: dict[str, Value] = {"ended_by": who.name}
    if alert is not None:
        numbers |= {"alert": alert_name(alert), "alert_number": int(alert["alert_description"])}
    if answer is not None:
        numbers["chosen_version"] = version_name(int(answer["version"]))
    how = "alert" if alert is not None else "hidden" if hidden is not None else "closed"
    return Finding(
        CODE,
        *_weight(how),
        c.number,
        (c.client.address, c.server.address),
        (*frame(hello), *frame(answer), *frame(alert), *frame(hidden), *(end[1:] if end else ())),
        say(f"title_{how}", **values),
        (say("answered" if answer is not None else "unanswered", **values), *_told(how, values)),
        Culprit(),
        numbers,
        (Rejected("reset_on_path", say("not_network", **values)),) if how != "closed" else (),
        say("settle", **values),
    )


def _weight(how: str) -> tuple[Severity, Confidence]:
    """A client that closes at the ServerHello may only have looked whether the server is there."""
    found: dict[str, tuple[Severity, Confidence]] = {
        "alert": ("error", "certain"),
        "hidden": ("error", "likely"),
    }
    return found.get(how, ("note", "possible"))


def _told(how: str, values: dict[str, object]) -> tuple[Sentence, ...]:
    if how != "alert":
        return (say(f"how_{how}", **values), say("reason_hidden"))
    known = values["alert"] in HINTS
    return (say("how_alert", **values), say(f"alert_{values['alert']}" if known else "alert_other"))
