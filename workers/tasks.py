"""The tasks. They carry an id and nothing else, and are safe to run any number of times."""

from pathlib import Path

from django.conf import settings

from experiments import runs, schedule
from kb import attachments, jobs, queue, removal, renewal
from workers import comparison, diagnosis, replays, transport
from workers.clockwork import app


@app.task(name=queue.DIAGNOSE)
def diagnose(job: int) -> None:
    """Diagnoses one capture, unless another worker does so already or has done so."""
    claim = jobs.claim(job)
    if claim is not None:
        diagnosis.run(claim)
        renewal.go_on()


@app.task(name=queue.DIAGNOSE_OUR_OWN)
def diagnose_our_own(job: int) -> None:
    """Diagnoses one capture of the lab."""
    diagnose(job)


@app.task(name=queue.BESIDE)
def beside(job: int) -> None:
    """Compares two captures, unless another worker does so already or has done so."""
    claim = jobs.claim(job)
    if claim is not None:
        comparison.run(claim)


@app.task(name=runs.REPLAY)
def replay(job: int) -> None:
    """Replays one experiment, unless another worker does so already or has done so."""
    claim = jobs.claim(job)
    if claim is not None:
        replays.run(claim)


@app.task(name=schedule.REPLAY_DUE)
def replay_due() -> None:
    """Begins the replay that is most overdue, while the lab has nothing else to do."""
    schedule.begin_due()


@app.task(name=queue.REAP)
def reap() -> None:
    """Looks after jobs whose worker has died, or whose message was lost, and begins renewals asked for."""
    jobs.reap()
    renewal.go_on()


@app.task(name=queue.SWEEP)
def sweep() -> None:
    """Removes pictures that nothing shows, files that no row names, messages that died with their worker."""
    attachments.forget_unused()
    removal.sweep()
    if settings.BROKER_FOLDER:
        transport.sweep(Path(settings.BROKER_FOLDER))
