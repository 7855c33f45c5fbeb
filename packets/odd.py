"""What was not understood, counted and named: one sentence for each reason, so that nothing is dropped in
silence.
"""

from collections import Counter
from collections.abc import Iterator

from packets.errors import Note, Text
from packets.kernel import odd

# EtherTypes that networks carry beside IP (IANA ieee-802-numbers); the others are shown as numbers.
_ETHERTYPES = {
    0x0000: "802.2 LLC",
    0x8035: "RARP",
    0x8137: "IPX",
    0x8809: "LACP/OAM",
    0x8863: "PPPoE discovery",
    0x888E: "802.1X",
    0x8892: "PROFINET",
    0x88CC: "LLDP",
    0x88E5: "MACsec",
    0x88F7: "PTP",
    0x8899: "Realtek",
    0x9000: "loopback",
}
_MOST_NAMED = 6  # kinds named in a sentence; the rest are one number
_SENTENCES: dict[int, Text] = {
    odd.LINK_TYPE: {
        "en": "{n} frame{s} of a link type that is not known {were} counted and not read: {what}.",
        "ja": "リンク種別が不明な{n}フレームは、数えただけで読んでいません：{what}。",
    },
    odd.ETHERTYPE: {
        "en": "{n} frame{s} {hold} something other than IP or ARP and {belong} to no connection: {what}.",
        "ja": "{n}フレームはIPでもARPでもなく、どの接続にも属しません：{what}。",
    },
    odd.DEEP: {
        "en": "{n} frame{s} {stack} more tags or tunnels than any network does; the innermost were not read.",
        "ja": "{n}フレームはタグまたはトンネルの重なりが異常に深いため、最も内側は読んでいません。",
    },
    odd.CUT_LINK: {
        "en": "{n} frame{s} {end} inside the link header.",
        "ja": "{n}フレームはリンク層ヘッダーの途中で終わっています。",
    },
    odd.BAD_IP: {
        "en": "{n} frame{s} {announce} an IP packet whose header is damaged or cut off.",
        "ja": "{n}フレームではIPヘッダーが壊れているか、途中で切れています。",
    },
    odd.CUT_TRANSPORT: {
        "en": "{n} packet{s} {end} inside the TCP, UDP or ICMP header and {belong} to no connection.",
        "ja": "{n}パケットはTCP・UDP・ICMPヘッダーの途中で終わっており、どの接続にも属しません。",
    },
    odd.ENCRYPTED: {
        "en": "{n} wireless frame{s} {are} encrypted and cannot be read: capture on the wired side, "
        "or in the host.",
        "ja": "無線の{n}フレームは暗号化されており、読めません。"
        "有線側またはホスト上でキャプチャしてください。",
    },
    odd.NOT_DATA: {
        "en": "{n} wireless frame{s} {manage} the radio link and {carry} no data.",
        "ja": "無線の{n}フレームは無線の管理・制御用で、データを含みません。",
    },
}
_VERBS = ("hold", "belong", "stack", "end", "announce", "manage")
_ONE = {"s": "", "were": "was", "are": "is", "carry": "carries"} | {verb: f"{verb}s" for verb in _VERBS}
_MANY = {"s": "s", "were": "were", "are": "are", "carry": "carry"} | {verb: verb for verb in _VERBS}


def notes(found: Counter[tuple[int, int]]) -> Iterator[Note]:
    """A note for each reason. ``found``: (reason, what) to frames, as packets/recording.py counts."""
    for reason, sentence in _SENTENCES.items():
        kinds = Counter({what: n for (why, what), n in found.items() if why == reason})
        count = kinds.total()
        if count:
            grammar = _ONE if count == 1 else _MANY
            text = {
                lang: sentence[lang].format(n=f"{count:,}", what=_named(reason, kinds, lang), **grammar)
                for lang in ("en", "ja")
            }
            yield Note(_CODES[reason], text)


_CODES = {value: name.lower() for name, value in vars(odd).items() if name.isupper()}


def _named(reason: int, kinds: Counter[int], lang: str) -> str:
    name = _link if reason == odd.LINK_TYPE else _ethertype
    shown = [f"{name(what)} ({n:,})" for what, n in kinds.most_common(_MOST_NAMED)]
    more = len(kinds) - len(shown)
    if more:
        shown.append(f"ほか{more}種" if lang == "ja" else f"{more} more")
    return ("、" if lang == "ja" else ", ").join(shown)


def _link(what: int) -> str:
    return f"LINKTYPE {what}"


def _ethertype(what: int) -> str:
    return _ETHERTYPES.get(what, f"EtherType 0x{what:04x}")
