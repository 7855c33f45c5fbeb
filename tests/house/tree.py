"""The files of the repository, as the house rules look at them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PURE_ROOMS = ("packets", "diagnoses", "drawing")
ROOMS = ("config", "workers", "experiments", "kb", *PURE_ROOMS)
MADE = {".venv", "var", "__pycache__", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


@cache
def files() -> tuple[Path, ...]:
    """All files that are, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:  # unpacked from an archive
        found = [path for path in ROOT.rglob("*") if not MADE & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def python_files(*rooms: str) -> list[Path]:
    """Our own Python files in these rooms, without generated migrations."""
    return [
        path
        for path in files()
        if path.suffix == ".py" and place(path).split("/")[0] in rooms and "migrations" not in path.parts
    ]


def place(path: Path) -> str:
    """A file's name in the repository."""
    return path.relative_to(ROOT).as_posix()


def diagnosis_folders() -> list[Path]:
    """The folders of the diagnoses: those that have a rule, words or an article."""
    marks = {"rule.py", "words.toml", "article.en.md", "experiment.toml"}
    parents = {path.parent for path in files() if path.name in marks}
    return sorted(folder for folder in parents if folder.parent == ROOT / "diagnoses")
