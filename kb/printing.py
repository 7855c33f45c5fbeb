"""The page for printing as PDF: by a Chromium of this server, which sees one file and no network."""

import base64
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from kb import attachments
from kb.models import User

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LONGEST = 60  # seconds; an article takes two to five
PATIENCE = 10  # seconds for others' printing; who waits holds a thread of the server
LARGEST = 100_000_000  # bytes of the PDF
SHEETS = ("tokens", "page", "parts", "pictures", "live", "runbooks", "print", "paper")
PICTURE = re.compile(r'(<img\b[^>]*?\bsrc=")(/[^"]*)(")')
NOTHING = "data:,"
NOBODY = 65534  # the user and group without rights, on every Linux
AS_NOBODY: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
# That nothing is loaded and nothing runs is said in the page itself, too (templates/print.html).
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-extensions", "--disable-background-networking", "--disable-sync", "--disable-breakpad"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer"),
)


BOUNDED = ("prlimit", f"--cpu={LONGEST}", f"--fsize={4 * LARGEST}", "--")  # of util-linux
_one_at_a_time = threading.Lock()  # in this process: each browser takes some 200 MB


class CannotPrint(Exception):
    """The browser ended without a PDF."""


def browser() -> str | None:
    """The program; None where none is installed."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def sheets() -> list[str]:
    """Our style sheets as text."""
    paths = (finders.find(f"css/{name}.css") for name in SHEETS)
    return [Path(path).read_text("utf-8") for path in paths if isinstance(path, str)]


def with_pictures(html: str, user: User) -> str:
    """The page with the pictures that this person may see inside it; other addresses show nothing."""

    def inside(found: re.Match[str]) -> str:
        uid = found[2].removeprefix("/attachments/").strip("/")
        picture = attachments.readable(user, uid)
        if picture is None or not picture.path.is_file():
            return found[1] + NOTHING + found[3]
        data = base64.b64encode(picture.path.read_bytes()).decode()
        return f"{found[1]}data:{picture.media_type};base64,{data}{found[3]}"

    return PICTURE.sub(inside, html)


def pdf(html: str) -> bytes:
    """A whole page, without anything outside of it, as PDF. Raises CannotPrint."""
    program = browser()
    if program is None:
        raise CannotPrint("no browser")
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise CannotPrint("others are printing")
    try:
        return printed(program, html)
    finally:
        _one_at_a_time.release()


def printed(program: str, html: str) -> bytes:
    """By that browser, in a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="replaybook-print-") as name:
        folder = Path(name)
        page = folder / "page.html"
        page.write_text(html, "utf-8")
        if os.geteuid() == 0:
            for path in (page, folder):  # whatever the umask: only who prints may read them
                os.chown(path, NOBODY, NOBODY)
        run(program, folder)
        made = folder / "page.pdf"
        if not made.is_file() or made.stat().st_size > LARGEST:
            raise CannotPrint("no PDF")
        return made.read_bytes()


def run(program: str, folder: Path) -> None:
    """The browser, with everything that it writes in that folder, ended with all its children in time."""
    words = [
        *BOUNDED,
        program,
        *OPTIONS,
        f"--user-data-dir={folder / 'profile'}",
        f"--print-to-pdf={folder / 'page.pdf'}",
    ]
    known = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    started = subprocess.Popen(
        [*words, (folder / "page.html").as_uri()],
        cwd=folder,
        env={**known, "HOME": str(folder), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **(AS_NOBODY if os.geteuid() == 0 else {}),
    )
    try:
        started.wait(LONGEST)
    except subprocess.TimeoutExpired as error:
        raise CannotPrint("too slow") from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
