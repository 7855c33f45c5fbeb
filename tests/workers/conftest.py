"""A town for each broker: the folders that are built in, and Redis."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Town, private_redis


@pytest.fixture(scope="module")
def town(request, tmp_path_factory: pytest.TempPathFactory, django_db_setup) -> Iterator[Town]:
    """Folders and the broker that the test names; each test starts the processes that it needs."""
    data: Path = tmp_path_factory.mktemp("town")
    if request.param == "files":
        built = Town(data, f"filesystem://{data / 'broker'}")
        built.empty_broker = lambda: shutil.rmtree(data / "broker")
        yield built
        built.close()
        return
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server")
    with private_redis(data) as (url, restart):
        given = os.environ.get("REDIS_URL")
        built = Town(data, given or url)
        built.empty_broker = restart
        yield built
        built.close()


@pytest.fixture
def here(town: Town, settings, transactional_db, rung) -> Iterator[Town]:
    """The town, with this process as one of its own; its worker runs already."""
    from kb import queue
    from kb.models import Job

    settings.MEDIA_ROOT = town.data / "media"
    queue.connect(town.ring)
    if not any(process.poll() is None for process in town.running):
        town.worker()
    yield town
    Job.objects.all().delete()  # what still runs is not wanted any more
    shutil.rmtree(town.data / "media", ignore_errors=True)
