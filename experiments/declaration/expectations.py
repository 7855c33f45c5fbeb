"""[[expect]]: what must be seen, or must not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.declaration import limits
from experiments.declaration.forms import Key, ListOf, Said, Table
from experiments.declaration.kinds import AT, KINDS
from experiments.declaration.place import no_such
from experiments.declaration.scalars import BothLanguages, Flag, Name
from experiments.declaration.shown import listed
from experiments.declaration.steps import refuse_no_step
from experiments.declaration.values import Expectation, Step

CODES = ("finding", "no_finding")  # the kinds whose vantage stands beside them
RECORDED = ("numbers", "packets", "no_packets", "order", "gaps", "ttl")  # those with a vantage inside
RENAMED = {"duration": "duration_ns", "tolerance": "tolerance_percent"}
TOLERANCE = (
    10.0  # percent, when nothing is said: a timer of the kernel is exact to a tick, not to a nanosecond
)

EXPECT = Table(
    {
        **KINDS,
        "at": Key(AT.form, "For 'finding' and 'no_finding': " + AT.says[0].lower() + AT.says[1:]),
        "kernel": Key(
            Name(
                "(?:<|>=)?[1-9][0-9]?[.][0-9]{1,3}",
                (
                    'kernels are named such as "<6.5", ">=6.5" or "6.1"',
                    'カーネルは "<6.5"、">=6.5"、"6.1" のように書きます',
                ),
            ),
            'Only on these kernels: "<6.5", ">=6.5", "6.1".',
        ),
        "only_default": Key(Flag(), "Left out when a parameter was changed."),
        "says": Key(BothLanguages(), "What it shows, for a reader."),
    },
    one_of=tuple(KINDS),
)
EXPECTATIONS = ListOf(EXPECT, limits.EXPECTATIONS, ("expectations", "期待"), least=1)


@dataclass(frozen=True)
class Known:
    """What expectations speak of."""

    vantages: tuple[str, ...]  # as written in 'captures'
    steps: Mapping[str, Step]


def expectations(entries: list[Said], known: Known, changed: bool) -> list[Expectation]:
    """The expectations; those for the declared parameters only are left out when one was changed."""
    made = []
    for said in entries:
        kind = _kind(said)
        if kind and kind in said:
            arguments = _arguments(kind, said, known)
            if not (changed and said.get("only_default")):
                row = said.here.row
                made.append(Expectation(kind, arguments, said.get("kernel", ""), said.get("says", {}), row))
    return made


def _kind(said: Said) -> str:
    """The one kind; empty when there is none or there are several, which is reported."""
    written = [kind for kind in KINDS if said.here.holds(kind)]
    if len(written) == 1:
        return written[0]
    (en, ja), (all_en, all_ja) = listed(written), listed(KINDS)
    if written:
        said.wrong(
            written[1],
            f"an expectation is of one kind, and here are {en}; begin another [[expect]].",
            f"1 つの期待に書けるのは 1 種類ですが、{ja} が書かれています。[[expect]] を分けてください。",
        )
    else:
        said.here.wrong(
            f"an expectation has one of {all_en}.",
            f"期待には {all_ja} のいずれかが必要です。",
        )
    return ""


def _arguments(kind: str, said: Said, known: Known) -> dict[str, Any]:
    """The arguments as the README lists them: times in nanoseconds, shares in percent."""
    if kind in CODES:
        return {"code": said[kind], "at": _vantage(said, known)}
    if said.here.holds("at"):
        said.wrong(
            "at",
            f"'at' belongs inside: {kind} = {{ at = …, … }}.",
            f"'at' は {kind} = {{ at = …, … }} のように中に書きます。",
        )
    table: Said = said[kind]
    _check(kind, table, known)
    arguments = {RENAMED.get(key, key): _frozen(table[key]) for key in table}
    if kind == "socket":
        arguments["at_ns"] = arguments.pop("at", 0)
    elif kind in RECORDED:
        arguments["at"] = _vantage(table, known)
    if kind == "gaps" or "duration_ns" in arguments:
        arguments.setdefault("tolerance_percent", TOLERANCE)
    return arguments


def _vantage(said: Said, known: Known) -> str:
    """Where; the only one when it is left out."""
    if not said.here.holds("at"):
        if len(known.vantages) > 1:
            en, ja = listed(known.vantages)
            said.here.wrong(
                f"'at' is missing; packets are recorded at {en}.",
                f"'at' がありません。記録しているのは {ja} です。",
            )
        return known.vantages[0] if known.vantages else ""
    name: str = said.get("at", "")
    if name and known.vantages and name not in known.vantages:
        said.here.at("at").caught(no_such(("vantage", "観測点"), name, known.vantages))
    return name


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _check(kind: str, table: Said, known: Known) -> None:
    if kind == "output":
        _check_output(table, known)
    if kind == "states" and "CLOSED" in table.get("sequence", [])[:-1]:
        table.wrong(
            "sequence",
            "CLOSED is the end of a socket; it can only stand last.",
            "CLOSED はソケットの終わりなので、最後にしか書けません。",
        )


def _check_output(table: Said, known: Known) -> None:
    looked_at = ("contains", "lacks", "exit", "duration")
    if not any(table.here.holds(key) for key in looked_at):
        en, ja = listed(looked_at)
        table.here.wrong(
            f"say what of the output: one of {en}.", f"出力の何を調べるか、{ja} のいずれかを書いてください。"
        )
    if table.here.holds("tolerance") and not table.here.holds("duration"):
        table.wrong(
            "tolerance", "'tolerance' belongs to 'duration'.", "'tolerance' は 'duration' と組で使います。"
        )
    if "step" in table:
        refuse_no_step(table["step"], known.steps, table.here.at("step"))
