"""[parameters.NAME]: numbers that a reader may change before a replay."""

from collections.abc import Mapping

from experiments.declaration import limits
from experiments.declaration.forms import Key, Names, Said, Table
from experiments.declaration.mistakes import Mistake
from experiments.declaration.place import Place, no_such
from experiments.declaration.scalars import BothLanguages, Name, Whole
from experiments.declaration.shown import shown
from experiments.declaration.values import Parameter

PARAMETER_NAME = Name(
    "[a-z][a-z0-9_]{0,39}",
    (
        "the name of a parameter is made of a-z, 0-9 and _, and begins with a letter",
        "パラメーター名には a-z、0-9、_ だけが使え、先頭は英字です",
    ),
)

PARAMETER = Table(
    {
        "value": Key(Whole(as_text=False), "The number when nobody changes it.", needed=True),
        "from": Key(Whole(as_text=False), "The lowest number that a reader may choose.", needed=True),
        "to": Key(Whole(as_text=False), "The highest number that a reader may choose.", needed=True),
        "says": Key(BothLanguages(), "What the number is, for the reader who changes it.", needed=True),
    }
)
PARAMETERS = Names(PARAMETER_NAME, PARAMETER, limits.PARAMETERS, ("parameters", "パラメーター"))


def parameters(said: Mapping[str, Said], here: Place, changes: Mapping[str, int]) -> dict[str, Parameter]:
    """The parameters with the numbers that were chosen; what is wrong is reported."""
    made = {name: _parameter(name, table) for name, table in said.items()}
    good = {name: parameter for name, parameter in made.items() if parameter}
    for name, value in changes.items():
        if name in good:
            good[name] = _changed(good[name], value, here.at(name))
        elif name not in said:
            wrong = no_such(("parameter", "パラメーター"), name, tuple(said))
            here.found.add(Mistake(0, wrong.en, wrong.ja))
    return good


def defaults(said: Mapping[str, Said]) -> dict[str, int]:
    """The declared numbers."""
    return {name: table["value"] for name, table in said.items() if "value" in table}


def _parameter(name: str, said: Said) -> Parameter | None:
    if not said.has("value", "from", "to", "says"):
        return None
    value, lowest, highest = said["value"], said["from"], said["to"]
    if lowest > highest:
        said.wrong(
            "from",
            f"'from' ({lowest}) is more than 'to' ({highest}).",
            f"'from' ({lowest}) が 'to' ({highest}) より大きくなっています。",
        )
    elif not lowest <= value <= highest:
        said.wrong("value", *_outside(name, value, lowest, highest))
    return Parameter(name, value, lowest, highest, said["says"])


def _changed(parameter: Parameter, value: object, here: Place) -> Parameter:
    lowest, highest = parameter.lowest, parameter.highest
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        here.wrong(*_outside(parameter.name, value, lowest, highest))
        return parameter
    return Parameter(parameter.name, value, lowest, highest, parameter.says)


def _outside(name: str, value: object, lowest: int, highest: int) -> tuple[str, str]:
    return (
        f"'{name}' must be a whole number from {lowest} to {highest}, not {shown(value)}.",
        f"'{name}' は {lowest} 以上 {highest} 以下の整数でなければなりません。{shown(value)} は使えません。",
    )
