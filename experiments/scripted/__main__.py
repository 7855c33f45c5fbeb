"""``python -m experiments.scripted [FOLDER …]``: make the captures of all scenes, or of the folders named.

With ``--check`` nothing is written: the exit status is 1 when a capture differs from its declaration.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from experiments.scripted.declaration import read_scene
from experiments.scripted.mistakes import SceneError
from experiments.scripted.pcapfile import capture_bytes
from experiments.scripted.play import play

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("diagnoses/*/experiment.toml", "experiments/library/*/experiment.toml")


def declarations(root: Path = ROOT) -> list[Path]:
    """All declarations of the repository, sorted."""
    return sorted(path for place in PLACES for path in root.glob(place))


def captures(declaration: Path) -> Iterator[tuple[Path, bytes]]:
    """The captures of one declaration: where each belongs, and its bytes.

    Raises:
        SceneError: with the line of the mistake.
    """
    scene = read_scene(declaration)
    for part in scene.parts:
        try:
            content = capture_bytes(play(scene, part), part.snaplen)
        except SceneError as mistake:
            where = f"{declaration.parent.name}/{declaration.name}"
            raise SceneError(mistake.sentence, mistake.row, where) from None
        yield declaration.with_name(f"{part.name}.pcap"), content


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status: 0, 1 a capture is out of date, 2 a declaration has a mistake."""
    parser = argparse.ArgumentParser(prog="python -m experiments.scripted", description=__doc__)
    parser.add_argument("folder", nargs="*", type=Path, help="folder with an experiment.toml (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with what is there")
    options = parser.parse_args(arguments)
    chosen = [folder / "experiment.toml" for folder in options.folder] or declarations()
    try:
        made = [one for declaration in chosen for one in captures(declaration)]
    except (SceneError, OSError) as mistake:
        print(mistake, file=sys.stderr)
        return 2
    stale = [(path, content) for path, content in made if not path.exists() or path.read_bytes() != content]
    for path, content in stale:
        print(f"{'differs' if options.check else 'made'}: {path}")
        if not options.check:
            path.write_bytes(content)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
