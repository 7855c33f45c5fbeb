"""What the lab costs: ``python benchmarks/lab.py``.

Cold build of an image, restore, virtual seconds per wall second while the guest waits, wall and CPU time of
each shipped experiment, with the number of different results among so many replays (1: all the same bytes).
CPU seconds are QEMU's own; wall time depends on what else the machine does.
"""

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from experiments import artefacts  # noqa: E402 - the path comes first
from workers.lab.image import build  # noqa: E402 - the path comes first
from workers.lab.limits import MACHINE_LIMITS  # noqa: E402 - the path comes first
from workers.lab.machine import version  # noqa: E402 - the path comes first
from workers.lab.play import restored  # noqa: E402 - the path comes first
from workers.lab.run import Ran, run  # noqa: E402 - the path comes first

WAITING = """
name = "waiting"
title.en = "Waiting"
title.ja = "待機"
claim.en = "A host waits."
claim.ja = "ホストが待ちます。"
date = "2026-01-15T09:00:00Z"
[hosts.one]
[record]
captures = ["one"]
[[step]]
at = "0s"
on = "one"
run = "sleep {seconds}"
name = "sleep"
[parameters.seconds]
value = 8000
from = 1
to = 80000
says.en = "Seconds"
says.ja = "秒"
[[expect]]
output = { step = "sleep", exit = 0 }
"""


def main() -> None:
    """Prints Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, default=ROOT / "var" / "lab", help="folder of the images")
    parser.add_argument("--replays", type=int, default=20, help="of each experiment")
    parser.add_argument("--build", action="store_true", help="measures a cold build, too")
    parser.add_argument("names", nargs="*", help="experiments; all without a name")
    given = parser.parse_args()
    print(f"QEMU {version()}, {os.cpu_count()} cores\n")
    if given.build:
        build_cold()
    for told in sorted(build.manifests(given.lab), key=lambda each: str(each["kernel"])):
        image = given.lab / "images" / told["id"]
        print(f"## Linux {told['kernel']}, image {told['id'][:12]}\n")
        restore(image, told)
        idle(image)
        experiments(image, given.names, given.replays)


def build_cold() -> None:
    """Packages, kernel, boot, snapshot: the whole of it, with the packages fetched anew."""
    for series in build.SUITES:
        with tempfile.TemporaryDirectory() as scratch:
            began, before = time.perf_counter(), os.times()
            build.build(Path(scratch), series)
            wall, after = time.perf_counter() - began, os.times()
            cpu = sum(after[:4]) - sum(before[:4])
            print(f"Cold build with Linux {series}: {wall:.0f} s, {cpu:.0f} s of CPU\n")


def restore(image: Path, told: dict[str, object]) -> None:
    """From nothing to a guest that runs."""
    times = []
    for _ in range(10):
        began = time.perf_counter()
        with restored(image, {}, MACHINE_LIMITS):
            times.append(time.perf_counter() - began)
    size = (image / "state").stat().st_size
    middle = statistics.median(times)
    print(f"Restore: median {middle:.2f} s, longest {max(times):.2f} s, of {size / 1e6:.0f} MB.")


def idle(image: Path) -> None:
    """How quickly waiting passes: the difference of a long and a short wait."""
    short, long = (once("waiting", WAITING, image, {"seconds": seconds}) for seconds in (80, 8000))
    rate = (8000 - 80) / (long[0] - short[0])
    cpu = (long[1] - short[1]) / 7.92
    print(f"Waiting: {rate:,.0f} virtual seconds a wall second, {cpu:.2f} CPU s for 1,000 of them.\n")


def once(name: str, text: str, image: Path, parameters: dict[str, int]) -> tuple[float, float, float, str]:
    """One run: wall, CPU and virtual seconds, and a hash over every file."""
    with tempfile.TemporaryDirectory() as scratch:
        done = run(text, name, parameters, image, Path(scratch))
        if not isinstance(done, Ran):
            raise SystemExit(f"{name}: {done}")
        found = artefacts.read(done.folder)
        whole = hashlib.sha256(repr(sorted(artefacts.files(done.folder).items())).encode()).hexdigest()
        return done.wall_s, done.cpu_s, found.manifest.virtual_s, whole


def experiments(image: Path, names: list[str], replays: int) -> None:
    """Each shipped experiment, so many times."""
    print("| experiment | virtual s | wall s, median | CPU s, median | replays | different results |")
    print("|---|--:|--:|--:|--:|--:|")
    for path in chosen(names):
        runs = [once(path.parent.name, path.read_text(), image, {}) for _ in range(replays)]
        wall, cpu = (statistics.median(each[place] for each in runs) for place in (0, 1))
        results = len({each[3] for each in runs})
        print(
            f"| {path.parent.name} | {runs[0][2]:,.1f} | {wall:.1f} | {cpu:.1f} | {replays} | {results} |",
            flush=True,
        )
    print()


def chosen(names: list[str]) -> Iterator[Path]:
    """Declarations of the experiments."""
    for path in sorted((ROOT / "experiments" / "shipped").glob("*/experiment.toml")):
        if not names or path.parent.name in names:
            yield path


if __name__ == "__main__":
    main()
