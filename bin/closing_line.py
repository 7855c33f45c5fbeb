"""Adds up several pytest runs and prints one closing line, as pytest writes it.

Usage: closing_line.py SECONDS TALLY... (JSON objects that conftest.py wrote; a missing one is an error)
"""

import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

ORDER = ("failed", "passed", "skipped", "xfailed", "xpassed", "error")


def total(files: list[str]) -> Counter[str]:
    """The sum of the runs. A run that wrote nothing broke off, which counts as an error."""
    counts: Counter[str] = Counter()
    for file in map(Path, files):
        counts.update(json.loads(file.read_text()) if file.exists() else {"error": 1})
    return counts


def closing_line(counts: Counter[str], seconds: float) -> str:
    """Such as `===== 312 passed, 2 skipped in 345.67s (0:05:45) =====`, 80 characters wide or more."""
    named = [f"{counts[name]} {name}" for name in ORDER if counts[name]]
    clock = f" ({timedelta(seconds=int(seconds))})" if seconds >= 60 else ""
    return f" {', '.join(named) or 'no tests ran'} in {seconds:.2f}s{clock} ".center(80, "=")


if __name__ == "__main__":
    print(closing_line(total(sys.argv[2:]), float(sys.argv[1])))
