"""One side speaks TLS and the other plain HTTP.

Holds when all of these are true:

- the first words of both sides are in the capture, and it has no hole before them
- the client began with an HTTP request (no CONNECT), and the server answered with a TLS alert; or, on a port
  that is for TLS, with "400 Bad Request", or by closing without a word; or the client began with a
  ClientHello, and the server answered with something that is no TLS

Supersedes clean_close, simultaneous_close, reset_after_close, data_after_close, application_abort,
reset_sender_unknown, half_open_reset and closed_before_answer: how the connection ended follows from it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Sentence, Value, say
from diagnoses.handshakes import (
    ALERT,
    CLIENT,
    CLIENT_HELLO,
    ENDINGS,
    SERVER,
    alert_name,
    frame,
    hellos_elsewhere,
    text,
)
from packets.columns import FIN, RST
from packets.table import Table

CODE = "plaintext_on_tls_port"
SUPERSEDES = (*ENDINGS, "closed_before_answer")
BAD_REQUEST = 400  # RFC 9110 section 15.5.1; what servers of HTTPS answer to plain HTTP
# Ports for TLS from the first byte on (IANA: https, pcsync-https, ldaps, smtps, imaps, pop3s, domain-s, …),
# and those on which management pages, Kubernetes and Docker are customary.
TLS_PORTS = frozenset((443, 465, 563, 636, 853, 989, 990, 992, 993, 995, 2376, 5061, 6443, 8443, 9443, 10250))


@dataclass(frozen=True)
class Talk:
    """The first words of both sides. ``client``: TLS_DTYPE or HTTP_DTYPE row, by ``secure``."""

    secure: bool  # the client speaks TLS, and the server does not
    client: np.void
    frames: tuple[int, ...]  # of the server's answer
    alert: np.void | None
    status: int  # of the server's HTTP answer; 0: none
    length: int  # payload bytes of the server


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    spoke = table["server_payload"] > 0
    closed = (table["server_fin"] > 0) | (table["server_rst"] > 0)
    found: NDArray[np.bool_] = (table["tls_messages"] > 0) & spoke
    return found | ((table["http_messages"] > 0) & (closed | spoke))


def talk(c: Connection) -> Talk | None:
    """What both said first, where they speak past each other."""
    return c.once(_talk)


def _talk(c: Connection) -> Talk | None:
    spoken = [_first(rows[rows["side"] == CLIENT]) for rows in (c.tls, c.http)]
    tls, http = spoken
    if tls is not None and (http is None or tls["frame"] < http["frame"]):
        return _not_tls(c, tls) if int(tls["handshake"]) == CLIENT_HELLO else None
    return _not_http(c, http) if http is not None else None


def _first(rows: NDArray[np.void]) -> np.void | None:
    return rows[0] if len(rows) else None


def _answer(c: Connection) -> NDArray[np.void]:
    """The server's first segments with data."""
    rows = c.server.rows
    found: NDArray[np.void] = rows[rows["length"] > 0][:3]
    return found


def _not_tls(c: Connection, hello: np.void) -> Talk | None:
    if (c.tls["side"] == SERVER).any() or (c.http["side"] == CLIENT).any():
        return None
    answer, http = _answer(c), _first(c.http[c.http["side"] == SERVER])
    if (
        not len(answer)
        or answer[0]["frame"] < hello["frame"]
        or answer[0]["captured"] < answer[0]["original"]
    ):
        return None
    status = int(http["status"]) if http is not None else 0
    return Talk(True, hello, tuple(answer["frame"][:1].tolist()), None, status, c.server.payload)


def _says_what_it_seems(c: Connection, hello: np.void, answer: np.void) -> bool:
    """The hello is the client's first word, and the answer is the server's first one, after it and whole."""
    began = int(hello["first_frame"]) == c.client.first_data and answer["frame"] > hello["first_frame"]
    return bool(began and answer["seq"] == 1 and answer["captured"] == answer["original"])


