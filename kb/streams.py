"""Reading JSON that is not trusted: bounded, and made of what a database can hold."""

import json
import stat
from pathlib import Path
from typing import Any

LARGEST = 64 << 20  # bytes of a file that is read whole
LARGEST_ITEM = 4 << 20  # characters of one item of a list
CHUNK = 1 << 16  # characters


class TooMuch(Exception):
    """More than anybody would write in good faith."""


def only_plain_files(folder: Path) -> None:
    """Raises ValueError when there is anything but files of its own in the folder.

    A link, soft or hard, could make a page show a file of ours as part of a report; a pipe would never end.
    """
    for path in folder.iterdir():
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise ValueError(f"{path.name!r} is no plain file")


def read_object(path: Path, kind: type = dict) -> Any:
    """The file's one object (or list). Raises ValueError for something else, TooMuch when it is huge."""
    if path.stat().st_size > LARGEST:
        raise TooMuch(f"{path.name} is too large")
    value = cleaned(json.loads(path.read_bytes(), parse_constant=lambda name: None))
    if not isinstance(value, kind):
        raise ValueError(f"{path.name} does not hold a {kind.__name__}")
    return value


def first_items(path: Path, count: int) -> list[Any]:
    """The first `count` items of the file's list; the rest of the file is not read."""
    decoder = json.JSONDecoder(parse_constant=lambda name: None)
    items: list[Any] = []
    with open(path, encoding="utf-8") as file:
        text = file.read(CHUNK).lstrip()
        if not text.startswith("["):
            raise ValueError(f"{path.name} does not hold a list")
        text = text[1:]
        while len(items) < count:
            text = text.lstrip(" \t\r\n,")
            if text.startswith("]"):
                break
            try:
                item, length = decoder.raw_decode(text)
            except ValueError:
                text = longer(text, file.read(max(CHUNK, len(text))), path)
                continue
            items.append(cleaned(item))
            text = text[length:]
    return items


def longer(text: str, more: str, path: Path) -> str:
    """The text and what follows it in the file. Raises ValueError at the file's end."""
    if not more:
        raise ValueError(f"{path.name} ends early")
    if len(text) > LARGEST_ITEM:
        raise TooMuch(f"{path.name} has an item that is too large")
    return text + more


def cleaned(value: Any) -> Any:
    """The value without NUL and lone surrogates, which PostgreSQL's jsonb refuses."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    return value
