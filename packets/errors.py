"""What can be said when a file is no capture, or is one only in part. Every sentence exists in English and
Japanese.
"""

from dataclasses import dataclass

Text = dict[str, str]  # {"en": sentence, "ja": sentence}


class CaptureError(Exception):
    """The file cannot be read as a capture; ``str(e)`` is one English sentence, ``e.text`` has both
    languages.

    ``code`` is a slug such as ``empty``, ``not_a_capture``, ``foreign_format``, ``cut_in_header``,
    ``unknown_link_type``, ``too_large`` or ``bomb``. The reader of captures raises nothing else.
    """

    def __init__(self, code: str, en: str, ja: str) -> None:
        super().__init__(en)
        self.code = code
        self.text: Text = {"en": en, "ja": ja}

    def __reduce__(self) -> tuple[type["CaptureError"], tuple[str, str, str]]:
        return CaptureError, (self.code, self.text["en"], self.text["ja"])


@dataclass(frozen=True)
class Note:
    """Something that a reader of the report must know about how the file was read.

    ``frame`` is the 1-based frame it concerns, ``byte`` the position in the (expanded) file; None: the whole
    file.
    """

    code: str
    text: Text
    frame: int | None = None
    byte: int | None = None


def printable(raw: bytes | str, most: int = 80) -> str:
    """A name out of the file, fit to be shown: control, bidi and other unprintable characters escaped, cut
    at ``most``.
    """
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"
