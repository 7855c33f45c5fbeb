"""Damaged captures against the reader: ``python benchmarks/fuzz.py --minutes 60 --seed 7``.

Each mutant (``mutants.py``) goes through ``packets.capture.read`` and ``diagnoses.report`` in a process with
limits (``trial.py``). Found is: anything that is raised but CaptureError, a signal, more than 5 s of CPU,
more than 300 MB above the start, and a report that breaks its contract. The first of each kind of failure is
made small and saved; the table at the end says how to make it again. The exit status is 1 when anything was
found.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from mutants import Frame, Mutant, Sample, as_pcap, as_pcapng, mutant, sample, samples
from trial import Outcome, Trials

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "captures"
_LONGEST = 120.0  # seconds in which one failure is made small
_TOLD = 10.0  # seconds between two lines of progress


@dataclass
class Failure:
    """One kind of failure: the first mutant that showed it, and how many did."""

    mutant: Mutant
    outcome: Outcome
    times: int = 1
    saved: Path | None = None


class Run:
    """One run of the fuzzer."""

    def __init__(self, seed: int, whole: list[Sample], into: Path, trials: Trials, scratch: Path) -> None:
        self.seed, self.whole, self.into, self.trials = seed, whole, into, trials
        self.kinds: Counter[str] = Counter()
        self.mutators: Counter[str] = Counter()
        self.failures: dict[str, Failure] = {}
        self.resident: list[float] = []
        self._file = scratch / "mutant"

    def one(self, number: int) -> None:
        """Make a mutant and try it."""
        made = mutant(self.seed, number, self.whole)
        outcome = self.tried(made.content)
        self.kinds[outcome.kind] += 1
        self.resident.append(outcome.resident)
        self.mutators[made.mutator] += 1
        if outcome.failed:
            self._note(made, outcome)

    def tried(self, content: bytes) -> Outcome:
        """How these bytes end."""
        self._file.write_bytes(content)
        return self.trials.of(self._file)

    def _note(self, made: Mutant, outcome: Outcome) -> None:
        known = self.failures.get(outcome.signature)
        if known:
            known.times += 1
            return
        failure = self.failures[outcome.signature] = Failure(made, outcome)
        small = smaller(made, lambda content: self.tried(content).signature == outcome.signature)
        failure.saved = save(self.into, small, f"--seed {self.seed} --only {made.number}", outcome)
        print(f"{outcome.signature}\n    {failure.saved}", file=sys.stderr)


def smaller(made: Mutant, fails: Callable[[bytes], bool]) -> bytes:
    """The mutant unpacked, with as few of its records as still fail; itself where that is not to be had."""
    if made.bare != made.content and not fails(made.bare):
        return made.content
    parsed = sample("", made.bare)
    for write in (as_pcap, as_pcapng):
        frames = list(parsed.frames)
        if frames and fails(write(parsed.link, frames)):
            written = partial(write, parsed.link)
            return written(fewer(frames, written, fails))
    return made.bare


def fewer(
    frames: list[Frame], written: Callable[[list[Frame]], bytes], fails: Callable[[bytes], bool]
) -> list[Frame]:
    """Without the stretches whose absence changes nothing: halves first, single frames last."""
    size, end = max(1, len(frames) // 2), time.monotonic() + _LONGEST
    while size:
        at = 0
        while at < len(frames) and time.monotonic() < end:
            rest = frames[:at] + frames[at + size :]
            if rest and fails(written(rest)):
                frames = rest
            else:
                at += size
        size //= 2
    return frames


def save(into: Path, content: bytes, words: str, outcome: Outcome) -> Path:
    """Keep a crasher, and beside it how it came to be."""
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{outcome.kind}-{hashlib.sha256(content).hexdigest()[:12]}.pcap"
    path.write_bytes(content)
    path.with_suffix(".txt").write_text(f"python benchmarks/fuzz.py {words}\n\n{outcome.detail}\n")
    return path


def default_captures() -> list[Path]:
    """The captures of the repository, and the shared ones where they are at hand."""
    ours = [*ROOT.glob("diagnoses/*/*.pcap"), *ROOT.glob("experiments/library/*/*.pcap")]
    return [*sorted(ours), *([SHARED] if SHARED.is_dir() else [])]


def numbers(asked: argparse.Namespace) -> Iterator[int]:
    """Which mutants to make."""
    if asked.only is not None:
        yield asked.only
        return
    end = time.monotonic() + asked.minutes * 60
    for number in count():
        if (asked.mutants and number >= asked.mutants) or (not asked.mutants and time.monotonic() >= end):
            return
        yield number


def table(run: Run, seconds: float) -> Iterator[str]:
    """What came out, in Markdown."""
    tried = sum(run.kinds.values())
    yield f"{tried:,} mutants of {len(run.whole)} captures in {seconds:,.0f} s, seed {run.seed}"
    yield ""
    yield "| ended | mutants |"
    yield "|---|--:|"
    for kind in ("read", "refused", "crash", "hang", "memory", "breach"):
        yield f"| {kind} | {run.kinds[kind]:,} |"
    yield ""
    first, last = run.resident[0], run.resident[-1]
    yield f"Resident before the first mutant {first:.0f} MB, before the last {last:.0f} MB."
    if run.failures:
        yield ""
        yield "| found | times | again with | mutator | sample | saved |"
        yield "|---|--:|---|---|---|---|"
    for signature, f in run.failures.items():
        again = f"--seed {run.seed} --only {f.mutant.number}"
        shown = signature.replace("|", "\\|")
        yield f"| {shown} | {f.times} | {again} | {f.mutant.mutator} | {f.mutant.sample} | {f.saved} |"


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Read damaged captures until something breaks.")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long (default: 5)")
    parser.add_argument("--mutants", type=int, help="how many, instead of how long")
    parser.add_argument("--only", type=int, metavar="N", help="only the mutant of this number")
    parser.add_argument(
        "--seed", type=int, default=1, help="the same seed makes the same mutants (default: 1)"
    )
    parser.add_argument(
        "--captures",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="files and folders to damage (default: all we have)",
    )
    parser.add_argument(
        "--into",
        type=Path,
        default=ROOT / "var" / "fuzz",
        metavar="DIR",
        help="where crashers go (default: var/fuzz)",
    )
    parser.add_argument(
        "--door",
        metavar="MODULE:NAME",
        help="a function to try instead of ours, as the tests of this program do",
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run the fuzzer; returns the exit status."""
    asked = arguments(argv)
    whole = samples(asked.captures or default_captures())
    if not whole:
        print("There is no capture to damage.", file=sys.stderr)
        return 2
    began = told = time.monotonic()
    with (
        Trials(*(("--door", asked.door) if asked.door else ())) as trials,
        tempfile.TemporaryDirectory() as scratch,
    ):
        run = Run(asked.seed, whole, asked.into, trials, Path(scratch))
        try:
            for number in numbers(asked):
                run.one(number)
                if time.monotonic() - told > _TOLD:
                    told = time.monotonic()
                    print(f"{number + 1:,} mutants, {len(run.failures)} found", file=sys.stderr)
        except KeyboardInterrupt:  # what was found until then is told
            pass
        print("\n".join(table(run, time.monotonic() - began)))
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
