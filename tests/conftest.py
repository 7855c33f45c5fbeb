"""What all tests share: folders of their own, a bell that nobody hears, and the cast."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cast as people


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite's test database is a file, so that workers and servers of the tests can open it too."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def own_secret() -> None:
    """The tests need no secret key of an installation."""
    from django.conf import settings

    settings.SECRET_KEY = secrets.token_urlsafe(64)


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path) -> None:
    """No test writes into the folders of an installation, nor waits for its slow hashes."""
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.LAB_ROOT = tmp_path / "lab"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def rung() -> Iterator[list[tuple[str, tuple[int, ...]]]]:
    """The messages that went out: a list of task name and arguments, instead of a broker."""
    from kb import queue

    messages: list[tuple[str, tuple[int, ...]]] = []
    before = list(queue._connected)
    queue.connect(lambda task, arguments: messages.append((task, arguments)))
    yield messages
    queue._connected[:] = before


@pytest.fixture
def cast(db) -> people.Cast:
    """Alice, Bob, Charlie and their teams."""
    return people.make()


@pytest.fixture
def alice(client, cast: people.Cast):
    """A browser in which Alice is signed in."""
    client.force_login(cast.alice)
    return client
