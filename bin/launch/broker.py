"""Which broker carries the messages: the Redis that is configured, one of our own, or files.

A message is only a doorbell (the job row is the truth), so our own Redis keeps nothing on disk.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launch.processes import Service

LONGEST_SOCKET_PATH = 100  # bytes; unix(7) takes 107


@dataclass(frozen=True)
class Broker:
    """`url` as REPLAYBOOK_BROKER takes it; the service to run for it or None; what the terminal is told."""

    url: str
    service: Service | None
    says: str


def choose(environment: Mapping[str, str], data: Path, stack: contextlib.ExitStack) -> Broker:
    """The broker for this machine; a temporary folder for its socket, if any, goes when `stack` closes."""
    configured = environment.get("REDIS_URL", "").strip() or environment.get("REPLAYBOOK_BROKER", "").strip()
    if configured:
        return Broker(configured, None, "messages through the configured broker")
    program = shutil.which("redis-server")
    if program:
        return private_redis(program, data / "run", stack)
    folder = data / "broker"
    return Broker(f"filesystem://{folder}", None, "messages through files, as redis-server is not installed")


def private_redis(program: str, run: Path, stack: contextlib.ExitStack) -> Broker:
    """A Redis that only this user reaches: no port, its socket in a folder of mode 0700."""
    folder = socket_folder(run, stack)
    socket = folder / "redis.sock"
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "dir": str(run),
        "maxmemory-policy": "noeviction",  # a full Redis refuses, it does not forget
        "loglevel": "warning",
        "logfile": str(run / "broker.log"),  # its greeting is not for the terminal
    }
    words = [word for name, value in settings.items() for word in (f"--{name}", value)]
    service = Service("broker", [program, *words], waits_for=socket)
    return Broker(f"redis+socket://{socket}", service, "messages through a private redis-server")


def socket_folder(run: Path, stack: contextlib.ExitStack) -> Path:
    """`run`, or a temporary folder where a socket in `run` would have too long a path."""
    if len(bytes(run / "redis.sock")) <= LONGEST_SOCKET_PATH:
        return run
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="replaybook-")))
