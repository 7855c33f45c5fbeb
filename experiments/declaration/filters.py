"""Which packets are meant: a few words, all of which must hold.

tcp, udp, icmp, arp
    the protocol (icmp: of both families)
syn
    SYN without ACK; "syn-ack": both
ack
    ACK without SYN, FIN, RST, and no payload
fin, rst, psh
    the flag is set, whatever else is
data
    a TCP or UDP payload; "empty": TCP without one
probe
    a keepalive, as packets/ marks it
from HOST, to HOST
    sender and receiver by name
port N
    either port
any
    every packet; it stands alone

A filter is written in this order or in any other: "syn from client to server port 80".
"""

import re
from dataclasses import dataclass

from experiments.declaration.mistakes import Wrong
from experiments.declaration.shown import listed, nearest, shown

PROTOCOLS = ("tcp", "udp", "icmp", "arp")
SEGMENTS = ("syn", "syn-ack", "ack", "fin", "rst", "psh", "empty", "probe")  # only TCP has these
WORDS = (*PROTOCOLS, *SEGMENTS, "data", "any")
TAKES = ("from", "to", "port")  # a host, a host, a number
# Pairs that no packet fulfils.
NEVER = (
    *(frozenset(("data", other)) for other in ("empty", "ack", "icmp", "arp")),
    *(frozenset((one, other)) for one in PROTOCOLS for other in PROTOCOLS if one < other),
    *(frozenset((one, other)) for one in PROTOCOLS[1:] for other in SEGMENTS),
    *(frozenset(("syn", other)) for other in ("syn-ack", "ack")),
    *(frozenset(("ack", other)) for other in ("syn-ack", "fin", "rst")),
)
LONGEST = 200  # characters


@dataclass(frozen=True)
class Filter:
    """A filter of packets; all of it must hold."""

    words: frozenset[str]  # of WORDS without "any": empty means every packet
    sender: str | None = None  # names of hosts
    receiver: str | None = None
    port: int | None = None  # either side's


def parse(text: str) -> Filter:
    """A filter from its text.

    Raises:
        Wrong: (a ValueError) with one sentence, when the text is none.
    """
    words = text.split()
    if not words or len(text) > LONGEST:
        raise Wrong(
            f'{shown(text)} is no filter; write words such as "syn from client", or "any" for every packet.',
            f'{shown(text)} はフィルターではありません。"syn from client" のような単語の組か、'
            'すべてのパケットを表す "any" を書いてください。',
        )
    taken: dict[str, str] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in TAKES:
            _take(word, next(rest, ""), taken)
        else:
            plain.append(_known(word))
    _fit_together(plain, taken)
    port = _port(taken["port"]) if "port" in taken else None
    return Filter(frozenset(plain) - {"any"}, taken.get("from"), taken.get("to"), port)


def _take(word: str, value: str, taken: dict[str, str]) -> None:
    if not value:
        en, ja = ("a number", "番号") if word == "port" else ("the name of a host", "ホスト名")
        raise Wrong(f"'{word}' needs {en} after it.", f"'{word}' の後には{ja}が必要です。")
    if word in taken:
        raise Wrong(f"'{word}' stands twice in this filter.", f"'{word}' がこのフィルターに 2 回あります。")
    taken[word] = value


def _known(word: str) -> str:
    if word in WORDS:
        return word
    known = (*WORDS, *TAKES)
    (en, ja), (hint, hint_ja) = listed(known), nearest(word.lower(), known)
    raise Wrong(
        f"{shown(word)} is not a word of filters; there are {en}.{hint}",
        f"{shown(word)} はフィルターの単語ではありません。使えるのは {ja} です。{hint_ja}",
    )


def _fit_together(plain: list[str], taken: dict[str, str]) -> None:
    if "any" in plain and (len(plain) > 1 or taken):
        raise Wrong(
            "'any' is every packet and stands alone; leave it out.",
            "'any' はすべてのパケットを表し、単独で使います。ここでは省いてください。",
        )
    words = set(plain)
    for pair in NEVER:
        if pair <= words:
            one, other = sorted(pair)
            raise Wrong(
                f"no packet is both '{one}' and '{other}'; all words of a filter must hold.",
                f"'{one}' であり同時に '{other}' でもあるパケットはありません。"
                "フィルターの単語はすべて満たされる必要があります。",
            )
    if "port" in taken and {"icmp", "arp"} & words:
        raise Wrong("ICMP and ARP have no ports.", "ICMP と ARP にはポートがありません。")


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise Wrong(
            f"{shown(text)} is not a port from 1 to 65535.",
            f"{shown(text)} は 1 から 65535 までのポート番号ではありません。",
        )
    return int(text)
