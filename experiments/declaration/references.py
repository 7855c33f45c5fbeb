"""The forms of what is named elsewhere: hosts, codes of diagnoses, packets."""

from dataclasses import dataclass
from typing import Any

from experiments.declaration import filters
from experiments.declaration.forms import Schema, must_be
from experiments.declaration.mistakes import Wrong
from experiments.declaration.place import Place, no_such
from experiments.declaration.scalars import Text

HOST_PATTERN = "[a-z][a-z0-9]{0,9}"


@dataclass(frozen=True)
class HostName:
    """The name of a declared host."""

    def read(self, value: Any, here: Place) -> str:
        """The name."""
        if not isinstance(value, str):
            raise must_be(here, "the name of a host", "ホスト名", value)
        refuse_stranger(value, here)
        return value

    def schema(self) -> Schema:
        """A string; which hosts there are cannot be said here."""
        return {"type": "string", "pattern": f"^{HOST_PATTERN}$"}


@dataclass(frozen=True)
class Code:
    """The code of a diagnosis, or "*" where all are meant."""

    star: bool = False

    def read(self, value: Any, here: Place) -> str:
        """The code."""
        if not isinstance(value, str):
            raise must_be(here, "the code of a diagnosis", "診断コード", value)
        if value not in here.scope.codes and not (self.star and value == "*"):
            raise no_such(("diagnosis", "診断"), value, tuple(sorted(here.scope.codes)))
        return value

    def schema(self) -> Schema:
        """A string; diagnoses come and go, so that they are not listed."""
        return {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$|^\*$" if self.star else "^[a-z][a-z0-9_]*$"}


@dataclass(frozen=True)
class Packets:
    """A filter of packets whose hosts are declared; its text."""

    probe: bool = True  # whether "probe" can be matched

    def read(self, value: Any, here: Place) -> str:
        """The text of the filter, its placeholders replaced."""
        text = Text().read(value, here)
        parsed = filters.parse(text)
        for host in (parsed.sender, parsed.receiver):
            if host is not None:
                refuse_stranger(host, here)
        if "probe" in parsed.words and not self.probe:
            raise Wrong(
                "a link cannot tell a keepalive probe; use other words, such as 'empty' or 'ack'.",
                "リンクではキープアライブの probe を見分けられません。'empty' や 'ack' を使ってください。",
            )
        return text

    def schema(self) -> Schema:
        """A string of the words of filters."""
        words = "|".join((*filters.WORDS, "from [a-z][a-z0-9]*", "to [a-z][a-z0-9]*", "port [0-9]+"))
        return {
            "type": "string",
            "pattern": rf"^(?:{words})(?: +(?:{words}))*$|\{{",
            "examples": ["syn from client to server port 80"],
        }


def refuse_stranger(host: str, here: Place) -> None:
    """Refuse a host that is not declared; where none could be read, accept any. Raises Wrong."""
    hosts = here.scope.neighbours
    if hosts and host not in hosts:
        raise no_such(("host", "ホスト"), host, hosts)
