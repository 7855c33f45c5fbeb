"""Links and pictures of a text that came, to where they are here. Code stays as it is."""

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

from kb.importing.texts import FENCE

# What stands in the round brackets of a link or picture, and where a reference says its address.
TARGET = re.compile(r'(\]\([ \t]*)(<[^<>\n]*>|[^\s()<>]+)((?:[ \t]+"[^"\n]*")?[ \t]*\))')
REFERENCE = re.compile(r"(?m)^( {0,3}\[[^\]\n^]+\]:[ \t]*)(<[^<>\n]*>|\S+)()")
CAPTURE = re.compile(r"(::capture[ \t]+|/captures/)([a-z2-7]{16})\b")
Where = Callable[[str], str | None]  # an address in the text → the one here; None: it stays


def rewritten(body: str, where: Where, captures: dict[str, str]) -> str:
    """The text with its addresses by `where`, and with the captures' new names."""
    made, fence = [], ""
    for line in body.split("\n"):
        mark = FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            made.append(_line(line, where, captures))
            continue
        made.append(line)
    return "\n".join(made)


def _line(line: str, where: Where, captures: dict[str, str]) -> str:
    def target(found: re.Match[str]) -> str:
        here = where(found[2].strip("<>"))
        return found[0] if here is None else found[1] + here + found[3]

    line = REFERENCE.sub(target, TARGET.sub(target, line))
    return CAPTURE.sub(lambda found: found[1] + captures.get(found[2], found[2]), line)


def is_relative(address: str) -> bool:
    """Whether it names a file beside the text."""
    return bool(address) and not address.startswith(("/", "#", "?")) and not re.match(r"[\w.+-]+:", address)


def beside(name: str, address: str) -> tuple[str, str]:
    """The file that a text of that name means by an address, and the fragment (`#…`) behind it."""
    path, mark, fragment = address.partition("#")
    folder = posixpath.dirname(name)
    return posixpath.normpath(posixpath.join(folder, unquote(path.partition("?")[0]))), mark + fragment
