"""The declaration of a scene: a TOML file read into values, each mistake named with its line."""

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from experiments.scripted.lines import Line
from experiments.scripted.mistakes import SceneError
from experiments.scripted.rounds import read_lines
from experiments.scripted.wire import Address

LANGUAGES = {"en", "ja"}
TEXTS = ("claim", "twin_is", "twin_differs")
SCENE_KEYS = {"name", "date", "vantage", "hosts", *TEXTS}
MOST_HOSTS = 1_000  # that one name stands for
PARTS = ("fires", "stays_quiet", "healthy")


@dataclass(frozen=True)
class Host:
    """A machine of the scene; ``hops`` from the vantage point as traceroute counts, 0 = it records itself."""

    name: str
    address: Address
    hops: int
    port: int | None = None  # where it listens, when a line gives none
    ttl: int = 64  # initial; 64, 128 or 255 by operating system
    clock: int | None = None  # TSval when the scene begins; without it from the scene's name
    window: int = 64240  # of its SYN; a server that was asked says 65160 (Linux, MSS 1460)
    mss: int = 1460
    wscale: int = 7
    sack: bool = True
    timestamps: bool = True
    checksum_offload: bool = False  # its network card finishes the checksums after they are recorded
    segmentation_offload: bool = False  # its network card cuts and joins segments

    @property
    def seen_ttl(self) -> int:
        """TTL of its packets at the vantage point."""
        return self.ttl - max(self.hops - 1, 0)


@dataclass(frozen=True)
class Again:
    """Each packet is recorded once more: so much later, with the TTL so much lower."""

    after_us: int
    ttl: int = 0


@dataclass(frozen=True)
class Part:
    """One capture of a scene: its hosts and packets, and what the diagnosis must and must not say of it."""

    name: str
    hosts: dict[str, Host]
    lines: list[Line]
    expect: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    snaplen: int | None = None
    unseen_from: list[str] = field(default_factory=list)
    recorded_twice: Again | None = None


@dataclass(frozen=True)
class Scene:
    """A declaration; ``claim``, ``twin_is`` and ``twin_differs`` by language."""

    name: str
    start_ns: int
    vantage: str
    parts: list[Part]
    claim: dict[str, str]
    twin_is: dict[str, str]
    twin_differs: dict[str, str]


def read_scene(path: Path) -> Scene:
    """Read a declaration.

    Raises:
        SceneError: with the line of the first mistake.
    """
    try:
        return _scene(_Source(path.read_text(encoding="utf-8")))
    except SceneError as mistake:
        raise SceneError(mistake.sentence, mistake.row, f"{path.parent.name}/{path.name}") from None


