"""`celery -A tests.workers.rigged_worker worker`: the product's worker, with the stand-in."""

from tests.workers.rigged import PROGRAM
from workers import app, confined

confined.DIAGNOSES = PROGRAM
__all__ = ["app"]
