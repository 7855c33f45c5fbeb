"""Which characters a text may hold: a reader must see all that a machine will."""

import unicodedata

from experiments.declaration.mistakes import Wrong

# They turn the order of what is shown, so that a command reads as another one.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
BYTE_ORDER = "\ufeff"

CONTROLS = r"\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"  # for a pattern

LINES = "\n\t"  # in the files of a host
KEYS = "\n\t\x03\x04\x1c\x1d"  # typed: Enter, Tab, Ctrl-C, Ctrl-D, Ctrl-\, Ctrl-]


def refuse_unseen(text: str, allowed: str = "") -> None:
    """Look for control characters and those that change the direction of writing.

    Raises:
        Wrong: when there is one that is not allowed.
    """
    found = next((c for c in text if _unseen(c) and c not in allowed), "")
    if found == "\n":
        raise Wrong(
            "this text must stay on one line.",
            "この文字列は 1 行で書いてください。",
        )
    if found:
        raise Wrong(
            f"the control character U+{ord(found):04X} stands in this text, and nobody would see it.",
            f"この文字列には、目に見えない制御文字 U+{ord(found):04X} が含まれています。",
        )


def refuse_long(text: str, longest: int) -> None:
    """Count the bytes of a text, in UTF-8.

    Raises:
        Wrong: when there are more than ``longest``.
    """
    size = len(text.encode())
    if size > longest:
        raise Wrong(
            f"this text has {size:,} bytes; {longest:,} are allowed.",
            f"この文字列は {size:,} バイトあります。上限は {longest:,} バイトです。",
        )


def _unseen(character: str) -> bool:
    return character in BIDI or character == BYTE_ORDER or unicodedata.category(character) in UNSEEN
