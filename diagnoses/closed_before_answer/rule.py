"""A server takes a request and closes the connection without a single byte of answer.

Holds when all of these are true:

- the client's last words are a request in clear text: of HTTP, or longer than a farewell to a server that has
  answered every message before
- the server closed first: its FIN, or a RST with an ACK, came before any FIN or RST of the client
- it had the request when it closed: its FIN or RST acknowledges all of it
- not one byte came from it after the request: its FIN or RST has the number that it had reached before
- the FIN or RST is the server's own by its TTL, and the RST is not the end of its own probing or repeating

Supersedes application_abort, data_after_close, reset_after_close, simultaneous_close and clean_close: how the
connection ended follows from it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from diagnoses import aborts, probing, turns
from diagnoses.case import NS, Connection, frames
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Severity, say
from diagnoses.handshakes import CLIENT, SERVER, text
from packets.columns import FIN, KEEPALIVE_SHAPED, PROBE_SHAPED, RST, TCP
from packets.table import Table

CODE = "closed_before_answer"
SUPERSEDES = (
    "application_abort",
    "data_after_close",
    "reset_after_close",
    "simultaneous_close",
    "clean_close",
)
# Bytes. A protocol's goodbye wants no answer, and is short: MySQL's COM_QUIT has 5, LDAP's unbind 7, MQTT's
# DISCONNECT 2, also with what is sent along with it.
FAREWELL = 128
# An idle timer can run out just when the next request comes: no connection is closed for idleness sooner.
IDLE_S = 1.0
AT_ONCE_S = 0.2  # closed so soon after the request: before a program has done much with it
LOOKED_AT = 16  # later connections that are looked at for the same request
FINAL = 200  # statuses from here on are answers; those below announce one (RFC 9110 section 15.2)
SHOWN = 80  # characters of a request's first line


@dataclass(frozen=True)
class Unanswered:
    """The client's last words, and how the server ended the connection."""

    how: Literal["http", "habit"]
    said: NDArray[np.void]  # the segments of the request
    closing: np.void  # FIN or RST of the server
    reached: int  # the server's number when the request began
    what: str  # first line of an HTTP request

    @property
    def waited_s(self) -> float:
        """From the request to the end."""
        return float(self.closing["time_ns"] - self.said["time_ns"][-1]) / NS

    @property
    def reset(self) -> bool:
        """It ended by a RST."""
        return bool(self.closing["flags"] & RST)


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections in which the client spoke last, and the server ended it."""
    ended = (table["server_fin"] > 0) | (table["server_rst"] > 0)
    last = table["server_last_data"] < table["client_last_data"]
    found: NDArray[np.bool_] = (table["protocol"] == TCP) & ended & last & (table["client_payload"] > 1)
    return found


def unanswered(c: Connection) -> Unanswered | None:
    """The client's last words before the server ended it; None: they are not known to want an answer."""
    return c.once(_unanswered)


def _unanswered(c: Connection) -> Unanswered | None:
    ends = c.server.rows[(c.server.rows["flags"] & (FIN | RST)) != 0][:1]
    shaped = (c.client.rows["marks"] & (KEEPALIVE_SHAPED | PROBE_SHAPED)) != 0
    words = c.client.rows[(c.client.rows["length"] > 0) & ~shaped]
    if not len(ends) or not len(words):
        return None
    words = words[words["frame"] < ends["frame"][0]]
    before = c.server.rows[(c.server.rows["frame"] < ends["frame"][0]) & (c.server.rows["length"] > 0)]
    heard = int(before["frame"][-1]) if len(before) else 0
    said, reached = words[words["frame"] > heard], _number(before)
    requests = c.http[c.http["request"] & (c.http["side"] == CLIENT)] if len(c.http) else c.http
    how, what = _kind(c, said, requests[requests["first_frame"] > heard])
    return Unanswered(how, said, ends[0], reached, what) if how else None


def _number(before: NDArray[np.void]) -> int:
    return int((before["seq"] + before["length"]).max()) if len(before) else 1


def _kind(
    c: Connection, said: NDArray[np.void], requests: NDArray[np.void]
) -> tuple[Literal["http", "habit"] | None, str]:
    """How the last words are known to want an answer, and the first line of an HTTP request."""
    if not len(said) or len(c.tls):
        return None, ""
    if len(requests):
        return "http", _line(requests[0])
    habit = not len(c.http) and any(turn.known == "habit" for turn in turns.talk(c).turns)
    return ("habit" if habit and int(said["length"].sum()) > FAREWELL else None), ""


def wants_an_answer(c: Connection) -> bool:
    return unanswered(c) is not None


