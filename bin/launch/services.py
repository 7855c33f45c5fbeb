"""The processes of the product, and the environment they share."""

import os
import shutil
import signal
import sys
from pathlib import Path

from launch import ROOT, options
from launch.broker import Broker
from launch.options import Options
from launch.processes import Service

WEB_PROCESSES = 2  # one stays responsive while the other renders
WEB_THREADS = 16  # an upload holds its thread as long as it lasts


def environment(chosen: Options, port: int, data: Path, broker: str) -> dict[str, str]:
    """The variables of config/settings.py that follow from the options, over those that were set."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return inherited | {
        "REPLAYBOOK_DATA": str(data),
        "REPLAYBOOK_HOSTS": options.allowed_hosts(chosen, os.environ.get("REPLAYBOOK_HOSTS", "")),
        "REPLAYBOOK_ORIGINS": options.origins(chosen, os.environ.get("REPLAYBOOK_ORIGINS", "")),
        "REPLAYBOOK_SCHEME": options.scheme(chosen, port),
        "REPLAYBOOK_BROKER": broker,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }


def all_services(chosen: Options, listening: int, data: Path, broker: Broker) -> list[Service]:
    """In the order in which they start; they stop in the opposite order."""
    first = [broker.service] if broker.service else []
    workers = [worker("worker", chosen.workers, "captures,house"), worker("lab", 1, "lab")]
    return [*first, web(listening), *workers, beat(data / "run"), *images(chosen)]


def images(chosen: Options) -> list[Service]:
    """Makes the lab's images that are missing: once, in the background, behind everything else."""
    if not chosen.lab or shutil.which("qemu-system-x86_64") is None:
        return []
    command = ["nice", "-n", "10", sys.executable, "manage.py", "lab", "build", "--missing"]
    return [Service("images", command, cwd=ROOT, once=True)]


def module(name: str) -> list[str]:
    """The command that runs an installed module under our own Python."""
    return [sys.executable, "-m", name]


def web(listening: int) -> Service:
    """gunicorn on the socket that is already open: it survives a restart of the server."""
    command = [
        *module("gunicorn"), "config.wsgi",
        "--bind", f"fd://{listening}",
        "--worker-class", "gthread", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS),
        "--timeout", "60", "--graceful-timeout", "4", "--keep-alive", "5",
        "--worker-tmp-dir", "/dev/shm",  # noqa: S108 - a heartbeat must not wait for a disk
        "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip
    return Service("web", command, cwd=ROOT, keeps_open=(listening,))


def worker(name: str, at_once: int, queues: str) -> Service:
    """A worker of Celery; the lab has one of its own, so that no capture waits behind a replay.

    SIGQUIT ends it without waiting for its tasks, which the reaper then runs again.
    """
    command = [
        # bin/up says in its own words that root is not needed.
        sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", "celery",
        "--quiet", "--app", "workers", "worker", "--queues", queues,
        "--hostname", f"{name}@%h", "--concurrency", str(at_once),
        "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
    ]  # fmt: skip
    return Service(name, command, cwd=ROOT, when_orphaned=signal.SIGQUIT)


def beat(run: Path) -> Service:
    """Celery's clock: it rings for the reaper. What it remembers is of no use to the next start."""
    command = [
        *module("celery"), "--quiet", "--app", "workers", "beat",
        "--schedule", str(run / "beat"), "--loglevel", "WARNING",
    ]  # fmt: skip
    return Service("beat", command, cwd=ROOT)
