"""Real processes for tests: the product's server and worker, on the test database, with their own broker."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from celery import Celery
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
RIGGED = "tests.workers.rigged_worker"


def database_url() -> str:
    """The test database, as another process opens it."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = quote(at["PASSWORD"], safe="")
    return f"postgresql://{quote(at['USER'])}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def wait_for(what: Callable[[], object], seconds: float = 20.0) -> None:
    """Looks every twentieth of a second; fails loudly when it does not come true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def free_port() -> int:
    """A port on loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Town:
    """Processes that were started together; `close` ends them."""

    data: Path
    broker: str  # as REPLAYBOOK_BROKER takes it
    more: dict[str, str] = field(default_factory=dict)
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """A program with the environment of an installation, in a process group of its own."""
        ours = ("REPLAYBOOK_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment = {
            "REPLAYBOOK_DATA": str(self.data),
            "REPLAYBOOK_SECRET_KEY": settings.SECRET_KEY,
            "REPLAYBOOK_BROKER": self.broker,
            "DATABASE_URL": database_url(),
            "PYTHONPATH": str(ROOT),
        }
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                env={**inherited, **environment, **self.more},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    @property
    def log(self) -> Path:
        """What they all say."""
        return self.data / "town.log"

    def worker(self, *words: str, ready: bool = True) -> "subprocess.Popen[bytes]":
        """A worker whose program for captures is the stand-in."""
        before = self.log.read_bytes().count(b" ready.") if self.log.exists() else 0
        process = self.start("celery", "-A", RIGGED, "worker", "-c", "2", "-l", "INFO", *words)
        if ready:
            wait_for(lambda: self.log.read_bytes().count(b" ready.") > before)
        return process

    def server(self) -> int:
        """gunicorn, as bin/up starts it; returns the port."""
        port = free_port()
        words = (
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--bind",
            f"127.0.0.1:{port}",
            "--no-control-socket",
        )
        self.start("gunicorn", "config.wsgi", *words)
        wait_for(lambda: answers(port))
        return port

    def ring(self, task: str, arguments: tuple[int, ...]) -> None:
        """Sends a message to this town's worker."""
        app = Celery(broker=self.broker, set_as_current=False)
        app.conf.task_default_queue = "captures"
        if self.broker.startswith("filesystem://"):
            app.conf.broker_url = "atomicfiles://here"
            app.conf.broker_transport_options = {"folder": self.broker.removeprefix("filesystem://")}
        app.conf.task_publish_retry = False
        app.send_task(task, arguments)
        app.close()

    def kill(self, process: "subprocess.Popen[bytes]", number: int = signal.SIGKILL) -> None:
        """The whole process group, as a supervisor or the kernel would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(20)

    def close(self) -> None:
        """Ends everything."""
        for process in self.running:
            self.kill(process)


def answers(port: int) -> bool:
    """Somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def private_redis(folder: Path) -> Iterator["tuple[str, Callable[[], None]]"]:
    """A Redis on a socket of its own: its URL, and a function that kills it and starts an empty one."""
    program = shutil.which("redis-server")
    assert program is not None
    place = folder / "redis.sock"
    words = [program, "--port", "0", "--unixsocket", str(place), "--save", "", "--appendonly", "no"]
    running: list[subprocess.Popen[bytes]] = []

    def restart() -> None:
        for process in running:
            process.kill()
            process.wait()
        place.unlink(missing_ok=True)
        running[:] = [subprocess.Popen([*words, "--dir", str(folder)], stdout=subprocess.DEVNULL)]
        wait_for(place.exists)

    restart()
    try:
        yield f"redis+socket://{place}", restart
    finally:
        running[0].kill()
        running[0].wait()
