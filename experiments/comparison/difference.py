"""One difference, in words."""

from dataclasses import dataclass

from packets.errors import Text


@dataclass(frozen=True)
class Difference:
    """The first thing that differs between two run folders."""

    file: str  # its name in the run folder: "captures/client.pcap"
    en: str
    ja: str


def difference(file: str, said: Text, place: Text | None = None) -> Difference:
    """A difference at a place of a file; without a place the file as a whole."""
    where = place or {"en": "", "ja": ""}
    en = f"{file}, {where['en']}: {said['en']}" if where["en"] else f"{file}: {said['en']}"
    space = " " if where["ja"][:1].isascii() else ""  # Latin letters stand apart from Japanese ones
    ja = f"{file} の{space}{where['ja']}: {said['ja']}" if where["ja"] else f"{file}: {said['ja']}"
    return Difference(file, en, ja)
