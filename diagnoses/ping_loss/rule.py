"""Echo requests of a host are not answered, some or all.

Holds when all of these are true:

- one host sent another at least three echo requests whose fate the capture shows
- at least one of them got no answer, though the capture went on for a second or more
- not only the longest ones were lost, which would be a matter of the path's MTU
- the pings do not measure the path (with rising TTLs the first ones are meant to get lost)
- where some were answered, nothing shows that the capture itself lost packets

Supersedes nothing: other packets between the two have their own verdicts.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, frames
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Sentence, Severity, Value, say
from diagnoses.hearing import hears
from diagnoses.path_probes import no_measurement
from diagnoses.pings import REPLIES, REQUESTS, Pings, pings
from packets.columns import ICMP, ICMPV6, TCP
from packets.kernel import hosts
from packets.table import Table
from packets.ttl import hops

CODE = "ping_loss"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("one_way_capture",)
FEWEST = 3  # requests: one or two may be a first packet that waits for ARP, or a wireless card that wakes up
# From so many lost requests, and this share, on people notice: voice suffers from a few per cent.
MANY_LOST, MUCH = 3, 0.05
# Faster than this, routers and hosts limit their answers (Linux: net.ipv4.icmp_msgs_per_sec; ping lets only
# root go below 0.2 s).
FAST_S = 0.15
_ECHO = (*REQUESTS.values(), *REPLIES.values())


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    sent = np.maximum(table["client_packets"], table["server_packets"])
    found: NDArray[np.bool_] = np.isin(table["protocol"], (ICMP, ICMPV6)) & (sent >= FEWEST)
    return found


def asked_often(c: Connection) -> bool:
    many = bool(c.case.capture.hosts[pings(c).asked.host, hosts.MANY])
    return pings(c).counted >= FEWEST and not many


def some_unanswered(c: Connection) -> bool:
    return bool(pings(c).lost.any())


def not_only_the_longest(c: Connection) -> bool:
    found = pings(c)
    lost, arrived = found.requests["length"][found.lost], found.requests["length"][found.answered]
    return not len(arrived) or not len(lost) or int(lost.min()) <= int(arrived.max())


def capture_is_whole(c: Connection) -> bool:
    if not pings(c).answered.any():
        return True
    if pings(c).unasked:
        return False
    missing = (c.case.column("client_acked_missing") + c.case.column("server_acked_missing")) > 0
    both = (c.case.column("client_packets") > 0) & (c.case.column("server_packets") > 0)
    return not bool((missing & both & (c.case.column("protocol") == TCP)).any())


CONDITIONS = (asked_often, some_unanswered, not_only_the_longest, no_measurement, capture_is_whole)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found, errors = pings(c), _errors(c)
    none = not found.answered.any()
    longest = max(found.runs, key=len)
    until = (longest["time_ns"][-1] - longest["time_ns"][0]) / NS
    reporter = c.case.capture.addresses[int(errors["source"][0])] if len(errors) else None
    ended = not none and int(found.runs[-1]["frame"][-1]) > max(found.replies, default=0)
    others = _other_packets(c, found)[:4]
    values: dict[str, object] = {
        "asker": found.asker.address,
        "asked": found.asked.address,
        "n": found.counted,
        "lost": int(found.lost.sum()),
        "percent": round(100 * found.share, 1),
        "frames": found.lost_frames,
        "run": len(longest),
        "run_s": float(until),
        "run_frames": frames(longest),
        "gap": found.gap_s,
        "last": found.replies[-1:],
        "reporter": reporter,
        "errors": frames(errors)[:4],
        "type": int(errors["icmp_type"][0]) if len(errors) else -1,
        "code": int(errors["icmp_code"][0]) if len(errors) else -1,
        "others": others,
    }
    numbers: dict[str, Value] = {
        "requests": found.counted,
        "unanswered": int(found.lost.sum()),
        "loss_percent": round(100 * found.share, 1),
        "longest_run": len(longest),
        "longest_run_s": round(float(until), 3),
        "interval_s": round(found.gap_s, 3),
    }
    return Finding(
        CODE,
        *_weight(c, found, values),
        c.number,
        (found.asker.address, found.asked.address, *([reporter] if reporter else [])),
        (*found.lost_frames[:60], *frames(errors)[:10], *found.replies[-1:], *others),
        say("title_none" if none else "title", **values),
        _told(found, none, ended, values),
        Culprit("path", reporter, hops(int(errors["ttl"][0]))) if reporter and none else Culprit(),
        numbers,
        (Rejected("one_way_capture", say("not_one_way" if found.replies else _heard(c), **values)),),
        say("settle", **values),
    )


def _errors(c: Connection) -> NDArray[np.void]:
    """ICMP errors about the pings."""
    found: NDArray[np.void] = c.rows[(c.rows["icmp_type"] >= 0) & ~np.isin(c.rows["icmp_type"], _ECHO)]
    mine = found["from_client"] == (pings(c).asked is c.client)
    return found[mine & ~np.isin(found["icmp_type"], (135, 136))]


def _other_packets(c: Connection, found: Pings) -> tuple[int, ...]:
    """Frames in which the silent host speaks of other things than pings."""
    seen = (frame for some in found.asked.track.frames.values() for frame in some)
    return tuple(sorted(frame for frame in seen if int(c.row(frame)["connection"]) != c.number))


def _heard(c: Connection) -> str:
    return "heard_others" if hears(c.case, pings(c).asker.host) else "perhaps_one_way"


def _weight(c: Connection, found: Pings, values: dict[str, object]) -> tuple[Severity, Confidence]:
    if not found.replies:
        if values["reporter"]:
            return "error", "certain"
        if not hears(c.case, found.asker.host):
            return "warning", "possible"
        return "note" if values["others"] else "error", "certain"
    if found.gap_s < FAST_S:
        return "note", "possible"
    much = int(found.lost.sum()) >= MANY_LOST and found.share >= MUCH
    return "warning" if much else "note", "certain"


def _told(found: Pings, none: bool, ended: bool, values: dict[str, object]) -> tuple[Sentence, ...]:
    told = [say("all_lost" if none else "counted", **values)]
    if values["reporter"]:
        told.append(say("reported", **values))
    elif none:
        told.append(say("host_up" if values["others"] else "silent", **values))
    elif ended:
        told.append(say("stopped", **values))
    else:
        told.append(say("in_a_row" if len(max(found.runs, key=len)) > 1 else "single", **values))
    if not none and found.gap_s < FAST_S:
        told.append(say("fast", **values))
    return tuple(told)
