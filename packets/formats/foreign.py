"""What a file is that is no capture we read: its name, and what to do about it, in one sentence."""

import re
from dataclasses import dataclass

from packets.errors import CaptureError

HEAD = 4096  # bytes that are looked at


@dataclass(frozen=True)
class _Kind:
    """A kind of file by its first bytes."""

    magic: bytes
    en: str  # with its article: "a PNG picture"
    ja: str
    at: int = 0


# Captures of other programs. Wireshark's editcap reads them and writes pcapng.
_CAPTURES = (
    _Kind(b"snoop\0\0\0", "a snoop capture (Solaris, RFC 1761)", "snoop（Solaris, RFC 1761）のキャプチャ"),
    _Kind(b"btsnoop\0", "a btsnoop capture (Bluetooth)", "btsnoop（Bluetooth）のキャプチャ"),
    _Kind(b"RTSS", "a Microsoft Network Monitor 1 capture", "Microsoft Network Monitor 1のキャプチャ"),
    _Kind(b"GMBU", "a Microsoft Network Monitor 2 capture", "Microsoft Network Monitor 2のキャプチャ"),
    _Kind(b"TRSNIFF data    \x1a", "a Sniffer capture (DOS)", "Sniffer（DOS）のキャプチャ"),
    _Kind(b"XCP\0", "a NetXRay or Sniffer capture (Windows)", "NetXRay / Sniffer（Windows）のキャプチャ"),
    _Kind(b"iptrace 1.0", "an iptrace capture (AIX)", "iptrace（AIX）のキャプチャ"),
    _Kind(b"iptrace 2.0", "an iptrace capture (AIX)", "iptrace（AIX）のキャプチャ"),
    _Kind(b"\x7fver", "an OmniPeek capture", "OmniPeekのキャプチャ"),
    _Kind(b"\x05VNF", "a Visual Networks capture", "Visual Networksのキャプチャ"),
    _Kind(b"\0\0\x02\0\x12\x05\0\x10", "a Tektronix K12 capture", "Tektronix K12のキャプチャ"),
    _Kind(b"\x54\x52\0\x64\0", "a NetTL capture (HP-UX)", "nettl（HP-UX）のキャプチャ"),
    _Kind(b"\xaa\xaa\xaa\xaa", "a 5Views capture", "5Viewsのキャプチャ"),
)
_OTHERS = (
    _Kind(b"\x89PNG\r\n\x1a\n", "a PNG picture", "PNG画像"),
    _Kind(b"\xff\xd8\xff", "a JPEG picture", "JPEG画像"),
    _Kind(b"GIF8", "a GIF picture", "GIF画像"),
    _Kind(b"WEBP", "a WebP picture", "WebP画像", 8),
    _Kind(b"II*\0", "a TIFF picture", "TIFF画像"),
    _Kind(b"MM\0*", "a TIFF picture", "TIFF画像"),
    _Kind(b"ftyp", "a video, or a HEIC or AVIF picture", "動画またはHEIC/AVIF画像", 4),
    _Kind(b"%PDF-", "a PDF document", "PDF文書"),
    _Kind(b"%!PS", "a PostScript document", "PostScript文書"),
    _Kind(b"\x7fELF", "a program (ELF)", "プログラム（ELF）"),
    _Kind(b"\xcf\xfa\xed\xfe", "a program (Mach-O)", "プログラム（Mach-O）"),
    _Kind(b"\xca\xfe\xba\xbe", "a program (Java or Mach-O)", "プログラム（JavaまたはMach-O）"),
    _Kind(b"SQLite format 3\0", "an SQLite database", "SQLiteデータベース"),
    _Kind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document", "旧形式のOffice文書"),
    _Kind(b"\x93NUMPY", "a NumPy array", "NumPy配列"),
    _Kind(b"PAR1", "a Parquet file", "Parquetファイル"),
    _Kind(b"-----BEGIN ", "a PEM key or certificate", "PEM形式の鍵または証明書"),
    _Kind(b"BM", "a BMP picture", "BMP画像"),
    _Kind(b"MZ", "a Windows program", "Windowsのプログラム"),
)
_PACKED = (
    _Kind(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "7-Zipアーカイブ"),
    _Kind(b"Rar!\x1a\x07", "a RAR archive", "RARアーカイブ"),
    _Kind(b"MSCF", "a cabinet archive", "CABアーカイブ"),
    _Kind(b"\x1f\x9d", "a file packed by compress (.Z)", "compress（.Z）で圧縮されたファイル"),
    _Kind(b"LZIP", "a file packed by lzip", "lzipで圧縮されたファイル"),
    _Kind(b"!<arch>\n", "an ar archive", "arアーカイブ"),
)

