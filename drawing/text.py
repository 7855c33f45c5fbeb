"""Text from a capture or from a file name, made safe to show: no control or bidi character acts, all are
seen.
"""

import html
import unicodedata

# Cc controls, Cf formats (bidi overrides and isolates, zero-width characters, soft hyphen), Zl and Zp
# separators,
# Cs lone surrogates: none has a shape of its own, all can change how the text around them reads.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def visible(text: str) -> str:
    """`text` with every unseen character replaced by a picture (␀ to ␡) or by its number (⟨U+202E⟩)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_picture(c) if unicodedata.category(c) in _UNSEEN else c for c in text)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def escape(text: str) -> str:
    """`text` for SVG or HTML, as content or within a quoted attribute."""
    return html.escape(visible(text), quote=True)
