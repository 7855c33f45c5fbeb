"""[[step]]: what is done, in the order of time."""

from collections.abc import Mapping

from experiments.declaration import limits, texts
from experiments.declaration.forms import Key, ListOf, Said, Table
from experiments.declaration.place import Place, no_such
from experiments.declaration.references import HostName
from experiments.declaration.scalars import DURATION, BothLanguages, Flag, Name, Text
from experiments.declaration.values import Step

STEP_NAME = Name(
    "[a-z0-9_-]{1,40}",
    (
        "the name of a step is made of at most 40 of a-z, 0-9, _ and -",
        "ステップ名は a-z、0-9、_、- の 40 文字以内です",
    ),
)
REFERENCE = Name(
    "[a-z0-9_-]{1,40}|step [1-9][0-9]?",
    (
        'a step is called by its name, or "step 3" when it has none',
        'ステップは名前で、名前がなければ "step 3" のように指定します',
    ),
)

STEP = Table(
    {
        "name": Key(STEP_NAME, "By this name it is meant elsewhere; \"step 3\" when nothing is said."),
        "at": Key(DURATION, "When it begins, since the recording began.", needed=True),
        "on": Key(HostName(), "The host.", needed=True),
        "run": Key(Text(), "The command, as a reader would type it at the shell (bash)."),
        "background": Key(Flag(), "Nobody waits for its end; it is ended with the recording."),
        "into": Key(REFERENCE, "For 'type': the earlier step whose command reads from its terminal."),
        "type": Key(Text(allowed=texts.KEYS), "Keys that are typed: \"hello\\n\"; Ctrl-C is \"\\u0003\"."),
        "says": Key(BothLanguages(), "What happens here, for a reader."),
    },
    one_of=("run", "type"),
    together=("into", "type"),
)  # fmt: skip
STEPS = ListOf(STEP, limits.STEPS, ("steps", "ステップ"), least=1)


def steps(entries: list[Said]) -> dict[str, Step]:
    """The steps by their names; what is wrong is reported."""
    made: dict[str, Step] = {}
    latest = 0
    for said in entries:
        _one_kind(said)
        step = _step(said)
        if step.name in made:
            said.wrong(
                "name",
                f"'{step.name}' is the name of an earlier step too; names are unique.",
                f"'{step.name}' は前のステップの名前でもあります。同じ名前は使えません。",
            )
        if step.into:
            _refuse_no_terminal(said, step, made)
        latest = _in_time(said, step, latest)
        made.setdefault(step.name, step)
    return made


def refuse_no_step(name: str, known: Mapping[str, Step], here: Place) -> bool:
    """Report a name that is no step's, or one whose output is another step's; whether it was."""
    step = known.get(name)
    if step is None:
        here.caught(no_such(("step", "ステップ"), name, known))
    elif step.into:
        here.wrong(
            f"'{name}' types into the terminal of '{step.into}'; the output is that of '{step.into}'.",
            f"'{name}' は '{step.into}' の端末に入力します。出力は '{step.into}' のものです。",
        )
    return step is None or bool(step.into)


def _step(said: Said) -> Step:
    number = said.here.path[-1]
    assert isinstance(number, int)
    return Step(
        said.get("name", f"step {number + 1}"),
        said.get("at", 0),
        said.get("on", ""),
        said.get("run", ""),
        said.get("type", ""),
        said.get("into", ""),
        said.get("background", False),
        said.get("says", {}),
    )


def _one_kind(said: Said) -> None:
    runs, types, into = (said.here.holds(key) for key in ("run", "type", "into"))
    if runs == types:
        said.here.wrong(
            "a step has either 'run' (a command) or 'type' (keys for a running one).",
            "ステップには 'run' (コマンド) か 'type' (実行中のコマンドへの入力) のどちらか一方を書きます。",
        )
    elif types != into:
        said.wrong(
            "type" if types else "into",
            "'type' and 'into' belong together: what is typed, and into which step.",
            "'type' と 'into' は組で使います。入力する文字と、入力先のステップを書いてください。",
        )
    if types and said.here.holds("background"):
        said.wrong("background", "'background' belongs to 'run'.", "'background' は 'run' と組で使います。")


def _in_time(said: Said, step: Step, latest: int) -> int:
    if "at" in said and step.at_ns < latest:
        said.wrong(
            "at",
            "this step is earlier than the one before it; write steps in the order of their times.",
            "前のステップより早い時刻です。ステップは時刻の順に書いてください。",
        )
    return max(latest, step.at_ns)


def _refuse_no_terminal(said: Said, step: Step, earlier: Mapping[str, Step]) -> None:
    """A terminal is that of an earlier command on the same host."""
    if refuse_no_step(step.into, earlier, said.here.at("into")):
        return
    other = earlier[step.into].host
    if step.host and other and other != step.host:
        said.wrong(
            "into",
            f"'{step.into}' runs on {other}, not on {step.host}.",
            f"'{step.into}' は {step.host} ではなく {other} で動いています。",
        )