_ARROWS = rb"(?m)^(?:\d{4}-\d\d-\d\d )?(?:\d\d:\d\d:\d\d[.,]\d+|\d{10}\.\d+) (?:IP6?|ARP|[\w.:-]+ [<>])"
_HEX = rb"(?m)^\s*(?:0x)?[0-9a-fA-F]{4,8}:?\s+(?:[0-9a-fA-F]{2,4}[ \t]+){4}"
_BARE_HEX = rb"\A(?:0x)?(?:d4c3b2a1|a1b2c3d4|4d3cb2a1|a1b23c4d|0a0d0d0a)"


def refusal(head: bytes, size: int) -> CaptureError:
    """Why the file that begins with ``head`` (up to HEAD bytes) and has ``size`` bytes is not read."""
    if not head:
        return CaptureError("empty", "The file is empty (0 bytes).", "ファイルが空です（0バイト）。")
    return (
        _spoiled_head(head) or _binary(head) or _short(head, size) or _textual(head) or _unknown(head, size)
    )


def _binary(head: bytes) -> CaptureError | None:
    for kinds, make in ((_CAPTURES, _convert), (_PACKED, _unpack), (_OTHERS, _other)):
        for kind in kinds:
            if head.startswith(kind.magic, kind.at) and not (len(kind.magic) == 2 and _text(head)):
                return make(kind.en, kind.ja)
    return None


def _convert(en: str, ja: str) -> CaptureError:
    how = "editcap -F pcapng IN OUT.pcapng"
    return CaptureError(
        "foreign_format",
        f"This is {en}, neither pcap nor pcapng; Wireshark's editcap converts it: {how}",
        f"これは{ja}で、pcapでもpcapngでもありません。Wiresharkのeditcapで変換できます: {how}",
    )


def _unpack(en: str, ja: str) -> CaptureError:
    return CaptureError(
        "foreign_format",
        f"This is {en}, which is not unpacked here; unpack it and upload the capture itself (or a zip or "
        f"gzip of it).",
        f"これは{ja}で、ここでは展開できません。展開したキャプチャ（またはそのzip・gzip）をアップロードしてください。",
    )


def _other(en: str, ja: str) -> CaptureError:
    return CaptureError(
        "not_a_capture",
        f"This is {en}, not a capture of packets; a pcap or pcapng file is needed.",
        f"これは{ja}で、パケットキャプチャではありません。pcapまたはpcapngファイルが必要です。",
    )


def _text_output(en: str, ja: str, how_en: str, how_ja: str) -> CaptureError:
    return CaptureError(
        "foreign_format",
        f"This is {en}, not the packets themselves; {how_en}",
        f"これは{ja}で、パケットそのものではありません。{how_ja}",
    )


