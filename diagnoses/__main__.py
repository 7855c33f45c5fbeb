"""``python -m diagnoses [--beside OTHER] CAPTURE [--json] [--lang en|ja] [--into DIR]``: read and judge a
capture, without Django; with ``--beside`` also compare it with another one of the same event.

Exit status 0: the file could be read (findings or not); 2: it could not, with one sentence on standard
error.
"""

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from packets.errors import CaptureError

if TYPE_CHECKING:
    from diagnoses import two_points
    from diagnoses.judge import Verdicts
    from packets.capture import Capture

# NumPy's linear algebra is not used, and its idle threads would burn time. Read when NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
PROGRESS_S = 0.25  # seconds between two progress lines


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m diagnoses", description="Read a packet capture and say what happened."
    )
    parser.add_argument("capture", type=Path, help="a pcap or pcapng file, also compressed")
    parser.add_argument(
        "--beside", type=Path, metavar="OTHER", help="another capture of the same event, from another point"
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.add_argument(
        "--lang", choices=("en", "ja"), default="en", help="language of the sentences (default: en)"
    )
    parser.add_argument(
        "--into",
        type=Path,
        metavar="DIR",
        help="write the report's pieces into DIR, and progress lines to standard output",
    )
    return parser.parse_args(argv)


class Progress:
    """Tells now and then how far the reading is, and what the recording shows; of connections at the end."""

    def __init__(self, show: Callable[[dict[str, object]], None]) -> None:
        self._show, self._next, self._last_step = show, time.monotonic() + PROGRESS_S, "read"

    def __call__(self, step: str, capture: "Capture") -> None:
        """Tell, unless it was told a moment ago; the beginning of a step always."""
        if time.monotonic() < self._next and step == self._last_step:
            return
        self._last_step = step
        self._show(
            {
                "step": step,
                "read": capture.bytes_read,
                "of": capture.size,
                "packets": capture.packet_count,
                "connections": capture.connections,
                "quality": provisional(capture),
            }
        )
        self._next = time.monotonic() + PROGRESS_S


def provisional(capture: "Capture") -> list[str]:
    """Codes about the recording that hold for what was read so far."""
    from diagnoses.case import Case
    from diagnoses.registry import QUALITY

    case = Case(capture)
    return [rule.CODE for rule in QUALITY if all(holds(case) for holds in rule.CONDITIONS)]


def as_line(state: dict[str, object]) -> None:
    """One JSON object a line, for the program that watches."""
    print(json.dumps(state), flush=True)


def on_terminal(lang: str) -> Callable[[dict[str, object]], None]:
    """One line that is written over, for a person who waits."""

    def show(state: dict[str, object]) -> None:
        words = _WAITING[lang].format(**state)
        quality = ", ".join(cast(list[str], state["quality"]))
        line = words + (f" ({_PROVISIONAL[lang]}: {quality})" if quality else "")
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    return show


_WAITING = {
    "en": "{packets:,} packets, {connections:,} connections read",
    "ja": "{packets:,} パケット、{connections:,} 接続を読み取りました",
}
_PROVISIONAL = {"en": "provisional", "ja": "暫定"}


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = arguments(argv)
    gc.freeze()  # what was imported lives to the end: looking through it again and again costs time
    try:
        run(options)
    except CaptureError as refused:
        if options.into:
            (options.into / "refused.json").write_text(json.dumps(refused.text, ensure_ascii=False), "utf-8")
        print(refused.text[options.lang], file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def run(options: argparse.Namespace) -> None:
    """Read, judge and write."""
    from diagnoses.case import Case
    from diagnoses.judge import judge

    tell = watcher(options)
    capture, comparison = captures(options, tell)
    if tell:
        tell("diagnose", capture)
    verdicts = judge(Case(capture))
    if options.into:
        from diagnoses import parts

        Progress(as_line)("write", capture)
        parts.write(options.into, capture, verdicts, comparison)
        return
    if tell:
        sys.stderr.write("\r\x1b[K")
    sys.stdout.writelines(said(options, capture, verdicts, comparison))


def captures(
    options: argparse.Namespace, tell: Progress | None
) -> "tuple[Capture, two_points.Comparison | None]":
    """The capture, and how it compares with the other one. A refusal says which file it is about."""
    from packets.capture import read

    if not options.beside:
        return read(options.capture, tell), None
    from diagnoses import two_points

    capture, other = (two_points.read_named(path, tell) for path in (options.capture, options.beside))
    return capture, two_points.compare(capture, other)


def said(
    options: argparse.Namespace,
    capture: "Capture",
    verdicts: "Verdicts",
    comparison: "two_points.Comparison | None" = None,
) -> Iterator[str]:
    """The report as it is printed, piece by piece."""
    if options.json:
        from diagnoses.objects import json_pieces

        yield from json_pieces(capture, verdicts, options.lang, comparison)
        yield "\n"
    else:
        from diagnoses import plain

        yield from (line + "\n" for line in plain.lines(capture, verdicts, options.lang))
        if comparison:
            from diagnoses.two_points import plain as beside

            yield from (line + "\n" for line in beside.lines(comparison, options.lang))


def watcher(options: argparse.Namespace) -> Progress | None:
    """Who wants to know how far it is: the program that gave a folder, or the person at a terminal."""
    if options.into:
        return Progress(as_line)
    return Progress(on_terminal(options.lang)) if sys.stderr.isatty() else None


if __name__ == "__main__":
    sys.exit(main())
