"""A real Chromium, a real server and a real worker. Whatever the console complains about fails the test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from kb import queue
from tests import cast as people
from tests.town import ROOT, Town, wait_for

CHROMIUM = "/usr/bin/chromium"
CAPTURE = ROOT / "diagnoses" / "refused_on_path" / "fires.pcap"
LIMIT = 3_000_000  # bytes of an upload in these tests


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not shutil.which(CHROMIUM):
        pytest.skip("needs chromium")
    # Playwright runs an event loop in this thread, beside which Django would refuse to use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def town(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker
) -> Iterator[Town]:
    data = tmp_path_factory.mktemp("browser")
    built = Town(data, f"filesystem://{data / 'broker'}", {"REPLAYBOOK_UPLOAD_LIMIT": str(LIMIT)})
    with django_db_blocker.unblock():
        port = built.server()
        built.start("celery", "-A", "workers", "worker", "-c", "1", "-Q", "captures,house")
    built.more["url"] = f"http://127.0.0.1:{port}"
    yield built
    built.close()


@pytest.fixture
def url(town: Town, settings, transactional_db: None) -> str:
    """Where it is; this process writes into the same folders and rings the same bell."""
    settings.MEDIA_ROOT = town.data / "media"
    queue.connect(town.ring)
    return town.more["url"]


@pytest.fixture
def cast(url: str) -> people.Cast:
    return people.make()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the console said; a test that expects something takes it out."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def context(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A fresh browser profile; an indirect parameter holds arguments of new_context."""
    options = {"viewport": {"width": 1280, "height": 800}, **getattr(request, "param", {})}
    made = browser.new_context(base_url=url, **options)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Page:
    """A page whose console is listened to; nobody is signed in."""
    opened = context.new_page()

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    return opened


@pytest.fixture
def alices(page: Page, context: BrowserContext, cast: people.Cast, url: str) -> Page:
    """A page in which Alice is signed in."""
    client = Client()
    client.force_login(cast.alice)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return page


def upload(page: Page, *files: Path | dict) -> None:
    """Chooses files on the first page."""
    chosen = [one if isinstance(one, dict) else file(one.name, one.read_bytes()) for one in files]
    page.set_input_files("#file", chosen)


def file(name: str, content: bytes) -> dict:
    """A file that exists in the browser only, under any name."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def no_sideways_scroll(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


__all__ = ["CAPTURE", "LIMIT", "file", "no_sideways_scroll", "upload", "wait_for"]
