"""The captures that the readers are compared on."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "captures"
OURS = sorted([*ROOT.glob("diagnoses/*/*.pcap"), *ROOT.glob("experiments/library/*/*.pcap")])
SUFFIXES = (".pcap", ".cap", ".pcapng")
THEIRS = sorted(SHARED.glob("labelled/*/capture.pcap*")) + sorted(
    path for path in SHARED.glob("public/*") if path.suffix in SUFFIXES
)
ALL = sorted({*OURS, *THEIRS, *(path for path in SHARED.rglob("*") if path.suffix in SUFFIXES)})


def name(path):
    return f"{path.parent.name}/{path.stem}"