def _short(head: bytes, size: int) -> CaptureError | None:
    """Too short to be told, or nothing but zeros."""
    if size < 12 and len(head) >= 4 and head[:4] == b"\x0a\x0d\x0d\x0a":
        return CaptureError(
            "cut_in_header",
            f"The file is cut off inside the pcapng section header: {size} of at least 28 bytes are there.",
            f"ファイルがpcapngのセクションヘッダーの途中で切れています（最低28バイト中{size}バイト）。",
        )
    if size < 4:
        number = "1 byte" if size == 1 else f"{size} bytes"
        return CaptureError(
            "not_a_capture",
            f"The file is only {number} long, too short for any capture.",
            f"ファイルが{size}バイトしかなく、キャプチャとしては短すぎます。",
        )
    if not any(head):
        return CaptureError(
            "not_a_capture",
            "The file holds only zeros where a header should be; its content was lost when it was written "
            "or copied.",
            "ヘッダーがあるべき場所がすべてゼロです。書き込みまたはコピーの際に中身が失われています。",
        )
    return None


def _text(head: bytes) -> bool:
    """Printable ASCII or UTF-8 (a character at the end may be cut)."""
    if b"\0" in head:
        return False
    try:
        text = head.decode()
    except UnicodeDecodeError as problem:
        if problem.start < len(head) - 3:
            return False
        text = head[: problem.start].decode()
    return bool(text) and all(c.isprintable() or c in "\t\r\n\f\x1b\ufeff" for c in text)


def _textual(head: bytes) -> CaptureError | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _other("a text file (UTF-16)", "テキストファイル（UTF-16）")
    if not _text(head):
        return None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if re.match(_BARE_HEX, start.replace(b" ", b"")) or re.search(_HEX, head):
        return _text_output(
            "a hexdump of packets as text", "パケットの16進ダンプ（テキスト）",
            "Wireshark's text2pcap turns a hexdump of packets into a capture, xxd -r one of a whole file.",
            "パケットの16進ダンプはWiresharkのtext2pcapで、ファイル全体のダンプはxxd "
            "-rでキャプチャに戻せます。",
        )  # fmt: skip
    if re.search(_ARROWS, head):
        return _text_output(
            "what tcpdump prints as text", "tcpdumpの画面出力（テキスト）",
            "capture again with tcpdump -w FILE.pcap and upload that file.",
            "tcpdump -w FILE.pcap で取り直し、そのファイルをアップロードしてください。",
        )  # fmt: skip
    return _markup(start)


_TEXTS = (
    (b"<", "an XML or HTML text", "XML/HTMLテキスト"),
    (b"{", "a JSON text", "JSONテキスト"),
    (b"#!", "a script", "スクリプト"),
)


def _markup(start: bytes) -> CaptureError:
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return CaptureError(
            "not_a_capture",
            "This is an HTML page, not a capture: probably a login or error page was saved instead of the "
            "file.",
            "これはHTMLページで、キャプチャではありません。ファイルの代わりにログイン画面やエラー画面が保存されたようです。",
        )
    if b"<svg" in start:
        return _other("an SVG picture", "SVG画像")
    if (
        b"<pdml" in start
        or b"<psml" in start
        or start.startswith((b'"no.",', b'[\n  {\n    "_index"', b"no.   "))
    ):
        return _text_output(
            "an export of dissected packets (PDML, JSON, CSV or text)",
            "解析結果の書き出し（PDML・JSON・CSV・テキスト）",
            "save the capture with File > Save As in Wireshark and upload that file.",
            "Wiresharkの「ファイル > 名前をつけて保存」で保存したファイルをアップロードしてください。",
        )  # fmt: skip
    if start.startswith((b"client_random ", b"# ssl/tls secrets")):
        return _other("a TLS key log (keep it secret)", "TLSの鍵ログ（秘密にしてください）")
    if start.startswith((b"1mkyoq", b"obldta", b"cg0ncg", b"tto8", b"h4si")):
        return _text_output(
            "a capture written as base64 text", "base64でテキスト化されたキャプチャ",
            "decode it with base64 -d IN > OUT.pcap and upload that file.",
            "base64 -d IN > OUT.pcap で戻し、そのファイルをアップロードしてください。",
        )  # fmt: skip
    for mark, en, ja in _TEXTS:
        if start.startswith(mark):
            return _other(en, ja)
    return _other("a text file", "テキストファイル")


