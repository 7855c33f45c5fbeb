"""Judge a run: does each expectation hold?"""

from collections.abc import Callable, Mapping
from typing import Any

from experiments.artefacts import Broken, RunFolder
from experiments.declaration.filters import Wrong
from experiments.declaration.values import Expectation, Experiment
from experiments.verdicts import counters, findings, packets, sockets, terminal
from experiments.verdicts.kernels import applies
from experiments.verdicts.sentences import sentence
from experiments.verdicts.values import Case, Seen, Verdict

JUDGES: dict[str, Callable[[Case, dict[str, Any]], Seen]] = {
    "finding": findings.finding,
    "no_finding": findings.no_finding,
    "numbers": findings.numbers,
    "packets": packets.packets,
    "no_packets": packets.no_packets,
    "order": packets.order,
    "gaps": packets.gaps,
    "ttl": packets.ttl,
    "output": terminal.output,
    "socket": sockets.socket,
    "states": sockets.states,
    "counter": counters.counter,
}


def judge(
    experiment: Experiment, run: RunFolder, reports: Mapping[str, Mapping[str, Any]]
) -> tuple[Verdict, ...]:
    """A verdict on each expectation, in their order.

    ``reports``: by vantage, the object that ``python -m diagnoses CAPTURE --json`` prints. What cannot be
    judged, because something is missing or cannot be read, did not hold.

    Raises:
        Broken: when the run is of another experiment, or with other parameters.
    """
    _belong_together(experiment, run)
    case = Case(run, reports)
    return tuple(_verdict(case, expectation) for expectation in experiment.expectations)


def _belong_together(experiment: Experiment, run: RunFolder) -> None:
    if run.manifest.experiment != experiment.name:
        raise Broken(
            f"This is a run of {run.manifest.experiment}, not of {experiment.name}.",
            f"これは {experiment.name} ではなく {run.manifest.experiment} の実行です。",
        )
    for name, value in run.manifest.parameters.items():
        if name not in experiment.parameters or experiment.parameters[name].value != value:
            raise Broken(
                f"This run had {name} = {value}, which the experiment does not say.",
                f"この実行では {name} = {value} でしたが、実験の指定と異なります。",
            )


def _verdict(case: Case, expectation: Expectation) -> Verdict:
    text, kind, row = sentence(expectation), expectation.kind, expectation.row
    kernel = case.run.manifest.kernel
    if not applies(expectation.kernel, kernel):
        evidence = {
            "en": f"Only for kernel {expectation.kernel}; this run had {kernel}.",
            "ja": f"カーネル {expectation.kernel} だけが対象です。この実行のカーネルは {kernel} です。",
        }
        return Verdict(text, kind, None, evidence, row=row)
    seen = _seen(case, expectation)
    return Verdict(text, kind, seen.held, {"en": seen.en, "ja": seen.ja}, seen.frames, row)


def _seen(case: Case, expectation: Expectation) -> Seen:
    try:
        return JUDGES[expectation.kind](case, expectation.arguments)
    except (Broken, Wrong) as problem:
        return Seen(False, problem.en, problem.ja)
