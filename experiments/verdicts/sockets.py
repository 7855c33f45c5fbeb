"""Expectations of the states of TCP sockets."""

from collections.abc import Sequence
from typing import Any

from experiments.artefacts import Broken, StateChange
from experiments.verdicts.showing import MANY, SECOND, seconds
from experiments.verdicts.values import Case, Seen

Changes = Sequence[StateChange]
END = "CLOSED"


def _histories(case: Case, host: str) -> list[Changes]:
    """The changes of each socket of a host, in the order of time."""
    if host not in case.run.manifest.hosts:
        raise Broken(f"There is no host {host} in this run.", f"この実行に {host} というホストはありません。")
    found: dict[str, list[StateChange]] = {}
    for change in case.run.sockets:
        if change.host == host:
            found.setdefault(change.socket, []).append(change)
    return list(found.values())


def socket(case: Case, said: dict[str, Any]) -> Seen:
    """A socket is in this state at that time; ``none``: there is no such socket."""
    at_ns = said["at_ns"]
    en, ja = seconds(at_ns)
    if at_ns > case.run.manifest.virtual_s * SECOND:
        return Seen(False, f"The run ended before {en}.", f"実行は {ja}より前に終わっています。")
    then = [change for changes in _histories(case, said["on"]) if (change := _last(changes, at_ns))]
    fitting = [one for one in then if one.after == said["state"] and _has(one, said.get("port"))]
    found = bool(fitting)
    alive = [one for one in then if one.after != END]
    sockets = _named(fitting or alive, "")
    if not sockets:
        return Seen(
            bool(said.get("none")),
            f"At {en} there is no socket at {said['on']}.",
            f"{ja}の時点で {said['on']} にソケットはありません。",
        )
    held = found != bool(said.get("none"))
    return Seen(held, f"At {en}: {sockets}.", f"{ja}の時点: {sockets}。")


def _last(changes: Changes, at_ns: int) -> StateChange | None:
    before = [change for change in changes if change.at_ns <= at_ns]
    return before[-1] if before else None


def _has(change: StateChange, port: int | None) -> bool:
    return port is None or port in change.ports


def _named(changes: Changes, none: str) -> str:
    some = [f"{one.local} → {one.remote} {one.after}" for one in changes[:MANY]]
    return ", ".join(some + ["…"] * (len(changes) > MANY)) or none


def path(changes: Changes) -> list[str]:
    """All states of a socket in their order; CLOSED, in which each begins, is not counted. Where a change
    begins in another state than the one before ended, that state is told too.
    """
    states: list[str] = []
    for change in changes:
        if change.before != (states[-1] if states else END):
            states.append(change.before)
        states.append(change.after)
    return states


def states(case: Case, said: dict[str, Any]) -> Seen:
    """One socket goes through exactly this sequence of states."""
    wanted = list(said["sequence"])
    port = said.get("port")
    looked_at = [
        changes for changes in _histories(case, said["on"]) if any(_has(change, port) for change in changes)
    ]
    fitting = [changes for changes in looked_at if wanted and _path(changes, wanted) == wanted]
    shown = fitting[:1] or looked_at
    if not shown:
        return Seen(
            False,
            f"There is no such socket at {said['on']}.",
            f"{said['on']} に該当するソケットはありません。",
        )
    told = "; ".join([_told(changes) for changes in shown[:MANY]] + ["…"] * (len(shown) > MANY))
    return Seen(bool(fitting), f"{told}.", f"{told}。")


def _path(changes: Changes, wanted: list[str]) -> list[str]:
    found = path(changes)
    return found[:-1] if found[-1] == END and wanted[-1] != END else found


def _told(changes: Changes) -> str:
    first, last = changes[0], changes[-1]
    remote = next((one.remote for one in changes if not one.remote.endswith(":0")), last.remote)
    steps = path(changes)
    some = steps[:16] + ["…"] * (len(steps) > 16)
    return f"{first.local} → {remote}: {', '.join(some)}"
