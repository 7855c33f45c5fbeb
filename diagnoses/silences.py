"""A peer that has fallen silent: one end sends, repeats, and nothing of any kind comes back.

Silence alone does not say who is at fault. What the rest of the capture shows of the silent host does:
whether it answered on other connections meanwhile, or left new SYNs unanswered as well.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import NS, Connection, End, frames, gaps_s
from diagnoses.finding import Value
from diagnoses.probing import failed_run
from packets import facts
from packets.columns import ACKS_UNSEEN, FIN, KEEPALIVE_SHAPED, RST, SEEN_TWICE
from packets.table import Table

# The first sending and three repeats: one or two are everyday loss, soon answered.
FEWEST = 4
# Seconds from the first sending that an answer had time: RFC 6298 section 2 asks for no timer below one
# second, so that a peer that is there is heard by then.
PATIENCE_S = 1.0
FEWEST_SYNS = 2  # one SYN without an answer may be the end of the capture
# A pause, seconds, from which on "forgotten while idle" is worth a word; shorter ones are somebody thinking.
# Devices forget after minutes or hours (RFC 5382 section 5 asks for 2 h 4 min); some can be set to seconds.
IDLE_S = 3.0
# Bytes of payload that pass every path (RFC 9293 section 3.7.1, the default MSS). Longer ones may not.
ANY_PATH = 536


@dataclass(frozen=True)
class Silence:
    """What one end sent since it last heard its peer."""

    connection: Connection
    end: End  # who sends in vain
    heard: np.void  # the peer's last segment
    sent: NDArray[np.void]  # data and keepalive probes since then, up to its own FIN or RST
    idle_s: float  # the pause of the connection before the first of them

    @property
    def peer(self) -> End:
        """The silent side."""
        return self.connection.peer(self.end)

    @property
    def first(self) -> np.void:
        """The first segment that found no answer."""
        return self.sent[0]

    @cached_property
    def attempts(self) -> NDArray[np.void]:
        """The first segment and all repeats: data sent again, or one more probe."""
        probe = (self.sent["marks"] & KEEPALIVE_SHAPED) != 0
        again = (self.sent["marks"] & SEEN_TWICE) != 0
        again[0] = True
        found: NDArray[np.void] = self.sent[probe | again]
        return found

    @property
    def by_probes(self) -> bool:
        """Nothing but keepalive probes was sent."""
        return bool(((self.sent["marks"] & KEEPALIVE_SHAPED) != 0).all())

    @property
    def lasted_s(self) -> float:
        """From the first sending to the last."""
        return float(self.sent["time_ns"][-1] - self.first["time_ns"]) / NS

    @property
    def waited_s(self) -> float:
        """From the first sending to the end of the capture."""
        return float(self.connection.case.last_ns - int(self.first["time_ns"])) / NS

    @property
    def rst(self) -> int | None:
        """The RST with which the sending end gave up."""
        return self.end.first_rst if self.end.first_rst > int(self.first["frame"]) else None

    @property
    def gaps(self) -> list[float]:
        """Seconds between the attempts."""
        return gaps_s(self.attempts)

    @property
    def doubling(self) -> bool:
        """The gaps double up to the longest timer; a loss probe (RFC 8985 section 7) may come before."""
        return backs_off(self.gaps) or backs_off(self.gaps[1:])

    @property
    def size_passes(self) -> bool:
        """Something that was repeated is no longer than what passed before: not too large for the path."""
        repeats = self.attempts[1:]["length"]
        passed = self.end.rows
        passed = passed[(passed["frame"] < self.first["frame"]) & (passed["seq"] < self.heard["ack"])]
        proven = max(int(passed["length"].max(initial=0)), ANY_PATH)
        return bool((repeats <= proven).any())

    @property
    def survived_s(self) -> float:
        """The longest earlier pause after which the connection still worked; 0: there was none of note."""
        rows = self.connection.segments
        before = rows[rows["frame"] < self.first["frame"]]
        longest = float(np.diff(before["time_ns"]).max(initial=0)) / NS
        return longest if longest >= IDLE_S else 0.0

    @cached_property
    def values(self) -> dict[str, object]:
        """What sentences about a silence may name."""
        return {
            "end": self.end.address,
            "peer": self.peer.address,
            "peer_end": self.peer.shown,
            "port": self.connection.server.port,
            "heard": (int(self.heard["frame"]),),
            "first": (int(self.first["frame"]),),
            "attempts": frames(self.attempts),
            "n": len(self.attempts),
            "repeats": len(self.attempts) - 1,
            "gaps": self.gaps,
            "lasted": self.lasted_s,
            "idle": self.idle_s,
            "survived": self.survived_s,
            "rst": (self.rst,) if self.rst else (),
        }

    @property
    def numbers(self) -> dict[str, Value]:
        """The numbers that decide."""
        return {
            "idle_before_s": round(self.idle_s, 3),
            "attempts": len(self.attempts),
            "gaps_s": self.gaps,
            "lasted_s": round(self.lasted_s, 1),
        }

    @property
    def evidence(self) -> tuple[int, ...]:
        """The peer's last segment, what was sent in vain, and the RST that ended it."""
        return (int(self.heard["frame"]), *frames(self.attempts), *((self.rst,) if self.rst else ()))


