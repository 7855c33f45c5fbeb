"""What an export says of itself (kb/bundle.py), read as a stranger's words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.importing.files import File, Unreadable
from kb.models.language import Language
from kb.streams import cleaned

NAME = "manifest.json"
LARGEST = 64 << 20  # bytes
UID = re.compile("[a-z2-7]{16}")


@dataclass(frozen=True)
class Manifest:
    """Empty where what came is no export. `root`: the folder in which it lies, with its slash."""

    root: str = ""
    there: bool = False
    originals: Mapping[str, str] = field(default_factory=dict)  # slug → language
    pictures: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # uid → label, slug of its article
    captures: Mapping[str, str] = field(default_factory=dict)  # uid → label

    def inside(self, name: str) -> str:
        """A file's name as the export has it."""
        return name.removeprefix(self.root)


def read(files: Mapping[str, File]) -> Manifest:
    """The manifest at the top, or one folder below it; an empty one where there is none."""
    names = [name for name in files if name == NAME or (name.count("/") == 1 and name.endswith(f"/{NAME}"))]
    if len(names) != 1 or files[names[0]].size > LARGEST:
        return Manifest()
    try:
        told = cleaned(json.loads(files[names[0]].read(), parse_constant=lambda name: None))
    except (Unreadable, ValueError, RecursionError):
        return Manifest()
    if not isinstance(told, dict) or "format" not in told:
        return Manifest()
    return Manifest(
        root=names[0].removesuffix(NAME),
        there=True,
        originals={
            slug: one["original"]
            for slug, one in objects(told, "articles")
            if one.get("original") in Language.values
        },
        pictures={
            uid: (word(one, "name"), word(one, "article"))
            for name, one in objects(told, "attachments")
            if UID.fullmatch(uid := name.partition(".")[0])
        },
        captures={uid: word(one, "name") for uid, one in objects(told, "captures") if UID.fullmatch(uid)},
    )


def objects(told: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    """The objects in that object, by their names."""
    found = told.get(name)
    pairs = found.items() if isinstance(found, dict) else ()
    return [(key, one) for key, one in pairs if isinstance(one, dict)]


def word(told: dict[str, Any], name: str) -> str:
    """A label of it."""
    return str(told.get(name, ""))[:255]
