"""Reading captures, side by side with the peers in one run: ``python benchmarks/read.py``.

It makes its own captures in a temporary folder and lets each program read each of them, one after the other.
What counts is CPU time (user and system, of the program and its children): these are compared as ratios, of
runs on the same machine minutes apart. Programs that are not installed are left out and named.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from traffic import FORMATS, SHAPES, write

ROOT = Path(__file__).resolve().parent.parent
US = "python -m diagnoses --json"
_FIELDS = (
    "frame.number",
    "tcp.stream",
    "tcp.analysis.flags",
    "tcp.analysis.retransmission",
    "tcp.analysis.ack_rtt",
)
_WORDS = [word for field in _FIELDS for word in ("-e", field)]

# Name to command; the capture's path is put in its place.
PROGRAMS: dict[str, list[str]] = {
    US: [sys.executable, "-m", "diagnoses", "CAPTURE", "--json"],
    "capinfos -c (floor)": ["capinfos", "-c", "CAPTURE"],
    "tcptrace": ["tcptrace", "-n", "-l", "CAPTURE"],
    "dpkt loop": [sys.executable, str(ROOT / "benchmarks" / "dpkt_loop.py"), "CAPTURE"],
    "tshark -z conv,tcp": ["tshark", "-q", "-z", "conv,tcp", "-r", "CAPTURE"],
    "tshark -T fields": ["tshark", "-T", "fields", *_WORDS, "-r", "CAPTURE"],
}


@dataclass(frozen=True)
class Cost:
    """What one run cost: seconds of CPU, seconds on the wall, peak resident memory in MB."""

    cpu: float
    wall: float
    memory: float


def run(command: list[str], capture: Path) -> Cost:
    """Let a program read a capture. RuntimeError when it fails."""
    words = [str(capture) if word == "CAPTURE" else word for word in command]
    began = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{words[0]} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / 1000)


def measure(command: list[str], capture: Path, repeats: int) -> Cost:
    """The median of several runs."""
    costs = [run(command, capture) for _ in range(repeats)]
    return Cost(*(statistics.median(getattr(c, name) for c in costs) for name in ("cpu", "wall", "memory")))


def table(options: argparse.Namespace) -> Iterator[str]:
    """The lines of a Markdown table, as the results come in."""
    yield "| packets | shape | format | program | packets / CPU s | wall s | peak MB | CPU, times ours |"
    yield "|--:|---|---|---|--:|--:|--:|--:|"
    present = {name: command for name, command in PROGRAMS.items() if shutil.which(command[0])}
    with tempfile.TemporaryDirectory() as folder:
        for count in options.packets:
            for shape in options.shapes:
                for form in options.formats:
                    capture = Path(folder) / f"{shape}.{form}"
                    write(capture, shape, count, form)
                    yield from rows(present, capture, f"{count:,} | {shape} | {form}", count, options)
                    capture.unlink()


def rows(
    programs: dict[str, list[str]], capture: Path, what: str, count: int, options: argparse.Namespace
) -> Iterator[str]:
    """One line a program, ours first."""
    ours = 0.0
    for name, command in programs.items():
        if name.startswith("tshark") and count > options.most_tshark:
            continue
        if name == "tcptrace" and capture.suffix == ".pcapng":  # does not read it
            continue
        cost = measure(command, capture, options.repeats)
        ours = ours or cost.cpu
        speed, ratio = count / cost.cpu, cost.cpu / ours
        yield f"| {what} | {name} | {speed:,.0f} | {cost.wall:.1f} | {cost.memory:,.0f} | {ratio:.1f} |"


def first_output(command: list[str], capture: Path) -> float:
    """Seconds from the start of a program to its first byte of output."""
    words = [str(capture) if word == "CAPTURE" else word for word in command]
    began = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        passed = time.perf_counter() - began
        process.stdout.read()
    return passed


def start(options: argparse.Namespace) -> Iterator[str]:
    """How long a person waits for the first word about a capture of 1 MB."""
    count = 5_500
    yield f"\n| from start to first output, {count:,} packets (1 MB) | wall s |\n|---|--:|"
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "small.pcap"
        write(capture, "short", count, "pcap")
        for name, command in PROGRAMS.items():
            if shutil.which(command[0]):
                seconds = statistics.median(first_output(command, capture) for _ in range(options.repeats))
                yield f"| {name} | {seconds:.2f} |"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python benchmarks/read.py", description=__doc__)
    parser.add_argument("--packets", type=int, nargs="+", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts")
    parser.add_argument(
        "--most-tshark", type=int, default=1_000_000, help="packets beyond which tshark is left out"
    )
    options = parser.parse_args()
    subprocess.run(
        [sys.executable, "-m", "packets.compiled"], cwd=ROOT, check=True
    )  # once a version: not counted
    for part in (table, start):
        for line in part(options):
            print(line, flush=True)
    missing = sorted(name for name, command in PROGRAMS.items() if not shutil.which(command[0]))
    if missing:
        print(f"\nNot installed, and so not measured: {', '.join(missing)}.")


if __name__ == "__main__":
    main()
