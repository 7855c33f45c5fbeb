"""Client and server find no TLS version, or no way to encrypt, that both accept.

Holds when all of these are true:

- the client sent a ClientHello
- one side answered the other's hello with the fatal alert protocol_version (70) or insufficient_security
  (71), or the server answered the ClientHello with handshake_failure (40) before any ServerHello
- no application data were exchanged

Supersedes clean_close, simultaneous_close, reset_after_close, data_after_close, application_abort,
reset_sender_unknown and half_open_reset: how the connection ended follows from it.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Sentence, Severity, Value, say
from diagnoses.handshakes import (
    ENDINGS,
    SERVER,
    alert_name,
    end_of,
    frame,
    handshake,
    hellos_elsewhere,
    text,
    version_name,
)
from packets.table import Table

CODE = "tls_no_common_version"
SUPERSEDES = ENDINGS
FAILURE, VERSION, SECURITY = 40, 70, 71  # RFC 8446 section 6.2


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = table["tls_messages"] > 1
    return found


def refusal(c: Connection) -> np.void | None:
    """The alert that says so."""
    said = handshake(c)
    for alert in said.alerts:
        number = int(alert["alert_description"])
        early = said.server_hello is None or said.server_hello["frame"] > alert["frame"]
        if number in (VERSION, SECURITY) or (number == FAILURE and early and alert["side"] == SERVER):
            return alert
    return None


def client_offered(c: Connection) -> bool:
    return handshake(c).client_hello is not None


def refused(c: Connection) -> bool:
    return refusal(c) is not None


def nothing_exchanged(c: Connection) -> bool:
    return handshake(c).client_data is None or handshake(c).server_data is None


CONDITIONS = (client_offered, refused, nothing_exchanged)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    said, alert = handshake(c), refusal(c)
    assert said.client_hello is not None
    assert alert is not None
    hello, answer, number = said.client_hello, said.server_hello, int(alert["alert_description"])
    refuser = end_of(c, int(alert["side"]))
    works = _elsewhere(c)
    values: dict[str, object] = {
        "client": c.client.address,
        "server": c.server.shown,
        "host": c.server.address,
        "port": c.server.port,
        "refuser": refuser.address,
        "other": c.peer(refuser).address,
        "alert": number,
        "alert_name": alert_name(alert),
        "alert_frame": frame(alert),
        "hello": frame(hello),
        "offered": version_name(int(hello["version"])),
        "ciphers": int(hello["ciphers"]),
        "sni": text(hello, "sni") or c.server.address,
        "answer": frame(answer),
        "chosen": version_name(int(answer["version"])) if answer is not None else "",
        "works": frame(works[0]) if works else (),
        "works_version": version_name(int(works[0]["version"])) if works else "",
    }
    numbers: dict[str, Value] = {
        "alert": alert_name(alert),
        "alert_number": number,
        "offered_version": version_name(int(hello["version"])),
        "offered_ciphers": int(hello["ciphers"]),
        "refused_by": "server" if refuser is c.server else "client",
    }
    if answer is not None:
        numbers["chosen_version"] = version_name(int(answer["version"]))
    by_server = refuser is c.server
    return Finding(
        CODE,
        *_weight(c, number, works),
        c.number,
        (c.client.address, c.server.address),
        (*frame(hello), *frame(answer), *frame(alert), *(frame(works[0]) if works else ())),
        say("title" if number == VERSION else "title_failure", **values),
        (
            say("offered", **values),
            say("refused" if by_server else "refused_by_client", **values),
            say(f"alert_{number}", **values),
            *_others(works, values),
        ),
        Culprit(),
        numbers,
        (Rejected("reset_on_path", say("not_network", **values)),),
        say("settle", **values),
    )


def _elsewhere(c: Connection) -> list[np.void]:
    """ServerHellos of the same port in other connections, those to the same client first."""
    found = [one for one in hellos_elsewhere(c) if one.carried]
    return [one.row for one in sorted(found, key=lambda one: one.client != c.client.host)]


def _weight(c: Connection, number: int, works: list[np.void]) -> tuple[Severity, Confidence]:
    """A client that was served on another connection has tried something else: it fell back, or it scans."""
    served = bool(works) and any(
        int(works[0]["connection"]) == other for other in c.case.between(c.client.host, c.server.host)
    )
    return "note" if served else "error", "likely" if number == FAILURE else "certain"


def _others(works: list[np.void], values: dict[str, object]) -> tuple[Sentence, ...]:
    return (say("works", **values),) if works else ()
