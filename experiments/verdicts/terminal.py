"""Expectations of what a command said, and how it ended."""

from collections.abc import Iterator
from typing import Any

from experiments.artefacts import StepResult
from experiments.verdicts.showing import QUOTED, quoted, seconds
from experiments.verdicts.values import Case, Seen

Part = tuple[bool, str, str]  # held, and the sentences


def output(case: Case, said: dict[str, Any]) -> Seen:
    """The output contains and lacks these texts; the command ended so, and took so long."""
    step = next((one for one in case.run.steps if one.name == said["step"]), None)
    name = quoted(said["step"])
    if step is None:
        return Seen(
            False, f"There is no step {name} in this run.", f"この実行に {name} というステップはありません。"
        )
    if step.began_ns is None or not step.run:
        return Seen(False, f"Step {name} ran no command.", f"ステップ {name} はコマンドを実行していません。")
    parts = list(_parts(step, said))
    held = bool(parts) and all(part[0] for part in parts)
    return Seen(held, " ".join(part[1] for part in parts), "".join(part[2] for part in parts))


def _parts(step: StepResult, said: dict[str, Any]) -> Iterator[Part]:
    if "contains" in said:
        yield _contains(step, said["contains"])
    if "lacks" in said:
        yield _lacks(step, said["lacks"])
    if "exit" in said:
        yield _exit(step, said["exit"])
    if "duration_ns" in said:
        yield _duration(step, said["duration_ns"], said["tolerance_percent"] / 100)


def _contains(step: StepResult, text: str) -> Part:
    at = step.output.find(text) if text else -1
    if at >= 0:
        line = quoted(_around(step.output, at, len(text)))
        return True, f"The output says {line}.", f"出力に {line} とあります。"
    wanted = quoted(text)
    en, ja = _ending(step)
    return False, f"The output does not contain {wanted}. {en}", f"出力に {wanted} はありません。{ja}"


def _lacks(step: StepResult, text: str) -> Part:
    at = step.output.find(text) if text else 0
    if at >= 0:
        line = quoted(_around(step.output, at, len(text)))
        return False, f"The output says {line}.", f"出力に {line} とあります。"
    wanted = quoted(text)
    if step.cut:
        return (
            False,
            f"The output was cut, so that nobody knows whether it contains {wanted}.",
            f"出力は途中までしか残っておらず、{wanted} を含むかどうか分かりません。",
        )
    return True, f"The output does not contain {wanted}.", f"出力に {wanted} はありません。"


def _around(output: str, at: int, length: int) -> str:
    """The lines in which a text stands; only what follows it when they are long."""
    first = output.rfind("\n", 0, at) + 1
    last = output.find("\n", at + length)
    line = output[first : last if last >= 0 else None]
    return line if at - first + length < QUOTED // 2 else output[at : at + QUOTED + 1]


def _ending(step: StepResult) -> tuple[str, str]:
    if not step.output:
        return "There was none.", "出力は空です。"
    end = quoted(step.output.rstrip("\n"), end=True)
    return f"It ends with {end}.", f"末尾は {end} です。"


def _exit(step: StepResult, wanted: int) -> Part:
    if step.exit is None:
        return False, "The command had not ended.", "コマンドは終了していません。"
    return step.exit == wanted, f"The exit code was {step.exit}.", f"終了コードは {step.exit} でした。"


def _duration(step: StepResult, wanted: int, share: float) -> Part:
    if step.ended_ns is None or step.began_ns is None:
        return (
            False,
            "The command was still running when the recording ended.",
            "記録の終了時、コマンドはまだ動いていました。",
        )
    took = step.ended_ns - step.began_ns
    en, ja = seconds(took)
    return abs(took - wanted) <= wanted * share, f"The command took {en}.", f"所要時間は {ja}でした。"