class _Source:
    """The text and the values of a declaration, to find the line of a value again."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.values: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as mistake:
            at = re.search(r" \(at line (\d+).*|\ \(at end of document\)", str(mistake))
            sentence = f"this is not TOML: {str(mistake)[: at.start() if at else None]}"
            raise SceneError(sentence, int(at[1]) if at and at[1] else text.count("\n") + 1) from None

    def row_of(self, *path: str) -> int:
        """The line where a key or a table is written; of its nearest table when it is missing."""
        table = ".".join(path[:-1])
        start = self._heading(table) if table else 0
        found = re.compile(rf"^\s*{re.escape(path[-1])}\s*[.=]", re.MULTILINE).search(self.text, start)
        if heading := self._heading(".".join(path)):
            return self._row(heading)
        return self._row(found.start() + len(found[0]) - len(found[0].lstrip()) if found else start)

    def row_of_text(self, value: str, *path: str) -> int:
        """The line where a multi-line string begins."""
        at = self.text.find(value, self._heading(path[0]))
        if at < 0:
            raise SceneError(
                "write the packets between ''' and ''', so that nothing in them is changed",
                self.row_of(*path),
            )
        return self._row(at)

    def _heading(self, table: str) -> int:
        found = re.search(rf"^\[{re.escape(table)}\]", self.text, re.MULTILINE)
        return found.start() if found else 0

    def _row(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1


def _scene(source: _Source) -> Scene:
    values = source.values
    _refuse_unknown(source, values, SCENE_KEYS | set(PARTS))
    parts = [name for name in PARTS if name in values]
    if not parts:
        raise SceneError(f"nothing happens here: declare [{PARTS[0]}] and [{PARTS[1]}], or [{PARTS[2]}]", 1)
    needed = ("name", "claim", "date", "vantage", "hosts", *(TEXTS[1:] if "stays_quiet" in parts else ()))
    for key in needed:
        if key not in values:
            raise SceneError(f"'{key}' is missing", 1)
    texts = {key: _both_languages(source, key) for key in TEXTS if key in values}
    made = [_part(source, name) for name in parts]
    vantage = values["vantage"]
    if vantage not in values["hosts"] or made[0].hosts[vantage].hops:
        raise SceneError(f"the vantage '{vantage}' must be a host with hops = 0", source.row_of("vantage"))
    return Scene(
        values["name"],
        _start(source),
        vantage,
        made,
        texts["claim"],
        texts.get("twin_is", {}),
        texts.get("twin_differs", {}),
    )


def _start(source: _Source) -> int:
    written = source.values["date"]
    try:
        date = datetime.fromisoformat(str(written))
    except ValueError:
        raise SceneError(
            f"'{written}' is not a date such as 2026-01-15T09:00:00Z", source.row_of("date")
        ) from None
    if date.tzinfo is None:
        raise SceneError("the date needs a time zone: end it with Z", source.row_of("date"))
    return int(date.timestamp()) * 10**9


def _both_languages(source: _Source, key: str) -> dict[str, str]:
    value = source.values[key]
    if not isinstance(value, dict) or set(value) != LANGUAGES or not all(value.values()):
        raise SceneError(f"'{key}' must be said in English (en) and Japanese (ja)", source.row_of(key))
    return value


def _part(source: _Source, name: str) -> Part:
    values: dict[str, Any] = dict(source.values[name])
    known = {item.name for item in fields(Part)} - {"name", "lines"} | {"packets"}
    _refuse_unknown(source, values, known, name)
    packets = values.get("packets", "")
    if not isinstance(packets, str) or not packets.strip():
        raise SceneError(f"[{name}] needs packets", source.row_of(name))
    if not values.get("expect") and not values.get("never"):
        raise SceneError(
            f"[{name}] expects nothing: say in 'expect' or 'never' what a diagnosis must or must not find",
            source.row_of(name),
        )
    hosts = _hosts(source, values.pop("hosts", {}), name)
    for host in values.get("unseen_from", []):
        if host not in hosts:
            raise SceneError(f"no host is called '{host}'", source.row_of(name, "unseen_from"))
    twice = _twice(source, name, values.pop("recorded_twice", None))
    lines = read_lines(packets, source.row_of_text(values.pop("packets"), name, "packets"))
    return Part(name, hosts, lines, recorded_twice=twice, **values)


def _twice(source: _Source, part: str, values: Any) -> Again | None:
    if values is None:
        return None
    try:
        return Again(**values)
    except TypeError:
        row = source.row_of(part, "recorded_twice")
        raise SceneError("recorded_twice is written { after_us = 14, ttl = -1 }", row) from None


def _hosts(source: _Source, changes: dict[str, Any], part: str) -> dict[str, Host]:
    for host in changes:
        if host not in source.values["hosts"]:
            raise SceneError(f"no host is called '{host}'", source.row_of(f"{part}.hosts", host))
    made: dict[str, Host] = {}
    for name, values in source.values["hosts"].items():
        said = {**values, **changes.get(name, {})}
        many = said.pop("many", None)
        one = _host(source, name, said)
        made |= {name: one} if many is None else _crowd(source, one, many)
    return made


def _crowd(source: _Source, first: Host, many: Any) -> dict[str, Host]:
    """``many`` hosts alike, with addresses that follow each other; the name gets a number from 1."""
    if not isinstance(many, int) or not 1 <= many <= MOST_HOSTS:
        row = source.row_of("hosts", first.name)
        raise SceneError(f"'many' is a number from 1 to {MOST_HOSTS}", row)
    return {
        f"{first.name}{at + 1}": replace(first, name=f"{first.name}{at + 1}", address=first.address + at)
        for at in range(many)
    }


def _host(source: _Source, name: str, values: dict[str, Any]) -> Host:
    row = source.row_of("hosts", name)
    _refuse_unknown(source, values, {item.name for item in fields(Host)} - {"name"}, "hosts." + name)
    try:
        address = ip_address(values["address"])
    except (KeyError, ValueError):
        raise SceneError(f"the host '{name}' needs an address", row) from None
    if not isinstance(values.get("hops"), int) or not 0 <= values["hops"] < 64:
        raise SceneError(f"the host '{name}' needs hops, counted from the vantage point", row)
    return Host(name, address, **{key: value for key, value in values.items() if key != "address"})


def _refuse_unknown(source: _Source, values: dict[str, Any], known: set[str], table: str = "") -> None:
    for key in values:
        if key not in known:
            place = [part for part in (table, key) if part]
            raise SceneError(
                f"'{key}' is not known here; known are {', '.join(sorted(known))}", source.row_of(*place)
            )
