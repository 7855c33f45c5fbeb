"""The data folder: ours alone, and one running product at a time."""

import contextlib
import fcntl
import os
from pathlib import Path

from launch import ROOT, CannotStart


def claim(stack: contextlib.ExitStack) -> Path:
    """The data folder, made when missing and locked until `stack` closes. Raises CannotStart."""
    data = Path(os.environ.get("REPLAYBOOK_DATA", "").strip() or ROOT / "var").absolute()
    try:
        (data / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        lock = stack.enter_context((data / "run" / "lock").open("w"))
    except OSError as error:
        raise CannotStart(f"The data folder {data} cannot be used: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"Replaybook is already running on the data folder {data}.") from None
    sweep(data / "run")
    return data


def sweep(run: Path) -> None:
    """Removes what an instance left that was killed: nothing in run/ outlives its processes."""
    for file in run.iterdir():
        if file.name != "lock" and not file.is_dir():
            file.unlink()
