"""What the packets of one connection, as tcpdump printed them, point to.

These rules look at a few lines of text; the diagnoses look at the capture. So each names what it may be, and
the page says to drop the capture where there is one.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from kb.search.symptoms.sign import SHOWN, Reason
from kb.search.symptoms.tcpdump import Packet, host

IDLE = 60.0  # seconds without a packet that are called a pause
SOON = 0.5  # seconds: an answer so soon has nothing to do with a pause
Rule = Callable[[Sequence[Packet]], Reason | None]


def reasons(found: Sequence[Packet]) -> Iterator[Reason]:
    """The reasons of every connection in the text, each once."""
    seen: set[str] = set()
    for talk in talks(found):
        for rule in RULES:
            reason = rule(talk)
            if reason is not None and reason.en not in seen:
                seen.add(reason.en)
                yield reason


def talks(found: Sequence[Packet]) -> list[list[Packet]]:
    """The TCP packets of each pair of ends, in their order."""
    pairs: dict[frozenset[str], list[Packet]] = {}
    for packet in found:
        if packet.flags:
            pairs.setdefault(frozenset((packet.source, packet.target)), []).append(packet)
    return list(pairs.values())


def said(codes: str, en: str, ja: str, packet: Packet) -> Reason:
    """A reason with the line that shows it."""
    return Reason(tuple(codes.split()), en, ja, packet.line[:SHOWN])


def gaps(packets: Sequence[Packet]) -> tuple[str, str]:
    """1, 2 and 4; 1、2、4: the seconds between them."""
    between = [b.time - a.time for a, b in pairwise(packets)]
    words = [f"{each:.0f}" if each >= 0.95 else f"{each:.1f}" for each in between]
    return (" and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]), "、".join(
        words
    )


def repeated(talk: Sequence[Packet], *flags: str) -> list[Packet]:
    """The packets with one of these groups of flags that were sent most often with one sequence number."""
    groups: dict[tuple[str, str], list[Packet]] = {}
    for packet in talk:
        if packet.flags in flags:
            groups.setdefault((packet.source, packet.seq), []).append(packet)
    return max(groups.values(), key=len, default=[])


def syn_unanswered(talk: Sequence[Packet]) -> Reason | None:
    """SYNs again and again, and nothing back."""
    syns = repeated(talk, "S")
    if len(syns) < 2 or any(packet.source != syns[0].source for packet in talk):
        return None
    en, ja = gaps(syns)
    return said(
        "syn_unanswered accept_queue_full",
        f"{len(syns)} SYNs of one connection, {en} seconds apart: nothing answered.",
        f"1 つの接続の SYN が {len(syns)} 個、{ja} 秒の間隔で並んでいます。応答がありません。",
        syns[0],
    )


def syn_ack_lost(talk: Sequence[Packet]) -> Reason | None:
    """SYN-ACKs again and again: the client's ACK does not come."""
    answers = repeated(talk, "S.")
    if len(answers) < 2:
        return None
    return said(
        "syn_ack_lost accept_queue_full",
        f"The SYN-ACK was sent {len(answers)} times: the handshake's last ACK does not arrive, or is not"
        " taken.",
        f"SYN-ACK が {len(answers)} 回送られています。ハンドシェイクの最後の ACK が届かないか、受け取られて"
        "いません。",
        answers[0],
    )


def old_port(talk: Sequence[Packet]) -> Reason | None:
    """A SYN answered by a plain ACK: the server still knows an earlier connection."""
    for syn, answer in pairwise(talk):
        if syn.flags == "S" and answer.flags == "." and answer.source == syn.target:
            return said(
                "port_reuse_ignored",
                "A SYN is answered by a bare ACK: the server still holds an earlier connection of this port.",
                "SYN に ACK だけが返っています。サーバーには同じポートの以前の接続が残っています。",
                answer,
            )
    return None


def refused(talk: Sequence[Packet]) -> Reason | None:
    """A SYN answered by a RST."""
    answer = next((p for p in talk if "R" in p.flags), None)
    if answer is None or any(p.flags == "S." for p in talk) or not asked(talk, answer):
        return None
    ttl = f", TTL {answer.ttl}" if answer.ttl else ""
    return said(
        "port_closed refused_on_path refused_sender_unknown",
        f"The SYN is answered by a RST{ttl}. Compare the TTL with other packets of {host(answer.source)}:"
        " equal means"
        " the host itself, another one a device on the way.",
        f"SYN に RST{ttl and f' (TTL {answer.ttl})'} が返っています。{host(answer.source)} のほかのパケット"
        "の TTL と比べてください。"
        "同じならホスト自身、違えば途中の機器です。",
        answer,
    )


def asked(talk: Sequence[Packet], answer: Packet) -> bool:
    """Whether a SYN of the other side came before, and nothing else from this one."""
    before = talk[: talk.index(answer)]
    return any(p.flags == "S" for p in before) and all(p.source == answer.target for p in before)


def reset(talk: Sequence[Packet]) -> Reason | None:
    """A RST in a connection that was open."""
    at = next((n for n, p in enumerate(talk) if "R" in p.flags), None)
    if not at or refused(talk) is not None:
        return None
    rst, before = talk[at], talk[:at]
    codes, en, ja = kind_of_reset(rst, before)
    return said(codes, en, ja, rst)


