"""Sentences about a reading: where and why it ended, and the oddities that were counted on the way."""

from packets.errors import Note, Text
from packets.formats.reading import End, Ending, Reading

_ONE = {"s": "", "were": "was", "have": "has", "are": "is", "keep": "keeps"}
_MANY = {"s": "s", "were": "were", "have": "have", "are": "are", "keep": "keep"}
# Oddity: sentence for n of them, English (with {s} for the plural) and Japanese.
_SENTENCES = {
    "fraction": (
        "{n} packet{s} had a fraction of a second above one second; it was added to the seconds.",
        "{n}個のパケットで秒の小数部が1秒を超えていました。秒に繰り上げて読みました。",
    ),
    "time": (
        "{n} time{s} or clock offset{s} lay beyond the years 1677 to 2262 and {were} set to the nearest "
        "that can be kept.",
        "{n}個の時刻または時計の補正値が1677年から2262年の範囲を超えており、範囲の端に丸めました。",
    ),
    "options": (
        "{n} block{s} had options that {were} damaged or too many; the rest of the options was ignored.",
        "{n}個のブロックでオプションが壊れているか多すぎるため、残りのオプションを無視しました。",
    ),
    "bad_block": (
        "{n} block{s} describing interfaces or statistics {were} too short to be used.",
        "インターフェースや統計を記述する{n}個のブロックが短すぎて使えませんでした。",
    ),
    "bad_packet": (
        "{n} packet block{s} claimed more bytes than the block holds, and {were} skipped without a frame "
        "number.",
        "{n}個のパケットブロックがブロックより長い長さを主張していたため、飛ばしました（フレーム番号なし）。",
    ),
    "no_interface": (
        "{n} packet{s} named an interface that is not described before, and {were} skipped without a frame "
        "number.",
        "{n}個のパケットが未定義のインターフェースを指していたため、飛ばしました（フレーム番号なし）。",
    ),
    "numbered": (
        "{n} custom block{s} {are} no packets, but {keep} a frame number as in Wireshark.",
        "{n}個のカスタムブロックはパケットではありませんが、Wiresharkと同じくフレーム番号を持ちます。",
    ),
    "untimed": (
        "{n} packet{s} {were} recorded without a time (simple packet blocks) and {have} that of the packet "
        "before.",
        "{n}個のパケットには時刻がなく（シンプルパケットブロック）、直前のパケットの時刻としました。",
    ),
    "secrets": (
        "The file holds decryption secrets ({n} block{s}). They are shown nowhere, but stay in the file: "
        "share it with care.",
        "ファイルに復号用の秘密情報（{n}ブロック）が含まれています。どこにも表示しませんが、ファイルには残っています。"
        "共有の際はご注意ください。",
    ),
    "comments": (
        "{n} more comment{s} in the file {were} left out.",
        "ファイル内の残り{n}個のコメントは読みませんでした。",
    ),
    "skipped_block": (
        "{n} block{s} of a type that is not known {were} skipped.",
        "種別が不明な{n}個のブロックを飛ばしました。",
    ),
    "not_a_member": (
        "{n} file{s} in the archive {are} no captures and {were} left out.",
        "アーカイブ内の{n}個のファイルはキャプチャではないため、読みませんでした。",
    ),
}


def counted(reading: Reading) -> list[Note]:
    """One note for each kind of oddity, with the frame and byte of the first."""
    notes = []
    for oddity, times in reading.counts.items():
        en, ja = _SENTENCES[oddity]
        frame, byte = reading.first_at[oddity]
        grammar = _ONE if times == 1 else _MANY
        text = {"en": en.format(n=f"{times:,}", **grammar), "ja": ja.format(n=f"{times:,}")}
        notes.append(Note(oddity, text, frame, byte))
    return notes


def ended(ending: Ending, form: str, frames: int, byte: int) -> Note:
    """Where and why reading stopped before the end; ``frames`` were read, ``byte`` is where it stopped."""
    unit = (
        ("the block", "ブロック")
        if form == "pcapng"
        else (f"record {frames + 1:,}", f"レコード{frames + 1:,}")
    )
    read_en = "1 packet was read" if frames == 1 else f"{frames:,} packets were read"
    read_ja = f"それまでの{frames:,}パケットを読みました。"
    why = ending.why or {"en": "", "ja": ""}
    text = {
        End.CUT: {
            "en": f"The file is cut off: {unit[0]} at byte {byte:,} {why['en']}; {read_en} before it.",
            "ja": f"ファイルが途中で切れています。{byte:,}バイト目の{unit[1]}が{why['ja']}ためで、{read_ja}",
        },
        End.DAMAGED: {
            "en": f"The file is damaged: {unit[0]} at byte {byte:,} {why['en']}; {read_en} before it.",
            "ja": f"ファイルが壊れています。{byte:,}バイト目の{unit[1]}が{why['ja']}ためで、{read_ja}",
        },
        End.ZEROS: {
            "en": f"From byte {byte:,} on the file holds zeros instead of packets, as after a crash or on a "
            f"full disk; "
            f"{read_en} before them.",
            "ja": f"{byte:,}バイト目からはパケットではなくゼロが続いています（異常終了や容量不足など）。"
            f"{read_ja}",
        },
        End.GLUED: _glued(frames, byte),
    }[ending.end]
    return Note(f"ended_{ending.end.value}", text, frames or None, byte)


def _glued(frames: int, byte: int) -> Text:
    return {
        "en": f"Another capture file begins at byte {byte:,}, glued to the first; its packets follow from "
        f"frame "
        f"{frames + 1:,} on.",
        "ja": f"{byte:,}バイト目から別のキャプチャファイルがつながっています。"
        f"そのパケットはフレーム{frames + 1:,}から続きます。",
    }


def member(name: str, frames: int) -> Note:
    """Which member of an archive the frames behind the first ``frames`` come from."""
    text = {
        "en": f"From frame {frames + 1:,} on the packets come from “{name}” in the archive.",
        "ja": f"フレーム{frames + 1:,}からはアーカイブ内の「{name}」のパケットです。",
    }
    return Note("member", text, frames + 1)


def member_refused(name: str, reason: Text) -> Note:
    """Why one member of an archive was left out."""
    text = {
        "en": f"“{name}” in the archive was left out. {reason['en']}",
        "ja": f"アーカイブ内の「{name}」は読みませんでした。{reason['ja']}",
    }
    return Note("member_refused", text)


def too_many_glued(files: int, byte: int) -> Note:
    """Reading stopped although yet another capture file begins there."""
    text = {
        "en": f"More than {files:,} capture files are glued together; those from byte {byte:,} on were left "
        f"unread.",
        "ja": f"{files:,}個を超えるキャプチャがつながっているため、{byte:,}バイト目以降は読みませんでした。",
    }
    return Note("too_many_glued", text, byte=byte)
