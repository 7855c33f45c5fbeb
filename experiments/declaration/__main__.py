"""``python -m experiments.declaration check FILE …`` names every mistake; ``… schema`` writes the schema."""

import argparse
import sys
from pathlib import Path

from experiments.declaration.mistakes import Mistakes
from experiments.declaration.reading import read_file
from experiments.declaration.schema import FILE, schema_text


def check(path: Path, language: str = "en") -> list[str]:
    """The mistakes of a file, ``FILE:LINE: sentence`` each; none when it is good."""
    try:
        read_file(path)
    except Mistakes as found:
        return [f"{path}:{one.row}: {getattr(one, language)}" for one in found.mistakes]
    except OSError as error:
        return [f"{path}:0: {error.strerror}."]
    return []


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status: 0, or 1 when there are mistakes."""
    parser = argparse.ArgumentParser(prog="python -m experiments.declaration", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="name every mistake of declarations")
    checking.add_argument("file", nargs="+", type=Path)
    checking.add_argument("--language", choices=("en", "ja"), default="en")
    commands.add_parser("schema", help=f"write {FILE.name}")
    options = parser.parse_args(arguments)
    if options.command == "schema":
        FILE.write_text(schema_text(), encoding="utf-8")
        return 0
    found = [line for path in options.file for line in check(path, options.language)]
    print("\n".join(found) or "ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
