"""[hosts.NAME] and what the links make of them: who stands where, and that everybody can reach everybody."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from experiments.declaration import limits, texts
from experiments.declaration.forms import Key, ListOf, Names, Said, Schema, Table, must_be
from experiments.declaration.place import Place
from experiments.declaration.references import HOST_PATTERN
from experiments.declaration.scalars import Name, Text, Whole
from experiments.declaration.shown import listed
from experiments.declaration.values import Host

Ends = tuple[str, str]

HOST_NAME = Name(
    HOST_PATTERN,
    (
        "the name of a host is made of at most 10 of a-z and 0-9 and begins with a letter; "
        "lo and localhost are taken",
        "ホスト名は英小文字で始まる 10 文字以内の a-z と 0-9 で、lo と localhost は使えません",
    ),
    ("lo", "localhost"),
)
SYSCTL_NAME = Name(
    "[a-z][a-z0-9_]*(?:[./][A-Za-z0-9_-]+)+",
    (
        'a sysctl is named in full and between quotes, such as sysctl."net.ipv4.tcp_syn_retries"',
        'sysctl は sysctl."net.ipv4.tcp_syn_retries" のように、引用符で囲んだ完全な名前で書きます',
    ),
)
FILE_NAME = Name(
    "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}",
    (
        "a file is named without a folder, by at most 64 letters, digits, _, . and -",
        "ファイル名はフォルダーを付けずに、英数字、_、.、- の 64 文字以内で書きます",
    ),
)


class SysctlValue:
    """A text, a whole number or a truth, as text."""

    def read(self, value: Any, here: Place) -> str:
        """What is written to the file of the sysctl."""
        if isinstance(value, bool):
            return str(int(value))
        if isinstance(value, int):
            return str(Whole().read(value, here))
        if not isinstance(value, str):
            raise must_be(
                here, "a text, a whole number, true or false", "文字列、整数、true、false のいずれか", value
            )
        return Text().read(value, here)

    def schema(self) -> Schema:
        """Any of the three."""
        return {"type": ["string", "integer", "boolean"]}


HOST = Table(
    {
        "sysctl": Key(
            Names(SYSCTL_NAME, SysctlValue(), limits.SYSCTLS, ("sysctls", "sysctl ")),
            "Kernel settings of the host by their full names between quotes.",
        ),
        "rules": Key(
            ListOf(Text(), limits.RULES, ("rules", "ルール")),
            "Commands that run once before the recording begins: iptables, nft, ip route …",
        ),
        "files": Key(
            Names(
                FILE_NAME,
                Text(fills=False, allowed=texts.LINES, longest=limits.FILE, may_be_empty=True),
                limits.FILES,
                ("files", "ファイル"),
            ),
            "Files by name in the host's working folder. Nothing in them is replaced.",
        ),
    }
)
HOSTS = Names(HOST_NAME, HOST, limits.HOSTS, ("hosts", "ホスト"), least=1)


def hosts(said: Mapping[str, Said]) -> dict[str, Host]:
    """The hosts."""
    return {
        name: Host(name, table.get("sysctl", {}), tuple(table.get("rules", ())), table.get("files", {}))
        for name, table in said.items()
    }


def outline(values: Mapping[str, Any]) -> tuple[tuple[str, ...], list[Ends]]:
    """Names of hosts and ends of links, as far as they can be read; mistakes are found later."""
    tables, entries = values.get("hosts"), values.get("links")
    named = tables if isinstance(tables, dict) else {}
    names = [name for name in named if re.fullmatch(HOST_PATTERN, name)][: limits.HOSTS]
    ends: list[Ends] = []
    for entry in entries if isinstance(entries, list) else ():
        path = entry.get("path") if isinstance(entry, dict) else None
        known = (
            [host for host in path if isinstance(host, str) and host in names]
            if isinstance(path, list)
            else []
        )
        ends += neighbours_on(known)
    return tuple(names), ends[: limits.LINKS]


def neighbours_on(path: Sequence[str]) -> Iterator[Ends]:
    """The links of a path: one between each two neighbours."""
    return pairwise(path)


def neighbours(names: Sequence[str], links: Sequence[Ends]) -> dict[str, tuple[str, ...]]:
    """By host the other ends of its links, in their order."""
    return {
        name: tuple(dict.fromkeys(ends[1 - ends.index(name)] for ends in links if name in ends))
        for name in names
    }


def refuse_islands(around: Mapping[str, tuple[str, ...]], here: Place) -> None:
    """Report hosts that the first one cannot reach."""
    reached = list(around)[:1]
    for host in reached:
        reached += [other for other in around[host] if other not in reached]
    alone = [name for name in around if name not in reached]
    if alone:
        en, ja = listed(alone)
        here.at("hosts", alone[0]).wrong(
            f"no link leads from {reached[0]} to {en}; every host must be reached by [[links]].",
            f"{reached[0]} から {ja} へのリンクがありません。すべてのホストを [[links]] でつないでください。",
        )


def refuse_same_names(names: Sequence[str], parameters: Iterable[str], ipv6: bool, here: Place) -> None:
    """Report names that would mean two things as placeholders."""
    sixes = [f"{name}6" for name in names if ipv6]
    for table, given, meant in (("hosts", names, sixes), ("parameters", parameters, [*names, *sixes])):
        for name in given:
            if name in meant:
                here.at(table, name).wrong(
                    f"'{{{name}}}' stands for the address of a host; choose another name.",
                    f"'{{{name}}}' はホストのアドレスを表します。ほかの名前を付けてください。",
                )