def _unknown(head: bytes, size: int) -> CaptureError:
    seen = head[:4].hex(" ")
    return CaptureError(
        "not_a_capture",
        f"The file ({size:,} bytes, beginning with {seen}) is not a capture in any known format; pcap or "
        f"pcapng is needed.",
        f"ファイル（{size:,}バイト、先頭は{seen}）は既知のどのキャプチャ形式でもありません。pcapまたはpcapngが必要です。",
    )


# --- files that were captures until something changed their bytes ---

_REPLACED = "\ufffd".encode()  # what UTF-8 decoding puts in place of bytes that are no text
_SPOILED_UTF8 = (
    b"\xef\xbf\xbd\xc3\xb2\xef\xbf\xbd",  # d4 c3 b2 a1, decoded as UTF-8 and written again
    b"M<\xef\xbf\xbd\xef\xbf\xbd",
    b"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
    b"\xef\xbf\xbd\xef\xbf\xbd<M",
    b"\xc3\x94\xc3\x83\xc2\xb2\xc2\xa1",  # the same, decoded as Latin-1
    b"\xc2\xa1\xc2\xb2\xc3\x83\xc3\x94",
    b"M<\xc2\xb2\xc2\xa1",
    b"\xc2\xa1\xc2\xb2<M",
)
_SPOILED_ASCII = (
    b"\r\n\r\r\r\n",  # 0a 0d 0d 0a, the magic that pcapng chose to show this: LF became CR LF
    b"\n\r\n",  # CR LF became LF
    b"\n\n",  # CR was dropped, or became LF
    b"TC2!",  # d4 c3 b2 a1 without the eighth bit
    b"!2CT",
)
_FEWEST_SIGNS = 4


def _spoiled_head(head: bytes) -> CaptureError | None:
    if head.startswith(_SPOILED_UTF8):
        return spoiled_by_utf8()
    known = b"\x4d\x3c\x2b\x1a" in head[:20] or b"\x1a\x2b\x3c\x4d" in head[:20]
    if head.startswith(_SPOILED_ASCII) and (known or head[:4] in (b"TC2!", b"!2CT")):
        return spoiled_by_ascii()
    return None


def spoiled(data: bytes) -> CaptureError | None:
    """Whether damaged records look as if the whole file was changed on its way; ``data``: its beginning."""
    if data.count(b"\n") >= _FEWEST_SIGNS and data.count(b"\n") == data.count(b"\r\n"):
        return spoiled_by_ascii()
    return spoiled_by_utf8() if _was_decoded(data) else None


def _was_decoded(data: bytes) -> bool:
    """Binary data is never valid UTF-8 all through, unless something made it so."""
    text = data[: len(data) - 3].decode("utf-8", "surrogateescape")
    foreign = [c for c in text if c > "\x7f"]
    broken = sum("\udc80" <= c <= "\udcff" for c in foreign)
    return len(foreign) >= _FEWEST_SIGNS and broken <= 3 and (_REPLACED in data or max(foreign) <= "\xff")


def spoiled_by_ascii() -> CaptureError:
    """The refusal of a file whose line ends were changed."""
    return CaptureError(
        "spoiled_ascii",
        "This was a capture until its line ends were changed, as an FTP transfer in ASCII mode does; "
        "transfer the original again in binary mode.",
        "改行コードが書き換えられて壊れたキャプチャです（FTPのASCIIモード転送など）。"
        "元のファイルをバイナリモードで転送し直してください。",
    )


def spoiled_by_utf8() -> CaptureError:
    """The refusal of a file that was decoded as text."""
    return CaptureError(
        "spoiled_utf8",
        "This was a capture until some program decoded it as text (UTF-8), which cannot be undone; "
        "copy the original again as a binary file.",
        "テキスト（UTF-8）として変換されて壊れたキャプチャです。元には戻せません。"
        "元のファイルをバイナリのままコピーし直してください。",
    )
