"""The tasks. They carry an id and nothing else, and are safe to run any number of times."""

from pathlib import Path

from django.conf import settings

from kb import jobs, queue, removal
from workers import diagnosis, transport
from workers.clockwork import app


@app.task(name=queue.DIAGNOSE)
def diagnose(job: int) -> None:
    """Diagnoses one capture, unless another worker does so already or has done so."""
    claim = jobs.claim(job)
    if claim is not None:
        diagnosis.run(claim)


@app.task(name=queue.REAP)
def reap() -> None:
    """Looks after jobs whose worker has died, or whose message was lost."""
    jobs.reap()


@app.task(name=queue.SWEEP)
def sweep() -> None:
    """Removes files that no row names, and messages that died with their worker."""
    removal.sweep()
    if settings.BROKER_FOLDER:
        transport.sweep(Path(settings.BROKER_FOLDER))
