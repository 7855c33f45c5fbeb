"""A declaration from its text: an Experiment that is complete, or all mistakes at once."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.declaration import limits
from experiments.declaration.addresses import addresses_on
from experiments.declaration.document import EXPERIMENT
from experiments.declaration.expectations import Known, expectations
from experiments.declaration.forms import Said
from experiments.declaration.links import links
from experiments.declaration.mistakes import Mistake, Mistakes, Wrong
from experiments.declaration.network import hosts, neighbours, outline, refuse_islands, refuse_same_names
from experiments.declaration.parameters import PARAMETERS, defaults, parameters
from experiments.declaration.place import Found, Place, Scope
from experiments.declaration.placeholders import values_of
from experiments.declaration.record import refuse_same_interface
from experiments.declaration.shown import plain
from experiments.declaration.source import Source
from experiments.declaration.steps import steps
from experiments.declaration.values import Experiment, Parameter

SETTLE_NS = 10**9


def read(
    text: str,
    *,
    name: str,
    changes: Mapping[str, int] | None = None,
    codes: Collection[str] | None = None,
) -> Experiment:
    """Read a declaration.

    Args:
        text: TOML.
        name: of the folder; the declaration must bear it.
        changes: parameters that are set to another number.
        codes: known diagnoses; those of the registry when none are given.

    Raises:
        Mistakes: with everything that is wrong; nothing else is raised, whatever the text.
    """
    source = Source(_checked(text))
    here = Place(source, Found())
    chosen, declared = _parameters(here, changes or {})
    here = replace(here, scope=_scope(source.values, {**declared, **_numbers(chosen)}, here, codes))
    said = EXPERIMENT.read(source.values, here)
    changed = {key: value for key, value in _numbers(chosen).items() if value != declared[key]}
    parts = _parts(said, bool(changed))
    _check(said, name)
    here.found.refuse()
    return Experiment(
        **parts,
        **{key: said[key] for key in ("name", "title", "claim", "date")},
        parameters=chosen,
        changed=changed,
        twins=tuple(said.get("twins", ())),
        articles=tuple(said.get("articles", ())),
        ipv6=said.get("ipv6", False),
        lasts_ns=said.get("lasts", 0),
        settle_ns=said.get("settle", SETTLE_NS),
    )


def read_bytes(
    data: bytes,
    *,
    name: str,
    changes: Mapping[str, int] | None = None,
    codes: Collection[str] | None = None,
) -> Experiment:
    """Read a declaration as it was uploaded or stored; the rest as ``read``.

    Raises:
        Mistakes: also when the bytes are too many, or no text.
    """
    if len(data) > limits.DECLARATION:
        raise _refused(_too_large(len(data)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(_no_text(), data.count(b"\n", 0, error.start) + 1) from None
    return read(text, name=name, changes=changes, codes=codes)


def read_file(path: Path, changes: Mapping[str, int] | None = None) -> Experiment:
    """Read ``NAME/experiment.toml``, or ``NAME.toml``.

    Raises:
        Mistakes: as ``read``.
        OSError: when the file cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(limits.DECLARATION + 1)
    name = path.resolve().parent.name if path.name == "experiment.toml" else path.stem
    return read_bytes(data, name=name, changes=changes)


def _checked(text: str) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise _refused(_no_text(), text.count("\n", 0, error.start) + 1) from None
    if size > limits.DECLARATION:
        raise _refused(_too_large(size))
    if "\0" in text:
        raise _refused(
            Wrong("a NUL byte stands in this text.", "NUL バイトが含まれています。"),
            text.count("\n", 0, text.index("\0")) + 1,
        )
    return text


def _too_large(size: int) -> Wrong:
    most = limits.DECLARATION // 1024
    return Wrong(
        f"a declaration has at most {most} kB; this has {-(-size // 1024)} kB or more.",
        f"宣言は {most} kB までです。これは {-(-size // 1024)} kB 以上あります。",
    )


def _no_text() -> Wrong:
    return Wrong("this is not text in UTF-8.", "UTF-8 のテキストではありません。")


def _refused(wrong: Wrong, row: int = 0) -> Mistakes:
    return Mistakes((Mistake(row, wrong.en, wrong.ja),))


def _parameters(here: Place, changes: Mapping[str, int]) -> tuple[dict[str, Parameter], dict[str, int]]:
    """The parameters as chosen, and the numbers that were declared; 0 for those that cannot be read."""
    here = here.at("parameters")
    try:
        said = PARAMETERS.read(here.source.values.get("parameters", {}), here)
    except Wrong:  # found again with everything else
        said = {}
    return parameters(said, here, changes), {**dict.fromkeys(said, 0), **defaults(said)}


def _numbers(chosen: Mapping[str, Parameter]) -> dict[str, int]:
    return {name: parameter.value for name, parameter in chosen.items()}


def _scope(
    values: Mapping[str, Any], numbers: Mapping[str, int], here: Place, codes: Collection[str] | None
) -> Scope:
    """What names mean, from the outline of the network: before all of it has been checked."""
    names, ends = outline(values)
    ipv6 = values.get("ipv6") is True
    refuse_same_names(names, tuple(numbers), ipv6, here)
    given = addresses_on(names, ends, ipv6)
    return Scope(values_of(numbers, given, ipv6), neighbours(names, ends), frozenset(_codes(codes)))


def _codes(codes: Collection[str] | None) -> Collection[str]:
    if codes is not None:
        return codes
    from diagnoses.registry import CODES  # takes a quarter of a second, and a caller may know them

    return CODES


def _parts(said: Said, changed: bool) -> dict[str, Any]:
    """Hosts, links, captures, steps and expectations, for Experiment; what is wrong with them is reported."""
    captures = said["record"].get("captures", []) if "record" in said else []
    made = steps(said.get("step", []))
    known = Known(_written(said.here.source.values), made)
    refuse_same_interface(captures, said.here.at("record", "captures"))
    return {
        "hosts": hosts(said.get("hosts", {})),
        "links": tuple(links(said.get("links", []), said.here, said.get("ipv6", False))),
        "captures": tuple(captures),
        "steps": tuple(made.values()),
        "expectations": tuple(expectations(said.get("expect", []), known, changed)),
    }


def _written(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The captures as written, also a wrong one: it is not reported again where it is used."""
    record = values.get("record")
    captures = record.get("captures") if isinstance(record, dict) else None
    written = captures[: limits.CAPTURES] if isinstance(captures, list) else []
    return tuple(one for one in written if isinstance(one, str))


def _check(said: Said, name: str) -> None:
    if said.get("name", name) != name:
        said.wrong(
            "name",
            f"the name must be that of the folder, '{plain(name)}'.",
            f"名前はフォルダー名と同じ '{plain(name)}' でなければなりません。",
        )
    if said.get("name") in said.get("twins", ()):
        said.wrong("twins", "an experiment is not its own twin.", "実験は自分自身と対にはなれません。")
    refuse_islands(said.here.scope.neighbours, said.here)