def kind_of_reset(rst: Packet, before: Sequence[Packet]) -> tuple[str, str, str]:
    """What the packets before a RST say about it."""
    own = [p for p in before if p.source == rst.source]
    if rst.ttl and own and all(p.ttl and p.ttl != rst.ttl for p in own):
        return (
            "reset_on_path idle_flow_reset_on_path",
            f"The RST has TTL {rst.ttl}, the packets of the same address before it have {own[-1].ttl}: a"
            " device on the way sent it.",
            f"RST の TTL は {rst.ttl}、同じアドレスのそれまでのパケットは {own[-1].ttl} です。途中の機器が"
            "送っています。",
        )
    if len(unanswered(before, rst.source)) >= 3:
        return (
            "reset_by_own_timeout keepalive_failed",
            "The side that sends the RST had sent in vain before: it gave up itself.",
            "RST を送った側は、それまで応答のないまま送り続けていました。自ら打ち切っています。",
        )
    if paused(before):
        return (
            "half_open_reset idle_flow_reset_on_path idle_timeout_by_endpoint",
            "The first packet after a pause is answered by a RST: the connection had been forgotten there.",
            "無通信の後の最初のパケットに RST が返っています。接続はそこで忘れられていました。",
        )
    if any("F" in p.flags for p in own):
        return (
            "data_after_close reset_after_close",
            "The side that sends the RST had closed with a FIN before: what came later met no connection.",
            "RST を送った側は、先に FIN で閉じていました。その後に届いたものを受け取る接続がありません。",
        )
    return (
        "application_abort closed_before_answer half_open_reset reset_on_path",
        "A RST ends an open connection: a program that closed without reading, a host that lost it, or a"
        " device between.",
        "開いている接続が RST で終わっています。読まずに閉じたプログラム、接続を失ったホスト、途中の機器の"
        "いずれかです。",
    )


def paused(before: Sequence[Packet]) -> bool:
    """Whether there was a pause just before the last packet."""
    return len(before) > 1 and before[-1].time - before[-2].time >= IDLE


def unanswered(talk: Sequence[Packet], source: str) -> list[Packet]:
    """The last packets, as far as they all come from one side."""
    found: list[Packet] = []
    for packet in reversed(talk):
        if packet.source != source:
            break
        found.append(packet)
    return found


def silence(talk: Sequence[Packet]) -> Reason | None:
    """Data again and again to the end, and nothing back."""
    last = unanswered(talk, talk[-1].source)
    same = [p for p in last if p.length and p.seq == last[0].seq]
    if len(same) < 3 or "R" in talk[-1].flags or len(last) == len(talk):
        return None
    en, ja = gaps(same[::-1])
    return said(
        "half_open_silent idle_flow_dropped gave_up_retransmitting pmtu_black_hole",
        f"The same data was sent {len(same)} times, {en} seconds apart, and nothing came back.",
        f"同じデータが {len(same)} 回、{ja} 秒の間隔で送られ、何も返っていません。",
        same[-1],
    )


def probes(talk: Sequence[Packet]) -> Reason | None:
    """Empty segments at even distance: keepalive."""
    empty = [p for p in talk if p.flags == "." and not p.length and p.source == talk[-1].source]
    if len(empty) < 4 or len(unanswered(talk, talk[-1].source)) < 4:
        return None
    return said(
        "keepalive_failed half_open_silent",
        f"{len(empty)} empty segments from one side, the last ones unanswered: keepalive probes that fail.",
        f"一方から空のセグメントが {len(empty)} 個送られ、最後の方には応答がありません。キープアライブの失"
        "敗です。",
        empty[-1],
    )


def sent_again(talk: Sequence[Packet]) -> Reason | None:
    """Data that was sent again, and went on."""
    groups: dict[tuple[str, str], list[Packet]] = {}
    for packet in talk:
        if packet.length and ":" in packet.seq:
            groups.setdefault((packet.source, packet.seq), []).append(packet)
    again = max(groups.values(), key=len, default=[])
    if len(again) < 2 or silence(talk) is not None:
        return None
    wait = again[1].time - again[0].time
    codes = (
        "timeout_retransmission tail_loss_probe" if wait >= 0.19 else "fast_retransmission tail_loss_probe"
    )
    return said(
        f"{codes} spurious_retransmission duplicate_frames",
        f"The same data was sent {len(again)} times; the first repeat came after {wait:.3f} seconds.",
        f"同じデータが {len(again)} 回送られています。最初の再送は {wait:.3f} 秒後です。",
        again[1],
    )


def no_room(talk: Sequence[Packet]) -> Reason | None:
    """A window of zero, outside RSTs and SYNs."""
    shut = [p for p in talk if p.window == 0 and p.flags in (".", "P.")]
    if not shut:
        return None
    return said(
        "zero_window zero_window_probe zero_window_dead_peer",
        f"{host(shut[0].source)} says win 0: its program does not read, and its buffer is full.",
        f"{host(shut[0].source)} が win 0 と伝えています。プログラムが読まず、バッファーが満杯です。",
        shut[0],
    )


def fin_again(talk: Sequence[Packet]) -> Reason | None:
    """A FIN again and again."""
    fins = repeated(talk, "F.", "FP.", "F")
    if len(fins) < 2:
        return None
    return said(
        "fin_unanswered half_open_silent",
        f"The FIN was sent {len(fins)} times: nothing acknowledges it.",
        f"FIN が {len(fins)} 回送られています。確認応答がありません。",
        fins[0],
    )


RULES: tuple[Rule, ...] = (
    *(
        syn_unanswered,
        syn_ack_lost,
        old_port,
        refused,
        reset,
        silence,
        probes,
        sent_again,
        no_room,
        fin_again,
    ),
)
