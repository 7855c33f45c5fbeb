"""What became of the steps of two runs, and which counters grew otherwise."""

import re
from collections.abc import Iterator
from itertools import takewhile, zip_longest

from experiments.artefacts import RunFolder, StepResult
from experiments.comparison.traffic import apart
from experiments.comparison.values import Section, section
from experiments.comparison.words import LONGEST, NOTHING, SECOND, apart_in_time, here_and_there, shown
from packets.errors import Text

LEAST_NS = (
    SECOND // 100
)  # starting and ending a program takes the guest a few milliseconds, now more, now less
NUMBER = re.compile(r"0x[0-9a-fA-F]+|[0-9]+(?:[.][0-9]+)*")
SPACES = re.compile(r"\s+")  # columns are as wide as their numbers
LOOKED_AT = 2_000  # characters of a line
RUNNING: Text = {"en": "not ended", "ja": "終了せず"}


def steps(one: RunFolder, other: RunFolder) -> Section | None:
    """Steps that ended otherwise."""
    here, there = ({step.name: step for step in run.steps} for run in (one, other))
    said = [
        sentence
        for name in dict.fromkeys((*here, *there))
        for sentence in _step(name, here.get(name), there.get(name))
    ]
    return section("Steps", "ステップ", said)


def _step(name: str, here: StepResult | None, there: StepResult | None) -> Iterator[Text]:
    if here is None or there is None:
        side: Text = {"en": "there", "ja": "もう一方"} if here is None else {"en": "here", "ja": "こちら"}
        yield {
            "en": f"{shown(name)} is only {side['en']}.",
            "ja": f"{shown(name)} は{side['ja']}だけにあります。",
        }
        return
    for found in (_exit(here, there), _duration(here, there), _output(here, there)):
        if found:
            yield {
                "en": f"{shown(name)}: {found['en']}.",
                "ja": f"{shown(name)} の{found['ja']}。",
            }


def _exit(here: StepResult, there: StepResult) -> Text | None:
    if here.exit == there.exit:
        return None
    said = here_and_there(*(RUNNING if step.exit is None else str(step.exit) for step in (here, there)))
    return {"en": f"exit {said['en']}", "ja": f"終了コード: {said['ja']}"}


def _took(step: StepResult) -> int | None:
    return None if step.began_ns is None or step.ended_ns is None else step.ended_ns - step.began_ns


def _duration(here: StepResult, there: StepResult) -> Text | None:
    took = _took(here), _took(there)
    if took[0] is None or took[1] is None or not apart(took[0], took[1], LEAST_NS):
        return None
    said = here_and_there(*apart_in_time(took[0], took[1]))
    return {"en": f"took {said['en']}", "ja": f"所要時間: {said['ja']}"}


def _output(here: StepResult, there: StepResult) -> Text | None:
    """The first line that says something else, numbers aside: ports, times and process ids are chance."""
    lines = zip_longest(here.output.splitlines(), there.output.splitlines())
    for number, pair in enumerate(lines, 1):
        if _without_numbers(pair[0]) != _without_numbers(pair[1]):
            said = here_and_there(*_from_where_they_differ(*pair))
            return {
                "en": f"output line {number} is {said['en']}",
                "ja": f"出力の {number} 行目: {said['ja']}",
            }
    return None


def _from_where_they_differ(here: str | None, there: str | None) -> list[str | Text]:
    """Both lines; long ones from the word before the first that differs."""
    lines = [None if line is None else SPACES.sub(" ", line[:LOOKED_AT]).strip() for line in (here, there)]
    words = [(line or "").split(" ") for line in lines]
    pairs = zip(*words, strict=False)
    alike = takewhile(lambda pair: _without_numbers(pair[0]) == _without_numbers(pair[1]), pairs)
    skipped = max(sum(1 for _ in alike) - 1, 0) if max(len(line or "") for line in lines) > LONGEST else 0
    ahead = "… " if skipped else ""
    cut = [ahead + " ".join(those[skipped:]) for those in words]
    return [NOTHING if line is None else shown(text) for line, text in zip(lines, cut, strict=True)]


def _without_numbers(line: str | None) -> str | None:
    return None if line is None else SPACES.sub(" ", NUMBER.sub("#", line)).strip()


def counters(one: RunFolder, other: RunFolder) -> Section | None:
    """Counters that grew by another number."""
    here, there = (_growth(run) for run in (one, other))
    said = []
    for host, name in dict.fromkeys((*here, *there)):
        grew = here.get((host, name), 0), there.get((host, name), 0)
        if grew[0] != grew[1]:
            both = here_and_there(*map(str, grew))
            said.append(
                {
                    "en": f"{name} of {host} grew by {both['en']}.",
                    "ja": f"{host} の {name} の増加: {both['ja']}。",
                }
            )
    return section("Counters", "カウンター", said)


def _growth(run: RunFolder) -> dict[tuple[str, str], int]:
    return {
        (host, name): after - before
        for host, table in run.counters.items()
        for name, (before, after) in table.items()
    }
