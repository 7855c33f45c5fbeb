"""Expectations of packets: how many, in which order, at what distance, with which TTL."""

from typing import Any

from experiments.declaration.filters import parse
from experiments.verdicts.matching import Rows, matching
from experiments.verdicts.showing import SECOND, counted, frames, quoted, times, within
from experiments.verdicts.values import Case, Seen

NOTHING = ("No packet matches.", "該当するパケットはありません。")


def _matching(case: Case, said: dict[str, Any]) -> Rows:
    return matching(case.run, said["at"], parse(said["filter"]))


def _numbers(rows: Rows) -> tuple[int, ...]:
    return tuple(rows["frame"].tolist())


def _found(numbers: tuple[int, ...]) -> tuple[str, str]:
    if not numbers:
        return NOTHING
    en, ja = frames(numbers)
    return f"{counted(len(numbers), 'packet')}: {en}.", f"{len(numbers)} 個のパケット: {ja}。"


def packets(case: Case, said: dict[str, Any]) -> Seen:
    """So many packets match."""
    numbers = _numbers(_matching(case, said))
    return Seen(within(len(numbers), said["count"]), *_found(numbers), {said["at"]: numbers})


def no_packets(case: Case, said: dict[str, Any]) -> Seen:
    """No packet matches."""
    numbers = _numbers(_matching(case, said))
    return Seen(not numbers, *_found(numbers), {said["at"]: numbers} if numbers else {})


def order(case: Case, said: dict[str, Any]) -> Seen:
    """Each filter matches a packet after the one before. The earliest possible packet is taken each time,
    so that an order is found wherever there is one.
    """
    taken: list[int] = []
    for text in said["filters"]:
        numbers = _numbers(matching(case.run, said["at"], parse(text)))
        later = [number for number in numbers if not taken or number > taken[-1]]
        if not later:
            return _missing(text, tuple(taken), said["at"])
        taken.append(later[0])
    en, ja = frames(taken)
    return Seen(len(taken) > 0, f"In this order: {en}.", f"この順です: {ja}。", {said["at"]: tuple(taken)})


def _missing(text: str, taken: tuple[int, ...], at: str) -> Seen:
    wanted = quoted(text)
    if not taken:
        return Seen(False, f"No packet matches {wanted}.", f"{wanted} に該当するパケットはありません。")
    en, ja = frames(taken[-1:])
    return Seen(
        False,
        f"After {en} no packet matches {wanted}.",
        f"{ja} より後に、{wanted} に該当するパケットはありません。",
        {at: taken},
    )


def gaps(case: Case, said: dict[str, Any]) -> Seen:
    """The times between consecutive packets that match are these, and no others."""
    rows = _matching(case, said)
    numbers = _numbers(rows)
    found = [int(gap) for gap in (rows["time_ns"][1:] - rows["time_ns"][:-1]).tolist()]
    wanted, share = said["seconds"], said["tolerance_percent"] / 100
    near = [_near(gap, second * SECOND, share) for gap, second in zip(found, wanted, strict=False)]
    held = len(found) == len(wanted) > 0 and all(near)
    return Seen(held, *_gaps(found, numbers), {said["at"]: numbers} if numbers else {})


def _near(gap: int, wanted: float, share: float) -> bool:
    return abs(gap - wanted) <= wanted * share + 0.5  # half a nanosecond: what a decimal may be off


def _gaps(found: list[int], numbers: tuple[int, ...]) -> tuple[str, str]:
    if not found:
        en, ja = _found(numbers)
        return f"There is no gap. {en}", f"間隔がありません。{ja}"
    (en, ja), (where, where_ja) = times(found), frames(numbers)
    return (
        f"{counted(len(found), 'gap')}: {en} ({where}).",
        f"{len(found)} 個の間隔: {ja} ({where_ja})。",
    )


def ttl(case: Case, said: dict[str, Any]) -> Seen:
    """All packets that match, and at least one, arrived with this TTL. Only IP has one."""
    rows = _matching(case, said)
    other = rows[(rows["ttl"] != said["equals"]) | ~_has_ttl(rows)]
    numbers, others = _numbers(rows), _numbers(other)
    if not numbers:
        return Seen(False, *NOTHING)
    if not others:
        en, ja = frames(numbers)
        value = int(said["equals"])
        return Seen(True, f"TTL {value}: {en}.", f"TTL {value}: {ja}。", {said["at"]: numbers})
    return Seen(False, *_other(other, len(numbers)), {said["at"]: others})


def _has_ttl(rows: Rows) -> Any:
    return (rows["protocol"] != 0) | (rows["ttl"] != 0)


def _other(other: Rows, of: int) -> tuple[str, str]:
    values = sorted(set(other[_has_ttl(other)]["ttl"].tolist()))
    shown = ", ".join(map(str, values[:8])) + (", …" if len(values) > 8 else "")
    (en, ja), (none_en, none_ja) = frames(_numbers(other)), ("no TTL at all", "TTL なし")
    return (
        f"{len(other)} of {counted(of, 'packet')} with {'TTL ' + shown if shown else none_en}: {en}.",
        f"{of} 個中 {len(other)} 個が {'TTL ' + shown if shown else none_ja}: {ja}。",
    )