def backs_off(gaps: list[float]) -> bool:
    """Each gap is twice the one before, as far as timers grow. The one before may have been late itself."""
    return len(gaps) >= 2 and all(
        min(2 * gap / (1 + timers.TOLERANCE), timers.LONGEST) <= later <= 2 * gap * (1 + timers.TOLERANCE)
        for gap, later in pairwise(gaps)
    )


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections in which one side repeated something after it last heard the other."""
    found: NDArray[np.bool_] = _in_vain(table, "client", "server") | _in_vain(table, "server", "client")
    return found


def _in_vain(table: Table, end: str, peer: str) -> NDArray[np.bool_]:
    tries = table[f"{end}_repeated"] + table[f"{end}_keepalives"]
    found: NDArray[np.bool_] = (
        (table[f"{peer}_packets"] > 0)
        & (tries >= FEWEST - 1)
        & (table[f"{end}_last"] > table[f"{peer}_last"])
        & ((table[f"{end}_max_seq"] > table[f"{peer}_max_ack"]) | (table[f"{end}_keepalives"] > 0))
        & (table[f"{peer}_rst"] == 0)
        & ((table["state"] != facts.SYN_SENT) & (table["state"] != facts.REFUSED))
    )
    return found


def silence(c: Connection) -> Silence | None:
    """The end that sends in vain, if there is one."""
    return c.once(_silence)


def _silence(c: Connection) -> Silence | None:
    return _silence_after(c, c.client) or _silence_after(c, c.server)


def _silence_after(c: Connection, end: End) -> Silence | None:
    theirs = c.peer(end).rows
    if not len(theirs):
        return None
    rows = end.rows[end.rows["frame"] > theirs["frame"][-1]]
    over = np.flatnonzero((rows["flags"] & (FIN | RST)) != 0)
    rows = rows[: over[0]] if len(over) else rows
    sent = rows[(rows["length"] > 0) | ((rows["marks"] & KEEPALIVE_SHAPED) != 0)]
    if not len(sent):
        return None
    before = c.segments[c.segments["frame"] < sent["frame"][0]]
    idle = float(sent["time_ns"][0] - before["time_ns"][-1]) / NS
    found = Silence(c, end, theirs[-1], sent, idle)
    return found if len(found.attempts) >= FEWEST and found.waited_s >= PATIENCE_S else None


def in_vain(c: Connection) -> bool:
    """One end sent and repeated, and its peer, heard before, sent nothing more."""
    return silence(c) is not None


def nobody_closed(c: Connection) -> bool:
    """The connection was open, and neither side had closed before: an answer was due."""
    found = silence(c)
    if found is None or found.heard["ack"] < 0:
        return False
    started = int(found.first["frame"])
    return all(end.first_fin < 0 or end.first_fin > started for end in (c.client, c.server))


def nothing_unseen(c: Connection) -> bool:
    """The sender heard nothing that is not in the capture, and no ICMP error explains the silence."""
    found = silence(c)
    return found is not None and c.record["icmp_errors"] == 0 and not _heard_unseen(found)


def _heard_unseen(found: Silence) -> bool:
    """An acknowledgement, or an echoed timestamp, that no segment of the peer in the capture accounts for."""
    heard = int(found.heard["tsval"])
    newer = heard >= 0 and bool((found.sent["tsecr"] > heard).any())
    return newer or bool(((found.sent["marks"] & ACKS_UNSEEN) != 0).any())


def fits_path(c: Connection) -> bool:
    """The window was open, and the segments were not too large for the path: an answer was possible."""
    found = silence(c)
    return found is not None and int(found.heard["window_raw"]) > 0 and found.size_passes


def no_failed_keepalive(c: Connection) -> bool:
    """The sender did not give up by its keepalive timer: that is a diagnosis of its own."""
    found = silence(c)
    return found is not None and failed_run(c, found.end) is None


_SPEAKS = ("first_syn_ack", "first_data", "last_data", "last")  # facts that are frames of a side
NEAR = 100  # connections begun before and after that are looked at: enough, and always as quick
MOST_ALIKE, MOST_LOOKED_AT = 5, 20  # connections, and frames, that are looked at closely: a pattern shows


def elsewhere(found: Silence) -> tuple[int, ...]:
    """Frames in which the silent host spoke on other connections while its answer was awaited here."""
    case, name = found.connection.case, found.peer.name
    others = _others(found)
    others = others[case.column(f"{name}_rst")[others] == 0]  # a RST may be a device's
    spoke = np.unique([case.column(f"{name}_{fact}")[others] for fact in _SPEAKS])
    later = spoke[spoke > int(found.first["frame"])][:MOST_LOOKED_AT].tolist()
    # Until the next repeat would have been due: what a host does much later, it may do after a restart.
    until = int(found.sent["time_ns"][-1]) + int(2 * found.gaps[-1] * NS)
    return tuple(f for f in later if int(found.connection.row(f)["time_ns"]) <= until)


def heard_later(found: Silence, time_ns: int) -> int | None:
    """The last frame of the sending host on another connection after a time; None: the capture has none."""
    case, name = found.connection.case, found.end.name
    client, server = found.connection.client, found.connection.server
    others = case.from_client(client.host) if name == "client" else case.to_server(server.endpoint)
    last = int(case.column(f"{name}_last")[others[others != found.connection.number]].max(initial=-1))
    return last if last >= 0 and int(found.connection.row(last)["time_ns"]) > time_ns else None


def asked_in_vain(found: Silence) -> tuple[int, ...]:
    """Frames of SYNs to the same address and port, of later connections, that nothing answered either."""
    if found.peer.name != "server":
        return ()
    case = found.connection.case
    others = _near(found, case.to_server(found.peer.endpoint), _begun_since(found))
    in_vain = (case.column("client_syn")[others] >= FEWEST_SYNS) & (
        case.column("server_packets")[others] == 0
    )
    asked = case.column("client_first_syn")[others[in_vain]]
    return tuple(sorted(asked[asked > int(found.first["frame"])].tolist()))


def died_alike(found: Silence) -> tuple[Silence, ...]:
    """Other connections between the same hosts that fell silent after a pause, while the host was up: it was
    heard after the first of them had died. Without that, a host that was switched off looks the same.
    """
    case, end, peer = found.connection.case, found.end.name, found.peer.name
    others = case.between(found.connection.client.host, found.connection.server.host)
    others = _near(found, others, found.connection.number)
    tries = case.column(f"{end}_repeated")[others] + case.column(f"{end}_keepalives")[others]
    last = case.column(f"{end}_last")[others] > case.column(f"{peer}_last")[others]
    some = others[(tries >= FEWEST - 1) & last][:MOST_ALIKE].tolist()
    silent = [other for number in some if (other := silence(case.connection(number)))]
    alike = [other for other in silent if other.idle_s >= IDLE_S]
    heard = max(int(s.heard["frame"]) for s in (found, *alike))
    died = min(int(s.first["frame"]) for s in (found, *alike))
    return tuple(alike) if heard > died else ()


def _others(found: Silence) -> NDArray[np.int64]:
    """Other connections of the silent host in the same role: to its port, by it, or between these two."""
    c, case = found.connection, found.connection.case
    mine = case.from_client(c.client.host) if found.peer is c.client else case.to_server(c.server.endpoint)
    between, since = case.between(c.client.host, c.server.host), _begun_since(found)
    return np.concatenate([_near(found, mine, since), _near(found, between, since)])


def _begun_since(found: Silence) -> int:
    """The first connection that began after the silence; ids are in the order of the first frames."""
    begun = found.connection.case.column("first_frame")
    return int(np.searchsorted(begun, int(found.first["frame"])))


def _near(found: Silence, numbers: NDArray[np.int64], middle: int) -> NDArray[np.int64]:
    """The connections nearest to one, by their beginning; itself left out."""
    at = int(np.searchsorted(numbers, middle))
    near = numbers[max(at - NEAR, 0) : at + NEAR]
    return near[near != found.connection.number]
