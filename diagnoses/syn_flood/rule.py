"""A service is asked for many connections by senders that do not exist, or never mean to finish a handshake.

Holds when all of these are true:

- at least 30 SYNs to one port were answered with a SYN-ACK within a minute and never acknowledged, although
  the capture goes on long enough for a real client to ask again
- they come from at least 10 different addresses
- the server repeated its SYN-ACK for at least half of them; or it repeats none (SYN cookies), and others
  complete their handshake with the port, so that ACKs would be in the capture
- nobody insists: of the attempts that failed, at most one in five repeated its SYN

Supersedes syn_unanswered, syn_ack_lost and accept_queue_full in the attempts that belong to it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Case, Group
from diagnoses.finding import Finding, Rejected, Sentence, say
from packets import facts
from packets.columns import TCP

CODE = "syn_flood"
SUPERSEDES = ("syn_unanswered", "syn_ack_lost", "accept_queue_full")
ENOUGH, WITHIN_S = 30, 60  # half-open connections, seconds: far above what lost ACKs leave behind
SENDERS = 10  # different addresses: a single host that does so has a broken way back, or is a scanner
# A real client has repeated its SYN by then: after 1 s (RFC 6298 section 2.1), 3 s on older systems.
PATIENCE_S = 3.5
FEW = 0.2  # share of failed attempts that may insist: real clients suffer beside the flood
_LOOKED_AT = 50  # members whose SYN is looked at
_HOST = 16


def groups(case: Case) -> Iterator[Group]:
    """Ports with enough half-open connections."""
    ids = np.flatnonzero(_dangling(case))
    server = case.column("server")[ids]
    ports, counts = np.unique(server, return_counts=True)
    for port in ports[counts >= ENOUGH].tolist():
        yield Group(case, ids[server == port])


def _dangling(case: Case) -> NDArray[np.bool_]:
    """A single SYN, then nothing more of its sender, for longer than a client waits."""
    column = case.column
    silent = (column("client_max_ack") < 1) & (column("client_rst") == 0) & (column("client_payload") == 0)
    answer = (column("server_syn_ack") > 0) | (column("state") == facts.SYN_SENT)
    waited = column("first_ns") <= case.last_ns - int(PATIENCE_S * NS)
    found: NDArray[np.bool_] = (
        (column("protocol") == TCP) & (column("client_syn") == 1) & silent & answer & waited
    )
    return found


def _half_open(g: Group) -> NDArray[np.bool_]:
    return g.column("server_syn_ack") > 0


def many_half_open(g: Group) -> bool:
    times = np.sort(g.column("first_ns")[_half_open(g)])
    if len(times) < ENOUGH:
        return False
    return bool((times[ENOUGH - 1 :] - times[: len(times) - ENOUGH + 1]).min() <= WITHIN_S * NS)


def many_senders(g: Group) -> bool:
    return len(np.unique(g.column("client") >> _HOST)) >= SENDERS


def nobody_answers(g: Group) -> bool:
    if _repeated(g):
        return True
    ids = g.case.to_server(int(g.column("server")[0]))
    return bool((g.case.column("shaken_time")[ids] >= 0).any())


def _repeated(g: Group) -> bool:
    answers = g.column("server_syn_ack")[_half_open(g)]
    return 2 * int((answers >= 2).sum()) >= len(answers)


def nobody_insists(g: Group) -> bool:
    return len(_insisting(g)) <= FEW * len(g.members)


def _insisting(g: Group) -> NDArray[np.int64]:
    """Attempts at the same port that repeated their SYN and were not completed: real clients."""
    ids = g.case.to_server(int(g.column("server")[0]))
    failed = (g.case.column("client_max_ack")[ids] < 1) & (g.case.column("client_syn")[ids] >= 2)
    found: NDArray[np.int64] = ids[failed]
    return found


CONDITIONS = (many_half_open, many_senders, nobody_answers, nobody_insists)


def find(g: Group) -> Finding:
    """The finding, once all conditions hold."""
    one, half_open, hurt = g.some(1)[0], _half_open(g), _insisting(g)
    begun, answers = g.column("first_ns"), g.column("server_first_syn_ack")
    lasted = float(begun.max() - begun.min()) / NS
    senders = len(np.unique(g.column("client") >> _HOST))
    ttls, hurt_frames = _ttls(g), tuple(g.case.column("client_first_syn")[hurt][:10].tolist())
    values = {
        "server": one.server.shown,
        "host": one.server.address,
        "port": one.server.port,
        "n": len(g.members),
        "half": int(half_open.sum()),
        "senders": senders,
        "lasted": lasted,
        "answers": int(g.column("server_syn_ack").sum()),
        "shown": tuple(g.column("client_first_syn")[:20].tolist()),
        "answered": tuple(answers[half_open][:20].tolist()),
        "ttl": ttls[0],
        "hurt": len(hurt),
        "hurt_frames": hurt_frames,
    }
    return Finding(
        CODE,
        "error" if len(hurt) else "warning",
        "likely",
        None,
        (one.server.address,),
        (
            *g.column("client_first_syn")[:40].tolist(),
            *answers[half_open][:40].tolist(),
            *hurt_frames,
        ),
        say("title", **values),
        (
            say("asked", **values),
            say("repeated" if _repeated(g) else "cookies", **values),
            say("nobody", **values),
            *_more(ttls, senders, len(hurt), values),
            say("limits", **values),
        ),
        numbers={
            "attempts": len(g.members),
            "half_open": int(half_open.sum()),
            "senders": senders,
            "syn_acks": int(g.column("server_syn_ack").sum()),
            "lasted_s": round(lasted, 3),
            "clients_ignored": len(hurt),
        },
        rejected=(
            Rejected("syn_ack_lost", say("not_lost")),
            Rejected("port_scan", say("not_scan", **values)),
        ),
        would_settle=say("settle", **values),
    )


def _ttls(g: Group) -> list[int]:
    """The different TTLs with which the SYNs arrive."""
    syns = g.column("client_first_syn")[:_LOOKED_AT].tolist()
    return sorted({int(g.case.capture.frame(frame)["ttl"]) for frame in syns})


def _more(ttls: list[int], senders: int, hurt: int, values: dict[str, object]) -> tuple[Sentence, ...]:
    same = (say("same_ttl", **values),) if len(ttls) == 1 and senders >= SENDERS else ()
    return (*same, say("hurt" if hurt else "unhurt", **values))
