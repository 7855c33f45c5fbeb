"""Bytes of strangers as text that can do no harm."""

import re

# All but printable ASCII; and of that the quotes, the angle brackets and the backslash, which mean something
# in HTML, in shells and in this escaping itself.
_ODD = re.compile(rb"[^ !#-&(-;=?-\[\]-_a-~]")
CUT = b"\\~"  # ends a text that was too long; unescaped text never has it


def shown(raw: bytes, most: int) -> bytes:
    """``raw`` in printable ASCII, everything else as ``\\xNN``; at most ``most`` bytes, the last two CUT
    when something is missing.
    """
    text = raw[: most + 1]
    if _ODD.search(text):
        text = _ODD.sub(_escaped, text)
    return fitted(text, most)


def fitted(text: bytes, most: int) -> bytes:
    """Escaped text, cut at ``most`` bytes."""
    return text if len(text) <= most else text[: most - len(CUT)] + CUT


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"\\x%02x" % match.group()[0]
