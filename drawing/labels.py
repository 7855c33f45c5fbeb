"""What stands on an arrow: flags, length, and the numbers a reader compares."""

import numpy as np

from drawing.measure import count, size
from drawing.words import Language, word
from packets.columns import (
    ACK,
    AE,
    CWR,
    ECE,
    FIN,
    ICMP,
    ICMPV6,
    KEEPALIVE_SHAPED,
    PSH,
    RST,
    SYN,
    TCP,
    UDP,
    URG,
)

# RFC 792, RFC 4443, RFC 4861; the codes of "unreachable" as in the IANA registry.
_ICMP_TYPES: dict[int, tuple[str, str]] = {
    0: ("echo reply", "エコー応答"),
    3: ("unreachable", "到達不能"),
    5: ("redirect", "リダイレクト"),
    8: ("echo request", "エコー要求"),
    11: ("time exceeded", "TTL 超過"),
    12: ("parameter problem", "パラメーター異常"),
}
_ICMP_UNREACHABLE: dict[int, tuple[str, str]] = {
    0: ("network unreachable", "ネットワーク到達不能"),
    1: ("host unreachable", "ホスト到達不能"),
    2: ("protocol unreachable", "プロトコル到達不能"),
    3: ("port unreachable", "ポート到達不能"),
    4: ("fragmentation needed", "フラグメント必要"),
    9: ("network prohibited", "ネットワーク禁止"),
    10: ("host prohibited", "ホスト禁止"),
    13: ("administratively prohibited", "管理上の禁止"),
}
_ICMPV6_TYPES: dict[int, tuple[str, str]] = {
    1: ("unreachable", "到達不能"),
    2: ("packet too big", "パケット過大"),
    3: ("time exceeded", "ホップ数超過"),
    4: ("parameter problem", "パラメーター異常"),
    128: ("echo request", "エコー要求"),
    129: ("echo reply", "エコー応答"),
    133: ("router solicitation", "ルーター要請"),
    134: ("router advertisement", "ルーター広告"),
    135: ("neighbor solicitation", "近隣要請"),
    136: ("neighbor advertisement", "近隣広告"),
}
_ICMPV6_UNREACHABLE: dict[int, tuple[str, str]] = {
    0: ("no route", "経路なし"),
    1: ("administratively prohibited", "管理上の禁止"),
    3: ("address unreachable", "アドレス到達不能"),
    4: ("port unreachable", "ポート到達不能"),
}
_FLAGS = (("SYN", SYN), ("FIN", FIN), ("RST", RST), ("PSH", PSH), ("ACK", ACK), ("URG", URG))
_RARE_FLAGS = (("ECE", ECE), ("CWR", CWR), ("AE", AE))


def flags(bits: int) -> str:
    """TCP flags in the order people say them: SYN-ACK, FIN-ACK, PSH-ACK; none is "no flags"."""
    names = [name for name, bit in _FLAGS + _RARE_FLAGS if bits & bit]
    return "-".join(names) or "[ ]"


def headline(row: np.void, lang: Language) -> str:
    """The word or two on the arrow: SYN, RST-ACK, PSH 517 B, host unreachable, UDP 48 B."""
    protocol, length = int(row["protocol"]), int(row["length"])
    if protocol == TCP:
        shown = _tcp(int(row["flags"]), length)
        # The shape of a keepalive or a zero-window probe: only the peer's window tells them apart.
        return f"{shown} · {word('probe', lang)}" if int(row["marks"]) & KEEPALIVE_SHAPED else shown
    if protocol in (ICMP, ICMPV6):
        return _icmp(protocol == ICMPV6, int(row["icmp_type"]), int(row["icmp_code"]), lang)
    name = "UDP" if protocol == UDP else "ARP" if protocol == 0 else f"IP {protocol}"
    return f"{name} {size(length)}" if length else name


def _tcp(bits: int, length: int) -> str:
    if not length:
        return flags(bits)
    shown = bits if bits & (SYN | FIN | RST) else bits & ~ACK
    return f"{flags(shown)} {size(length)}" if shown else size(length)


def _icmp(six: bool, kind: int, code: int, lang: Language) -> str:
    types, unreachable, at = (
        (_ICMPV6_TYPES, _ICMPV6_UNREACHABLE, 1) if six else (_ICMP_TYPES, _ICMP_UNREACHABLE, 3)
    )
    names = unreachable.get(code) if kind == at else None
    names = names or types.get(kind)
    protocol = "ICMPv6" if six else "ICMP"
    return names[1 if lang == "ja" else 0] if names else f"{protocol} {kind}/{code}"


def details(row: np.void, lang: Language) -> str:
    """Relative sequence and acknowledgement numbers and the window in bytes; empty for what is not TCP."""
    if int(row["protocol"]) != TCP:
        return ""
    parts = [f"seq {count(int(row['seq']))}"]
    if row["ack"] >= 0:
        parts.append(f"ack {count(int(row['ack']))}")
    return " · ".join([*parts, *window(row, lang)])


def window(row: np.void, lang: Language) -> list[str]:
    """The window, in bytes; where the scale is not known the 16-bit field, and said so. A RST has none that
    counts.
    """
    if row["flags"] & RST or row["window_raw"] < 0:
        return []
    if row["window"] >= 0:
        return [f"win {count(int(row['window']))}"]
    return [f"win {count(int(row['window_raw']))} ({word('unscaled', lang)})"]
