"""The confined side of ``trial.py``: reads one capture after the other through the public doors.

A path a line comes in, a JSON object a line goes out. Started as a program, not forked: its memory is its own
from the start. ``--door MODULE:NAME`` puts another function in the place of the doors, for the tests of the
trial itself.
"""

import argparse
import gc
import importlib
import json
import resource
import signal
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

_MB = 1_000_000
# Address space above the start: a compiler maps much that it never uses. What counts is resident memory.
_ADDRESSES = 1_500 * _MB
_UNSEEN = (
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
)  # control, bidi, surrogates, private, unassigned, line ends
_WARM_UP = 300.0  # seconds
# Reports in further languages differ in their words only: those of captures that cost more are not worth it.
_LIGHT = 0.3  # seconds
ROOT = Path(__file__).resolve().parent.parent

Found = dict[str, Any]


class Breach(Exception):
    """What came out of a door is not what the contract says."""


def through_the_doors(seconds: float, languages: list[str], canary: str, path: str) -> Found:
    """Read and judge a capture. Raises Breach when the answer is wrong in its form."""
    from diagnoses import report
    from packets.capture import read
    from packets.errors import CaptureError

    watch = Watch(seconds)
    try:
        notes = watch.of(lambda: read(path).notes)
        reports = {languages[0]: watch.of(partial(report, path, languages[0]))}
        if watch.most < _LIGHT:
            reports |= {other: report(path, other) for other in languages[1:]}
    except CaptureError as refused:
        check_sentences([*refused.text.values()], canary)
        return {
            "kind": "refused", "code": refused.code, "seconds": watch.most,
            "sentences": [*refused.text.values()],
        }  # fmt: skip
    for found in reports.values():
        check_report(found, canary)
    sentences = [sentence for note in notes for sentence in note.text.values()]
    check_sentences(sentences, canary)
    capture = reports[languages[0]]["capture"]
    return {
        "kind": "read", "seconds": watch.most, "notes": [note.code for note in notes], "sentences": sentences,
        "packets": capture["packets"], "connections": capture["connections"],
        "findings": [f["code"] for f in (*capture["quality"], *reports[languages[0]]["findings"])],
    }  # fmt: skip


class Watch:
    """CPU seconds of calls; one that takes longer than it may ends the process by SIGPROF, wherever it is."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self.most = seconds, 0.0

    def of(self, call: Callable[[], Any]) -> Any:
        """What the call returns."""
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self._seconds)
        try:
            return call()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.most = max(self.most, time.process_time() - began)


def check_report(found: Found, canary: str) -> None:
    """The report is JSON, its evidence exists, its sentences are clean, and no payload is in it."""
    try:
        text = json.dumps(found, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as problem:
        raise Breach(f"the report is not JSON: {problem}") from problem
    if canary and canary in text:
        raise Breach("payload in the report")
    capture = found["capture"]
    if len(found["connections"]) != capture["connections"]:
        raise Breach("connections are counted wrongly")
    for finding in (*capture["quality"], *found["findings"]):
        if not all(1 <= frame <= capture["packets"] for frame in finding["frames"]):
            raise Breach(f"{finding['code']} names a frame that does not exist: {finding['frames']}")
        if finding["connection"] is not None and not 0 <= finding["connection"] < capture["connections"]:
            raise Breach(f"{finding['code']} names a connection that does not exist: {finding['connection']}")
        check_sentences(list(said(finding)), canary)


def said(finding: Found) -> Iterator[str]:
    """The sentences of a finding."""
    yield finding["title"]
    yield finding["explanation"]
    yield from (rejected["why"] for rejected in finding["rejected"])
    yield finding["would_settle"] or "."


def check_sentences(sentences: list[str], canary: str) -> None:
    """Words, no control characters, no payload."""
    for sentence in sentences:
        unseen = [f"U+{ord(c):04X}" for c in sentence if unicodedata.category(c) in _UNSEEN]
        if unseen or not sentence.strip():
            raise Breach(f"a sentence holds {unseen or 'nothing'}: {ascii(sentence)[:300]}")
        if canary and canary in sentence:
            raise Breach("payload in a sentence")


def judged(door: Callable[[str], Found], path: str) -> Found:
    """What the door found, or how it failed; with the memory that it took above the start (MB)."""
    gc.collect()  # what the capture before left in circles of objects
    start = _reset_peak()
    try:
        found = door(path)
    except Breach as breach:
        found = {"kind": "breach", "detail": str(breach)}
    except MemoryError:
        found = {"kind": "memory", "detail": traceback.format_exc()}
    except BaseException:  # noqa: BLE001 (whatever comes out is what we are looking for)
        found = {"kind": "crash", "detail": traceback.format_exc()}
    found["megabytes"], found["resident"] = max(0.0, _memory("VmHWM") - start), start
    return found


def _reset_peak() -> float:
    """Forget the peak of resident memory (Linux: proc(5), clear_refs); returns what is resident now, MB."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:  # a kernel that cannot: the peak of all trials before counts too
        return _memory("VmHWM")
    return _memory("VmRSS")


def _memory(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024 / _MB
    return 0.0


def confine() -> None:
    """No core files, and no more addresses than a reader of a small file can want."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = int(_memory("VmSize") * _MB) + _ADDRESSES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    """Answer until there are no more paths."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--door", default="")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--languages", nargs="+", default=["en"])
    parser.add_argument("--canary", default="")
    asked = parser.parse_args()
    if asked.door:
        door = partial(through_another_door, asked.door, asked.seconds)
    else:
        warm_up()
        door = partial(through_the_doors, asked.seconds, asked.languages, asked.canary)
    gc.freeze()  # all that was loaded until now is looked at no more
    confine()
    for line in sys.stdin:
        print(json.dumps(judged(door, line.rstrip("\n"))), flush=True)


def warm_up() -> None:
    """Everything is loaded and compiled before anything is measured: that is paid once, not by a capture."""
    for path in sorted(ROOT.glob("diagnoses/*/fires.pcap")):
        through_the_doors(_WARM_UP, ["en", "ja"], "", str(path))


def through_another_door(name: str, seconds: float, path: str) -> Found:
    """What the function MODULE:NAME says."""
    module, _, function = name.partition(":")
    found: Found = Watch(seconds).of(lambda: getattr(importlib.import_module(module), function)(path))
    return found


if __name__ == "__main__":
    main()
