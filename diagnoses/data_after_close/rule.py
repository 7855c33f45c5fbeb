"""One end closed while the other was still sending: the data met a closed socket, was answered by a RST, and
is lost.

Holds when all of these are true:

- the connection was open before
- the host that the RST names had sent its FIN before
- the RST answers data of the peer that was sent after that FIN passed, and sits at the number that it
  acknowledged
- that data was never acknowledged: it is lost
- nothing shows that a device on the path made the RST
- the data is more than a farewell: on a TLS connection, longer than a close_notify alert

Supersedes application_abort, reset_sender_unknown, half_open_reset, keepalive and clean_close.
"""

from diagnoses import aborts
from diagnoses.aborts import Abort
from diagnoses.case import NS, Connection
from diagnoses.finding import Finding, Rejected, Severity, say

CODE = "data_after_close"
SUPERSEDES = ("application_abort", "reset_sender_unknown", "half_open_reset", "keepalive", "clean_close")
candidates = aborts.candidates
# Bytes. A TLS close_notify is an alert of 2 bytes, with header and protection 24 to 53 (RFC 5246 section
# 6.2.3, RFC 8446 section 5.2): a polite end that nobody reads, and that a closed socket answers by a RST.
FAREWELL = 64


def closed_before(c: Connection) -> bool:
    return aborts.first_abort(c).closed_before


def answers_data_after_fin(c: Connection) -> bool:
    found = aborts.first_abort(c)
    if found.trigger is None or int(found.trigger["frame"]) <= found.sender.first_fin:
        return False
    return int(found.trigger["length"]) > 0 and found.answers_peer


def data_lost(c: Connection) -> bool:
    return _lost(aborts.first_abort(c)) > 0


def not_foreign(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender != "path"


def no_farewell(c: Connection) -> bool:
    return not (len(c.tls) and _lost(aborts.first_abort(c)) <= FAREWELL)


CONDITIONS = (aborts.was_open, closed_before, answers_data_after_fin, data_lost, not_foreign, no_farewell)


def _lost(found: Abort) -> int:
    """Bytes of the peer, sent before the RST, that the sender of the RST never acknowledged."""
    until = int(found.rst["frame"])
    sent = found.peer.rows[found.peer.rows["frame"] < until]
    mine = found.sender.rows[found.sender.rows["frame"] <= until]
    end = int((sent["seq"] + sent["length"]).max(initial=0))
    return max(end - int(mine["ack"].max(initial=0)), 0)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    assert found.trigger is not None, "find is called only when the conditions hold"
    fin = c.row(found.sender.first_fin)
    knew = int(found.trigger["ack"]) > found.sender.fin_seq
    before = found.sender.rows[found.sender.rows["frame"] < int(fin["frame"])]
    later, lost = float(found.trigger["time_ns"] - fin["time_ns"]) / NS, _lost(found)
    values = found.values | {
        "fin": (int(fin["frame"]),),
        "lost": lost,
        "later": later,
        "fin_after": float(fin["time_ns"] - before["time_ns"][-1]) / NS if len(before) else 0.0,
    }
    told = ("closed", "knew" if knew else "crossed", "answer", _origin(found), "limits")
    return Finding(
        CODE,
        _severity(c, found),
        "certain" if found.ruling.sender == "host" else "likely",
        c.number,
        (c.client.address, c.server.address),
        (*found.evidence, int(fin["frame"])),
        say("title", **values),
        tuple(say(key, **values) for key in told),
        found.by_sender,
        found.numbers | {"lost_bytes": lost, "fin_to_data_s": round(later, 6)},
        (
            Rejected("reset_on_path", say("not_path", **values)),
            Rejected("half_open_reset", say("not_half_open", **values)),
            Rejected("reset_after_close", say("not_harmless", **values)),
        ),
        say("settle", **values),
    )


def _origin(found: Abort) -> str:
    return "same_ttl" if found.ruling.sender == "host" else "ttl_open"


def _severity(c: Connection, found: Abort) -> Severity:
    """A server that closes on a request fails somebody. A client that wants no more harms nobody."""
    return "error" if found.sender is c.server else "note"
