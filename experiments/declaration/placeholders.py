"""Placeholders in texts: "{server}" is an address, "{retries}" a parameter, "{{" and "}}" are braces."""

import re
from collections.abc import Iterable, Mapping

from experiments.declaration.mistakes import Wrong
from experiments.declaration.shown import listed, nearest, plain

PIECES = re.compile(r"\{\{|\}\}|(\$?)\{([^{}]*)\}|[{}]")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
BRACES = {"{{": "{", "}}": "}"}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced.

    Raises:
        Wrong: when a placeholder is unknown, or a brace stands alone.
    """
    return PIECES.sub(lambda found: _piece(found, values), text)


def values_of(
    parameters: Mapping[str, int], addresses: Mapping[str, tuple[str, ...]], ipv6: bool
) -> dict[str, str]:
    """What each placeholder stands for: {client} is IPv4, {client6} IPv6, {retries} a number."""
    filled = {name: str(value) for name, value in parameters.items()}
    for host, given in addresses.items():
        filled[host] = next(address for address in given if "." in address)
        if ipv6:
            filled[f"{host}6"] = next(address for address in given if ":" in address)
    return filled


def _piece(found: re.Match[str], values: Mapping[str, str]) -> str:
    written, shell, name = found[0], found[1], found[2]
    if written in BRACES:
        return BRACES[written]
    if name is None:
        raise Wrong(
            f"a single '{written}' stands here; write '{written * 2}' for a brace that the shell should see.",
            f"'{written}' が単独で書かれています。シェルに渡す波括弧は '{written * 2}' と書きます。",
        )
    if not shell and name in values:
        return values[name]
    raise _shell(name) if shell else _unknown(name, values)


def _shell(name: str) -> Wrong:
    name = plain(name)
    return Wrong(
        f"'${{{name}}}' looks like a placeholder; write '${{{{{name}}}}}' for a variable of the shell.",
        f"'${{{name}}}' はプレースホルダーになります。シェルの変数は '${{{{{name}}}}}' と書きます。",
    )


def _unknown(name: str, known: Iterable[str]) -> Wrong:
    names = [f"{{{one}}}" for one in known]
    (en, ja), (hint, hint_ja) = listed(names), nearest(f"{{{name}}}", names)
    name = plain(name)
    if not NAME.fullmatch(name):
        hint, hint_ja = "", ""
    return Wrong(
        f"'{{{name}}}' is no placeholder; there are {en}.{hint} "
        f"For braces that the shell should see write '{{{{{name}}}}}'.",
        f"'{{{name}}}' というプレースホルダーはありません。使えるのは {ja} です。{hint_ja}"
        f"シェルに渡す波括弧は '{{{{{name}}}}}' と書きます。",
    )
