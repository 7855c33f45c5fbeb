"""The states that sockets went through in two runs."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from experiments.artefacts import RunFolder, StateChange
from experiments.comparison.meaning import settled
from experiments.comparison.values import Section, section
from experiments.comparison.words import here_and_there
from packets.errors import Text

ROLES: dict[str, Text] = {
    "listens": {"en": "listening socket", "ja": "待ち受けソケット"},
    "serves": {"en": "accepted socket", "ja": "受け入れ側のソケット"},
    "calls": {"en": "connecting socket", "ja": "接続側のソケット"},
}
NO_SOCKET: Text = {"en": "no socket", "ja": "ソケットなし"}


class Role(NamedTuple):
    """A socket's part, whichever port the system gave it."""

    host: str
    what: str  # of ROLES
    port: int  # the server's; 0: given by the system


States = tuple[str, ...]


def states(one: RunFolder, other: RunFolder) -> Section | None:
    """Sockets that went through other states."""
    here, there = (_sequences(run.sockets) for run in (one, other))
    said = [
        sentence
        for role in dict.fromkeys((*here, *there))
        for sentence in _sentences(role, here.get(role, Counter()), there.get(role, Counter()))
    ]
    return section("Socket states", "ソケットの状態", said)


def _sequences(changes: tuple[StateChange, ...]) -> dict[Role, Counter[States]]:
    """How many sockets of each role went through which states."""
    sockets: defaultdict[tuple[str, str], list[StateChange]] = defaultdict(list)
    for change in changes:
        sockets[change.host, change.socket].append(change)
    listening = {(change.host, change.ports[0]) for change in changes if _listens(change)}
    found: defaultdict[Role, Counter[States]] = defaultdict(Counter)
    for those in sockets.values():
        found[_role(those, listening)][_went_through(those)] += 1
    return found


def _listens(change: StateChange) -> bool:
    return "LISTEN" in (change.before, change.after)


def _role(changes: list[StateChange], listening: set[tuple[str, int]]) -> Role:
    host, (local, remote) = changes[0].host, changes[-1].ports
    if any(map(_listens, changes)):
        return Role(host, "listens", settled(local))
    if (host, local) in listening or any("SYN-RECV" in (one.before, one.after) for one in changes):
        return Role(host, "serves", settled(local))
    return Role(host, "calls", settled(remote))


def _went_through(changes: list[StateChange]) -> States:
    first = changes[0].before
    return (*(() if first == "CLOSED" else (first,)), *(change.after for change in changes))


def _sentences(role: Role, here: Counter[States], there: Counter[States]) -> Iterator[Text]:
    left, right = (here - there).elements(), (there - here).elements()
    port = f" ({role.port})" if role.port else ""
    for pair in zip_longest(left, right):
        said = here_and_there(*(" → ".join(went) if went else NO_SOCKET for went in pair))
        yield {
            "en": f"{role.host}, {ROLES[role.what]['en']}{port}: {said['en']}.",
            "ja": f"{role.host} の{ROLES[role.what]['ja']}{port}: {said['ja']}。",
        }