def server_closed_first(c: Connection) -> bool:
    found = unanswered(c)
    if found is None:
        return False
    end = int(found.closing["frame"])
    return not any(0 <= first < end for first in (c.client.first_fin, c.client.first_rst))


def had_the_request(c: Connection) -> bool:
    found = unanswered(c)
    return found is not None and int(found.closing["ack"]) >= _number(found.said)


def nothing_came(c: Connection) -> bool:
    found = unanswered(c)
    return found is not None and int(found.closing["seq"]) == found.reached and not found.closing["length"]


def own_ending(c: Connection) -> bool:
    found = unanswered(c)
    if found is None:
        return False
    if found.reset:
        return aborts.first_abort(c).ruling.sender == "host" and probing.no_own_timeout(c)
    before = c.server.rows[c.server.rows["frame"] < found.closing["frame"]]
    return not len(before) or bool((before["ttl"] == found.closing["ttl"]).any())


CONDITIONS = (wants_an_answer, server_closed_first, had_the_request, nothing_came, own_ending)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = unanswered(c)
    assert found is not None
    idle, receipt, repeated = _idle_s(c, found), _receipt(c, found), _answered_later(c, found)
    race = idle >= IDLE_S and found.waited_s <= AT_ONCE_S + turns.talk(c).round_trip_s
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "port": c.server.port,
        "bytes": int(found.said["length"].sum()),
        "request": frames(found.said),
        "what": found.what,
        "receipt": receipt,
        "closing": (int(found.closing["frame"]),),
        "waited": found.waited_s,
        "idle": idle,
        "turns": len(turns.talk(c).turns),
        "repeated": repeated,
    }
    told = (
        say(f"asked_{found.how}", **values),
        say("by_rst" if found.reset else "by_fin", **values),
        say("race" if race else "fresh" if not idle else "in_use", **values),
        say("again" if repeated else "limits", **values),
    )
    return Finding(
        CODE,
        *_weight(found, race, repeated),
        c.number,
        (c.client.address, c.server.address),
        (*frames(found.said[:8]), *frames(found.said[-1:]), *receipt, int(found.closing["frame"]), *repeated),
        say("title", **values),
        told,
        Culprit("server", c.server.address, c.hops_to(c.server)),
        {
            "request_bytes": int(found.said["length"].sum()),
            "closed_after_s": round(found.waited_s, 6),
            "idle_before_s": round(idle, 3),
            "closed_by": "rst" if found.reset else "fin",
        },
        (
            Rejected("data_after_close", say("not_late" if not race else "late_open", **values)),
            Rejected("reset_on_path", say("not_path", **values)),
        ),
        say("settle", **values),
    )


def _weight(found: Unanswered, race: bool, repeated: tuple[int, ...]) -> tuple[Severity, Confidence]:
    """What the client asked again and got cost it a moment; an idle timer may be what closed."""
    sure: Confidence = "possible" if race else "certain" if found.how == "http" else "likely"
    return "note" if repeated else "warning" if race else "error", sure


def _idle_s(c: Connection, found: Unanswered) -> float:
    """How long the connection had been idle when the request came; 0: it was the first one."""
    data = c.segments[(c.segments["length"] > 0) & (c.segments["frame"] < found.said["frame"][0])]
    return float(found.said["time_ns"][0] - data["time_ns"][-1]) / NS if len(data) else 0.0


def _receipt(c: Connection, found: Unanswered) -> tuple[int, ...]:
    """The first segment of the server that acknowledges all of the request."""
    rows = c.server.rows
    return frames(rows[rows["ack"] >= _number(found.said)][:1])


def _answered_later(c: Connection, found: Unanswered) -> tuple[int, ...]:
    """Frames of the same HTTP request on a later connection of the client to this port, and its answer."""
    case, until = c.case, int(found.closing["time_ns"])
    ids = case.between(c.client.host, c.server.host)
    same = (case.column("server")[ids] == c.server.endpoint) & (case.column("first_ns")[ids] >= until)
    for number in ids[same][:LOOKED_AT].tolist() if found.what else ():
        rows = case.connection(number).http
        asked = rows[rows["request"] & (rows["side"] == CLIENT)][:1]
        answers = rows[~rows["request"] & (rows["side"] == SERVER) & (rows["status"] >= FINAL)][:1]
        if len(asked) and len(answers) and _line(asked[0]) == found.what:
            return int(asked["frame"][0]), int(answers["frame"][0])
    return ()


def _line(request: np.void) -> str:
    line = f"{text(request, 'method')} {text(request, 'target')}"
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
