"""[record]: where packets are recorded."""

from dataclasses import dataclass
from typing import Any

from experiments.declaration import limits
from experiments.declaration.forms import Key, ListOf, Schema, Table, must_be
from experiments.declaration.mistakes import Wrong
from experiments.declaration.place import Place, no_such
from experiments.declaration.references import HOST_PATTERN, refuse_stranger
from experiments.declaration.shown import listed, shown
from experiments.declaration.values import Vantage

LOOPBACK = "lo"
PATTERN = rf"{HOST_PATTERN}(?::{HOST_PATTERN})?"  # "lo" is one of these too


@dataclass(frozen=True)
class Interface:
    """ "client", "fw:client" where a host has several links, "client:lo"."""

    def read(self, value: Any, here: Place) -> Vantage:
        """The vantage."""
        if not isinstance(value, str):
            raise must_be(
                here,
                'a text such as "client" or "fw:client"',
                '"client" や "fw:client" のような文字列',
                value,
            )
        host, colon, neighbour = value.partition(":")
        refuse_stranger(host, here)
        around = here.scope.neighbours.get(host, ())
        if colon:
            _refuse_no_neighbour(host, neighbour, around)
        else:
            neighbour = _only(host, around)
        return Vantage(value, host, neighbour)

    def schema(self) -> Schema:
        """A string."""
        return {"type": "string", "pattern": f"^{PATTERN}$", "examples": ["client", "fw:client", "client:lo"]}


RECORD = Table(
    {
        "captures": Key(
            ListOf(Interface(), limits.CAPTURES, ("captures", "キャプチャ"), least=1, unique=True),
            'Hosts that record: "client"; "fw:client" (the link to client) where a host has several links; '
            '"client:lo" (loopback).',
            needed=True,
        )
    }
)


def refuse_same_interface(vantages: list[Vantage], here: Place) -> None:
    """Report an interface that is recorded under two names."""
    seen: dict[tuple[str, str], str] = {}
    for vantage in vantages:
        first = seen.setdefault((vantage.host, vantage.neighbour), vantage.name)
        if first != vantage.name:
            here.wrong(
                f"{shown(first)} and {shown(vantage.name)} are the same interface.",
                f"{shown(first)} と {shown(vantage.name)} は同じインターフェースです。",
            )


def _only(host: str, around: tuple[str, ...]) -> str:
    if len(around) > 1:
        names = [f"{host}:{other}" for other in around]
        en, ja = listed(names)
        raise Wrong(
            f"{host} has {len(around)} links; say on which it records: {en}.",
            f"{host} には {len(around)} 本のリンクがあります。記録するものを {ja} から選んでください。",
        )
    return around[0] if around else LOOPBACK


def _refuse_no_neighbour(host: str, neighbour: str, around: tuple[str, ...]) -> None:
    if neighbour not in (*around, LOOPBACK):
        known = tuple(f"{host}:{other}" for other in (*around, LOOPBACK))
        raise no_such(("interface", "インターフェース"), f"{host}:{neighbour}", known)
