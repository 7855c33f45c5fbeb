"""Two runs compared by their meaning."""

from collections.abc import Iterator

from experiments.artefacts import RunFolder
from experiments.comparison.judgements import Reports, findings
from experiments.comparison.outcomes import counters, steps
from experiments.comparison.states import states
from experiments.comparison.traffic import traffic
from experiments.comparison.values import Comparison, Section, section
from experiments.comparison.words import NOTHING, here_and_there
from packets.errors import Text


def compare(one: RunFolder, other: RunFolder, reports_one: Reports, reports_other: Reports) -> Comparison:
    """What happened otherwise in the other run: packets, findings, steps, socket states, counters.

    Ephemeral ports, initial sequence numbers, timestamps and ARP differ from run to run and mean nothing.
    What was run (experiment, kernel, image, parameters) stands in a section of its own and does not decide
    whether the runs are the same. ``reports_…``: of each vantage what ``python -m diagnoses --json`` prints;
    findings are compared at vantages that both have.
    """
    happened = list(_happened(one, other, reports_one, reports_other))
    run = _what_was_run(one, other)
    return Comparison(not happened, (*([run] if run else []), *happened))


def _happened(one: RunFolder, other: RunFolder, here: Reports, there: Reports) -> Iterator[Section]:
    vantages = [{capture.vantage for capture in run.manifest.captures} for run in (one, other)]
    order = [capture.vantage for capture in one.manifest.captures if capture.vantage in vantages[1]]
    parts = [
        _vantages(*vantages),
        *(traffic(vantage, one, other) for vantage in order),
        *(findings(vantage, here, there) for vantage in order),
        steps(one, other),
        states(one, other),
        counters(one, other),
    ]
    yield from (part for part in parts if part)


def _vantages(here: set[str], there: set[str]) -> Section | None:
    said: list[Text] = [
        {"en": f"Only here, {name} was recorded.", "ja": f"{name} はこちらだけで記録されました。"}
        for name in sorted(here - there)
    ]
    said += [
        {"en": f"Only there, {name} was recorded.", "ja": f"{name} はもう一方だけで記録されました。"}
        for name in sorted(there - here)
    ]
    return section("Captures", "キャプチャ", said)


def _what_was_run(one: RunFolder, other: RunFolder) -> Section | None:
    return section("What was run", "実行したもの", _settings(one, other))


def _settings(one: RunFolder, other: RunFolder) -> Iterator[Text]:
    here, there = one.manifest, other.manifest
    yield from _setting("Experiment", "実験", here.experiment, there.experiment)
    yield from _setting("Kernel", "カーネル", here.kernel, there.kernel)
    yield from _setting("Image", "イメージ", here.image[:12], there.image[:12])
    for name in dict.fromkeys((*here.parameters, *there.parameters)):
        values = here.parameters.get(name), there.parameters.get(name)
        yield from _setting(f"Parameter {name}", f"パラメーター {name}", *values)


def _setting(en: str, ja: str, here: str | int | None, there: str | int | None) -> Iterator[Text]:
    if here != there:
        said = here_and_there(*(NOTHING if value is None else str(value) for value in (here, there)))
        yield {"en": f"{en}: {said['en']}.", "ja": f"{ja}: {said['ja']}。"}
