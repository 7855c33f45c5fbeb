"""What comparing two captures of one event costs: ``python benchmarks/beside.py``.

The traffic of traffic.py passes two points; the second one has a clock of its own and misses one packet in a
thousand. Compared are runs with and without the second capture, which is read beside the first.
"""

import argparse
import random
import sys
import tempfile
from itertools import islice
from pathlib import Path

from read import run
from traffic import _pcap_head, _pcap_record, elephants, frame, short

SHAPES = {"elephants": elephants, "short": short}
_WAY, _AHEAD, _LOSS = 2, 7_000_000, 0.001  # µs, µs, share of the packets
_KEPT = 96  # bytes of each frame


def write(folder: Path, shape: str, count: int) -> tuple[Path, Path]:
    """Two captures of ``count`` packets, pcap in µs."""
    dice = random.Random(3)  # noqa: S311 (repeatable traffic, not secrets)
    here, there = folder / f"{shape}-here.pcap", folder / f"{shape}-there.pcap"
    arrived = []
    with here.open("wb", buffering=1 << 20) as out:
        out.write(_pcap_head(_KEPT))
        for number, segment in enumerate(islice(SHAPES[shape](), count)):
            whole = frame(segment, number)
            out.write(_pcap_record(segment.time, whole[:_KEPT], len(whole)))
            if dice.random() >= _LOSS:
                moment = segment.time + _AHEAD + (_WAY if segment.up else -_WAY)
                arrived.append((moment, number, whole[:_KEPT], len(whole)))
    with there.open("wb", buffering=1 << 20) as out:
        out.write(_pcap_head(_KEPT))
        for moment, _, kept, length in sorted(arrived):
            out.write(_pcap_record(moment, kept, length))
    return here, there


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description="What comparing two captures of one event costs.")
    parser.add_argument("--packets", type=int, default=500_000, help="of each capture (default: 500000)")
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    options = parser.parse_args()
    print("| packets | shape | program | CPU s | wall s | peak MB |")
    print("|--:|---|---|--:|--:|--:|")
    for shape in options.shapes:
        with tempfile.TemporaryDirectory() as folder:
            here, there = write(Path(folder), shape, options.packets)
            for name, words in (("alone", []), ("--beside", ["--beside", str(there)])):
                cost = run([sys.executable, "-m", "diagnoses", "CAPTURE", "--json", *words], here)
                size = f"{'2 × ' if words else ''}{options.packets:,}"
                print(f"| {size} | {shape} | {name} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.memory:.0f} |")


if __name__ == "__main__":
    main()
