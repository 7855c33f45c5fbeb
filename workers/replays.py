"""One attempt at a replay: the lab runs it, its captures go through the one door, then it is judged."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diagnoses.objects import RULES
from experiments import runs
from experiments.declaration import Experiment
from experiments.declaration.mistakes import Mistakes
from experiments.declaration.reading import read_bytes
from experiments.models import Run
from kb import intake, jobs, reports, uploads
from kb.jobs import Claim
from kb.models import Capture, Finding, Job, Report
from kb.streams import TooMuch, read_object
from workers import attempts, diagnosis, parts, reasons
from workers.confined import Beat
from workers.outcomes import Cancelled, Finished, Killed, Refused
from workers.parts import Findings, Parts

LOOK_EVERY = 0.5  # seconds between two looks at a capture that another worker diagnoses
PATIENCE = 600  # seconds that it may take; captures of the lab are small


class Ends(Exception):
    """The attempt ends here, without a result."""

    def __init__(self, outcome: Refused | Killed | Cancelled) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def run(claim: Claim, find_parts: Callable[[], Parts] = parts.real) -> None:
    """Runs the attempt to one of the job's ends. Its folder stays only if it became the run's."""
    attempts.run(claim, lambda folder: replay(claim, folder, find_parts()))


def replay(claim: Claim, folder: Path, using: Parts) -> bool:
    """From the declaration to the row. True when the folder became the run's."""
    run = Run.objects.get(job=claim.job)
    beat = attempts.heart(claim)
    try:
        experiment = declared(run)
        wall_s = in_the_lab(run, folder, using, beat)
        captures = taken_in(experiment, folder, beat)
        beat({"phase": "judge"})
        result = judged(run, experiment, folder, captures, using, wall_s)
    except Ends as ends:
        attempts.conclude(claim, ends.outcome)
        return False
    reports.flush(folder)
    return runs.finish(claim, run, result)


def declared(run: Run) -> Experiment:
    """The run's declaration with its numbers, as it was when the run began. Raises Ends where refused."""
    try:
        return read_bytes(run.declaration.encode(), name=run.experiment, changes=run.parameters)
    except Mistakes as error:
        first = error.mistakes[0]
        raise Ends(Refused(*reasons.declaration(first.row, first.en, first.ja))) from error


def in_the_lab(run: Run, folder: Path, using: Parts, beat: Beat) -> float:
    """Fills the folder; returns how long that took, in seconds. Raises Ends for every other end."""

    def say(progress: dict[str, Any]) -> bool:
        return beat({**progress, "phase": "lab"})

    outcome = using.lab(run.declaration, run.parameters, run.image, folder, say)
    if not isinstance(outcome, Finished):
        raise Ends(outcome)
    return outcome.wall_s


def taken_in(experiment: Experiment, folder: Path, beat: Beat) -> dict[str, Capture]:
    """The run's captures, by vantage point, each with a report of today's rules.

    The names come from the declaration: what the folder says of itself leads to no file.
    """
    found = {}
    for number, vantage in enumerate(experiment.captures, 1):
        file = folder / "captures" / vantage.file
        if not file.is_file() or file.is_symlink():
            raise Ends(Killed(*reasons.incomplete_run(vantage.file)))
        if not beat({"phase": "diagnose", "capture": number, "of": len(experiment.captures)}):
            raise Ends(Cancelled())
        name = f"{experiment.name}-{vantage.file}"
        capture = intake.accept(uploads.copied(file, name), team=None).capture
        diagnosed(capture, vantage.name, beat)
        found[vantage.name] = capture
    return found


def diagnosed(capture: Capture, vantage: str, beat: Beat) -> None:
    """Sees to it that there is a report: by this process, or by the one that has begun already."""
    if Report.objects.filter(capture=capture, rules=RULES).exists():
        return
    job = jobs.begin(capture)
    claim = jobs.claim(job.pk)
    if claim is not None:
        diagnosis.run(claim, lambda progress: beat({"phase": "diagnose"}))
    else:
        wait_for(job, beat)
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise Ends(Killed(*reasons.no_report(vantage, (job.reason_en, job.reason_ja))))


def wait_for(job: Job, beat: Beat) -> None:
    """Until the job has ended, or nobody wants the replay any more, or it takes too long."""
    until = time.monotonic() + PATIENCE
    while not Job.objects.filter(pk=job.pk, state__in=Job.ENDED).exists():
        if not beat({"phase": "diagnose"}):
            raise Ends(Cancelled())
        if time.monotonic() > until:
            raise TimeoutError(f"job {job.pk} does not end")
        time.sleep(LOOK_EVERY)


def judged(
    run: Run, experiment: Experiment, folder: Path, captures: dict[str, Capture], using: Parts, wall_s: float
) -> runs.Result:
    """Verdicts, and the comparison with the recording."""
    recording = runs.recording_of(run)
    against = recording if recording and recording.path and recording.path.is_dir() else None
    difference = using.first_difference(against.path, folder) if against and against.path else None
    verdicts = using.judge(experiment, folder, findings(captures))
    (folder / "verdicts.json").write_text(json.dumps(verdicts, ensure_ascii=False, indent=1), "utf-8")
    return runs.Result(folder, virtual_s(folder), wall_s, verdicts, captures, against, difference)


def findings(captures: dict[str, Capture]) -> Findings:
    """What was found at each vantage point, the gravest first."""
    return {
        vantage: [one.body_en for one in Finding.objects.filter(report__capture=capture)]
        for vantage, capture in captures.items()
    }


def virtual_s(folder: Path) -> float:
    """How long the experiment lasted on its own clock, in seconds."""
    try:
        return float(read_object(folder / "run.json")["virtual_s"])
    except (OSError, ValueError, KeyError, TypeError, TooMuch) as error:
        raise Ends(Killed(*reasons.incomplete_run("run.json"))) from error
