"""What the rules say of every capture in the repository, written down: a change of verdict shows up as a
change of these files.

``python -m diagnoses.expected`` writes ``expected.json`` beside each diagnosis' captures, and the matrix of
all rules over all captures; ``--check`` only compares, and exits with 1 when something differs.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from diagnoses import report
from diagnoses.registry import CODES

HERE = Path(__file__).parent
EXPERIMENTS = HERE.parent / "experiments"
LIBRARY = EXPERIMENTS / "library"
MATRIX = HERE / "matrix.md"
_HEAD = """# Every rule on every capture

Made by `python -m diagnoses.expected`. A number: findings of that code; in brackets: verdicts.
"""


def captures() -> list[Path]:
    """Every capture of the diagnoses and of the healthy library."""
    return [*sorted(HERE.glob("*/*.pcap")), *sorted(LIBRARY.glob("*/*.pcap"))]


def recordings() -> list[Path]:
    """What the lab recorded of the experiments, on each kernel and at each vantage."""
    return sorted(EXPERIMENTS.glob("shipped/*/recorded/*/captures/*.pcap"))


def name(path: Path) -> str:
    """How the matrix calls a capture."""
    if path.parent.name != "captures":
        return f"{path.parent.name}/{path.stem}"
    run = path.parent.parent
    return f"lab: {run.parent.parent.name}, Linux {run.name}, {path.stem}"


def essence(found: dict[str, Any]) -> dict[str, Any]:
    """The part of a report that a reviewer wants to see change: no words, only judgements and numbers."""
    kept = ("code", "severity", "confidence", "connection", "hosts", "frames", "culprit", "numbers")
    return {
        "verdicts": [c["verdict"] for c in found["connections"]],
        "findings": [{k: f[k] for k in kept} for f in found["findings"]],
        "quality": [{k: f[k] for k in kept} for f in found["capture"]["quality"]],
    }


def wanted() -> dict[Path, str]:
    """Each generated file and its text."""
    reports = {path: report(path) for path in captures()}
    lab = {path: report(path) for path in recordings()}
    files = {MATRIX: _matrix(reports | lab)}
    for folder in sorted({path.parent for path in reports}):
        both = {path.stem: essence(reports[path]) for path in sorted(folder.glob("*.pcap"))}
        files[folder / "expected.json"] = json.dumps(both, indent=1, ensure_ascii=False) + "\n"
    return files


def _matrix(reports: dict[Path, dict[str, Any]]) -> str:
    lines = [_HEAD, "| capture | findings | quality |", "|---|---|---|"]
    for path, found in reports.items():
        counts = Counter(f["code"] for f in found["findings"])
        verdicts = Counter(c["verdict"] for c in found["connections"] if c["verdict"])
        told = ", ".join(
            f"{counts[code]} {code} ({verdicts[code]})" for code in CODES if counts[code] or verdicts[code]
        )
        quality = ", ".join(f["code"] for f in found["capture"]["quality"])
        lines.append(f"| {name(path)} | {told or '–'} | {quality or '–'} |")
    return "\n".join(lines) + "\n"


def stale(files: dict[Path, str]) -> list[Path]:
    """Generated files that do not hold what they should."""
    return [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]


def main(argv: list[str]) -> int:
    """Write or check; returns the exit status."""
    files = wanted()
    different = stale(files)
    for path in different:
        print(("differs: " if "--check" in argv else "written: ") + str(path.relative_to(HERE.parent)))  # noqa: T201 (a command)
        if "--check" not in argv:
            path.write_text(files[path], "utf-8")
    return 1 if different and "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
