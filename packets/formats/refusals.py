"""Why a file that looks like a capture, or holds one, is refused after all."""

from packets.errors import CaptureError, Note

_LINK_NAMES = {
    105: "IEEE 802.11", 119: "Prism", 127: "IEEE 802.11 radiotap", 147: "USER0", 163: "IEEE 802.11 AVS", 187:
    "Bluetooth HCI",
    189: "USB (Linux)", 192: "PPI", 195: "IEEE 802.15.4", 201: "Bluetooth HCI",
    220: "USB (Linux)", 227: "CAN",
    239: "NFLOG", 249: "USBPcap", 251: "Bluetooth LE", 253: "netlink", 266: "USB (macOS)",
}  # fmt: skip


def unreadable(problem: OSError | ValueError) -> CaptureError:
    """The system does not let us open or read it."""
    reason = getattr(problem, "strerror", None) or str(problem)
    return CaptureError(
        "unreadable",
        f"The file cannot be opened or read: {reason}.",
        f"ファイルを開けないか、読み取れません（{reason}）。",
    )


def no_file() -> CaptureError:
    """The path names something that is no regular file."""
    return CaptureError(
        "unreadable",
        "This is not a regular file (a folder or a device, say), so there is no capture to read.",
        "通常のファイルではない（フォルダーやデバイスなど）ため、キャプチャとして読めません。",
    )


def unknown_links(kinds: set[int]) -> CaptureError:
    """No packet of the capture has a link type that the decoder knows."""
    named = ", ".join(
        f"{kind} ({_LINK_NAMES[kind]})" if kind in _LINK_NAMES else str(kind) for kind in sorted(kinds)[:5]
    )
    return CaptureError(
        "unknown_link_type",
        f"The packets of this capture have link type {named}, which is not understood here; capture on an "
        f"Ethernet, "
        "Linux cooked, PPP or raw IP interface.",
        f"このキャプチャのリンク種別は{named}で、解析に対応していません。"
        "Ethernet、Linux cooked、PPP、またはraw IPのインターフェースで取得してください。",
    )


def nothing_inside(archive: str, names: list[str]) -> CaptureError:
    """An archive without a capture; ``names`` are printable."""
    en, ja = ("it has no readable files", "読めるファイルがありません")
    if names:
        en, ja = f"it holds {_some(names)}", f"内容: {_some(names)}"
    return CaptureError(
        "no_capture_inside",
        f"The {archive} archive holds no pcap or pcapng file: {en}.",
        f"{archive}アーカイブの中にpcap・pcapngファイルがありません（{ja}）。",
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def compressed_rubbish(note: Note) -> CaptureError:
    """Not one byte could be expanded."""
    return CaptureError("damaged_compression", note.text["en"], note.text["ja"])


def cut_section() -> CaptureError:
    """There is not even a whole section header."""
    return CaptureError(
        "cut_in_header",
        "The file is cut off inside the pcapng section header at its start, so it holds no packet.",
        "ファイルが先頭のpcapngセクションヘッダーの途中で切れており、パケットはありません。",
    )
