"""A pasted text, and the diagnoses that it points to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.search.folding import normal
from kb.search.symptoms import conversations, counters, errors, names, notices, programs, sockets
from kb.search.symptoms.sign import SHOWN, Reason, read
from kb.search.symptoms.tcpdump import Packet, host, packets

LONGEST, LINES, WIDTH = 200_000, 3000, 600  # characters, lines, characters of a line that are looked at
MANY = 10  # ports or clients
_WHO_HAS, _IS_AT = re.compile(r"who-has (\S+?),? "), re.compile(r"(\S+) is-at")
TABLES = (names.TABLE, notices.TABLE, programs.TABLE, errors.TABLE, counters.TABLE, sockets.TABLE)


@dataclass(frozen=True)
class Recognised:
    """What was recognised, the most telling first, and the codes of all of it, likeliest first."""

    reasons: tuple[Reason, ...]
    codes: tuple[str, ...]


def recognise(text: str) -> Recognised:
    """Looks at every line with every table, and at tcpdump's lines together."""
    lines = [line[:WIDTH] for line in normal(text[:LONGEST]).splitlines()[:LINES] if line.strip()]
    found = packets(lines)
    reasons = [*conversations.reasons(found), *crowds(found), *questions(lines, found)]
    for table in TABLES:
        reasons += read(lines, table)
    return Recognised(tuple(reasons), ordered(reasons))


def ordered(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Codes by what speaks for them: the first code of a reason counts most, and earlier reasons more."""
    worth: dict[str, float] = {}
    for place, reason in enumerate(reasons):
        for rank, code in enumerate(reason.codes):
            worth[code] = worth.get(code, 0.0) + 1 / (1 + rank) / (1 + place * 0.25)
    return tuple(sorted(worth, key=lambda code: -worth[code]))


def crowds(found: Sequence[Packet]) -> Iterator[Reason]:
    """Many SYNs: to many ports, or from many clients."""
    syns = [packet for packet in found if packet.flags == "S"]
    sources, targets = {host(p.source) for p in syns}, {p.target for p in syns}
    if len(targets) >= MANY and len(sources) <= 2:
        yield Reason(
            ("port_scan",),
            f"SYNs from one host to {len(targets)} ports: a scan.",
            f"1 台のホストから {len(targets)} 個のポートへ SYN が送られています。スキャンです。",
        )
    if len({p.source for p in syns}) >= MANY and len(targets) == 1 and not any(p.flags == "." for p in found):
        yield Reason(
            ("syn_flood", "syn_unanswered"),
            f"{len(syns)} SYNs to one port, and no handshake is completed.",
            f"1 つのポートに SYN が {len(syns)} 個届き、どのハンドシェイクも完了していません。",
        )


def questions(lines: Sequence[str], found: Sequence[Packet]) -> Iterator[Reason]:
    """Questions without an answer: ARP, DNS, ping."""
    answered = {found[1] for line in lines for found in _IS_AT.finditer(line)}
    asked = [line for line in lines if (wanted := _WHO_HAS.search(line)) and wanted[1] not in answered]
    if len(asked) > 1:
        yield Reason(
            ("arp_unanswered",),
            f"{len(asked)} ARP requests, and no answer: the neighbour is not there.",
            f"ARP 要求が {len(asked)} 個あり、応答がありません。隣接ホストがいません。",
            asked[0].strip()[:SHOWN],
        )
    for word, answer, codes, en, ja in UNANSWERED:
        sent = [packet for packet in found if word in packet.rest]
        if len(sent) > 1 and not any(answer in packet.rest for packet in found):
            yield Reason(codes, en.format(n=len(sent)), ja.format(n=len(sent)), sent[0].line[:SHOWN])
    queries = [packet for packet in found if packet.target.endswith((".53", ".domain")) and not packet.flags]
    if len(queries) > 1 and not any(packet.source.endswith((".53", ".domain")) for packet in found):
        yield Reason(
            ("dns_no_answer",),
            f"{len(queries)} DNS questions, and no answer.",
            f"DNS の問い合わせが {len(queries)} 個あり、応答がありません。",
            queries[0].line[:SHOWN],
        )


UNANSWERED = (
    (
        "echo request",
        "echo reply",
        ("ping_loss", "icmp_unreachable"),
        "{n} pings, and no answer.",
        "ping が {n} 個あり、応答がありません。",
    ),
)