def _not_http(c: Connection, request: np.void) -> Talk | None:
    if not request["request"] or bytes(request["method"]) == b"CONNECT":
        return None
    alert = _first(c.tls[(c.tls["side"] == SERVER) & (c.tls["content_type"] == ALERT)])
    http = _first(c.http[c.http["side"] == SERVER])
    if alert is not None and http is None:
        return Talk(False, request, frame(alert), alert, 0, c.server.payload)
    if c.server.port not in TLS_PORTS and not tls_elsewhere(c):
        return None
    if http is not None and int(http["status"]) == BAD_REQUEST:
        return Talk(False, request, frame(http), None, BAD_REQUEST, c.server.payload)
    return _closed_at_once(c, request)


def _closed_at_once(c: Connection, request: np.void) -> Talk | None:
    """The server read the request, and closed without a single byte, before the client did."""
    ends = c.server.rows[(c.server.rows["flags"] & (FIN | RST)) != 0][:1]
    client_first = 0 <= c.client.first_fin < int(ends["frame"][0]) if len(ends) else True
    if c.server.payload or client_first or ends["frame"][0] < request["frame"]:
        return None
    return Talk(False, request, tuple(ends["frame"].tolist()), None, 0, 0)


def first_words_seen(c: Connection) -> bool:
    return c.handshake_seen and not c.client.acked_missing and not c.server.acked_missing


def past_each_other(c: Connection) -> bool:
    return talk(c) is not None


CONDITIONS = (first_words_seen, past_each_other)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    said = talk(c)
    assert said is not None
    secure_elsewhere = tls_elsewhere(c)
    values: dict[str, object] = {
        "client": c.client.address,
        "server": c.server.shown,
        "host": c.server.address,
        "port": c.server.port,
        "asked": frame(said.client),
        "answered": said.frames,
        "status": said.status,
        "length": said.length,
        "alert_name": alert_name(said.alert) if said.alert is not None else "",
        "method": "" if said.secure else text(said.client, "method"),
        "target": "" if said.secure else text(said.client, "target"),
        "elsewhere": secure_elsewhere,
    }
    numbers: dict[str, Value] = {"client_speaks": "tls" if said.secure else "http"}
    if said.status:
        numbers["http_status"] = said.status
    if said.alert is not None:
        numbers["alert"] = alert_name(said.alert)
    return Finding(
        CODE,
        "error",
        _sure(said, secure_elsewhere),
        c.number,
        (c.client.address, c.server.address),
        (*frame(said.client), *said.frames, *secure_elsewhere),
        say("title_secure" if said.secure else "title", **values),
        (_began(said, values), _replied(said, values), *_also(said, values)),
        Culprit(),
        numbers,
        (Rejected("tls_no_common_version", say("not_version")),),
        say("settle", **values),
    )


def _sure(said: Talk, elsewhere: tuple[int, ...]) -> Confidence:
    """A 400 can have other reasons, and silence even more; an alert, or bytes that are no TLS, cannot."""
    if said.secure or said.alert is not None or (said.status and elsewhere):
        return "certain"
    return "likely" if said.status or elsewhere else "possible"


def _began(said: Talk, values: dict[str, object]) -> Sentence:
    return say("hello" if said.secure else "request", **values)


def _replied(said: Talk, values: dict[str, object]) -> Sentence:
    if said.secure:
        return say("http_answer" if said.status else "other_answer", **values)
    if said.alert is not None:
        return say("alert_answer", **values)
    return say("bad_request" if said.status else "closed", **values)


def _also(said: Talk, values: dict[str, object]) -> tuple[Sentence, ...]:
    if said.secure:
        return (say("cause_secure", **values),)
    return (say("proven" if values["elsewhere"] else "cause", **values),)


def tls_elsewhere(c: Connection) -> tuple[int, ...]:
    """Frame of a ServerHello of the same port in another connection."""
    found = hellos_elsewhere(c)
    return frame(found[0].row)[-1:] if found else ()
