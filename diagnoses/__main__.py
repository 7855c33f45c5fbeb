"""``python -m diagnoses CAPTURE [--json] [--lang en|ja] [--into DIR]``: read and judge a capture, without
Django.

Exit status 0: the file could be read (findings or not); 2: it could not, with one sentence on standard
error.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from packets.errors import CaptureError

PROGRESS_S = 0.25  # seconds between two progress lines


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m diagnoses", description="Read a packet capture and say what happened."
    )
    parser.add_argument("capture", type=Path, help="a pcap or pcapng file, also compressed")
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
    """Prints one JSON object a line, a few times a second; the last one of a step always."""

    def __init__(self) -> None:
        self._next, self._last_step = 0.0, ""

    def __call__(self, state: dict[str, object]) -> None:
        """Print where the analysis stands, unless it did a moment ago."""
        now = time.monotonic()
        if now >= self._next or state["step"] != self._last_step:
            self._next, self._last_step = now + PROGRESS_S, str(state["step"])
            print(json.dumps(state), flush=True)


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = arguments(argv)
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
    from diagnoses import parts, plain
    from diagnoses.case import Case
    from diagnoses.judge import judge
    from diagnoses.objects import json_pieces
    from packets.capture import read

    tell = Progress() if options.into else None
    capture = read(options.capture, tell)
    done = {"read": 1, "of": 1, "packets": len(capture.packets), "connections": len(capture.table)}
    if tell:
        tell(done | {"step": "diagnose"})
    verdicts = judge(Case(capture))
    if tell:
        tell(done | {"step": "write"})
        parts.write(options.into, capture, verdicts)
    elif options.json:
        sys.stdout.writelines(json_pieces(capture, verdicts, options.lang))
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(line + "\n" for line in plain.lines(capture, verdicts, options.lang))


if __name__ == "__main__":
    sys.exit(main())
