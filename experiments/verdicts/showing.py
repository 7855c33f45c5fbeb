"""Values as they stand in sentences: bounded, on one line, in both languages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from diagnoses import words

QUOTED = 200  # characters of a quote
MANY = 8  # things in a list; what comes after is only counted
SECOND = 10**9


def quoted(text: str, end: bool = False) -> str:
    """A text between quotes, cut to QUOTED characters (``end``: to its last ones).

    Whatever does not print (controls, escape sequences of terminals, marks that turn the direction of
    writing) is written as an escape, so that a guest cannot draw on the reader's page or terminal.
    """
    some = text[-QUOTED:] if end else text[:QUOTED]
    pieces = [char if char.isprintable() else _escape(char) for char in some]
    kept = _fitting(reversed(pieces) if end else pieces, QUOTED - 1)
    if len(kept) == len(text):
        return "“" + "".join(reversed(kept) if end else kept) + "”"
    return "“…" + "".join(reversed(kept)) + "”" if end else "“" + "".join(kept) + "…”"


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "replace").decode("ascii")


def _fitting(pieces: Iterable[str], most: int) -> list[str]:
    kept: list[str] = []
    for piece in pieces:
        most -= len(piece)
        if most < 0:
            break
        kept.append(piece)
    return kept


def counted(number: int, singular: str, plural: str = "") -> str:
    """ "1 packet", "6 packets"."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def frames(numbers: Sequence[int]) -> tuple[str, str]:
    """ "frames 3, 4, 5" in both languages."""
    some = ", ".join(map(str, numbers[:MANY])) + (", …" if len(numbers) > MANY else "")
    return f"frame{'s' if len(numbers) > 1 else ''} {some}", f"フレーム {some}"


def seconds(ns: float) -> tuple[str, str]:
    """A time in both languages. From 0.1 s on three decimals: how near it came."""
    if 0 < ns < SECOND / 10:
        return words.seconds(ns / SECOND, "en"), words.seconds(ns / SECOND, "ja")
    digits = f"{ns / SECOND:.3f}".rstrip("0").rstrip(".")
    return f"{digits} s", f"{digits} 秒"


def times(many: Sequence[float]) -> tuple[str, str]:
    """Times in a row, in both languages."""
    pairs = [seconds(ns) for ns in many[:MANY]]
    rest = ["…"] * (len(many) > MANY)
    return ", ".join([en for en, _ in pairs] + rest), "、".join([ja for _, ja in pairs] + rest)


def bounds(value: int | Mapping[str, int], unit: str = "") -> tuple[str, str]:
    """ "6", "at least 2", "2 to 4" in both languages; the Japanese with a word for counting."""
    if not isinstance(value, Mapping):
        return str(value), f"{value}{unit}"
    least, most = value.get("least"), value.get("most")
    if least is None:
        return f"at most {most}", f"{most}{unit or ' '}以下"
    if most is None:
        return f"at least {least}", f"{least}{unit or ' '}以上"
    return f"{least} to {most}", f"{least} から {most}{unit}"


def within(number: float, value: int | Mapping[str, int]) -> bool:
    """Whether a number is the wanted one, or lies between the bounds; bounds that say nothing hold never."""
    if not isinstance(value, Mapping):
        return number == value
    least, most = value.get("least"), value.get("most")
    if least is None and most is None:
        return False
    return (least is None or number >= least) and (most is None or number <= most)


def plain(value: Any) -> str:
    """A number, truth, text or list of a finding."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join([plain(one) for one in value[:MANY]] + ["…"] * (len(value) > MANY)) + "]"
    return "null" if value is None else quoted(str(value))[1:-1]
