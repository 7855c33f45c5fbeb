"""The packets of a vantage in two runs: which are only in one of them, and which gaps changed."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from itertools import groupby, pairwise

from experiments.artefacts import Broken, RunFolder
from experiments.comparison.alignment import Pairs, aligned
from experiments.comparison.meaning import LONGEST, Meaning, conversation, meaning
from experiments.comparison.seen import Seen
from experiments.comparison.values import Section, section
from experiments.comparison.words import SECOND, apart_in_time, here_and_there, seconds
from packets.errors import Text

LEAST_NS = SECOND // 1000  # less is the scheduling of a guest, not the protocol
LISTED = 8  # frame numbers in a sentence
SIDES = ({"en": "here", "ja": "こちら"}, {"en": "there", "ja": "もう一方"})


class Side:
    """The packets of one run."""

    def __init__(self, packets: list[Seen], names: Mapping[str, str]) -> None:
        self.packets = packets
        self.meanings = [meaning(packet, names) for packet in packets]

    def since_first(self, at: int) -> int:
        """Nanoseconds from the first packet to another one."""
        return self.packets[at].time_ns - self.packets[0].time_ns


def traffic(vantage: str, one: RunFolder, other: RunFolder) -> Section | None:
    """What differs at a vantage; None: nothing."""
    try:
        here, there = (Side(conversation(run.capture(vantage)), _names(run)) for run in (one, other))
    except Broken as problem:
        said: list[Text] = [{"en": problem.en, "ja": problem.ja}]
    else:
        said = list(_sentences(here, there))
    return section(f"Packets at {vantage}", f"{vantage} のパケット", said)


def _names(run: RunFolder) -> dict[str, str]:
    return {address: name for name, addresses in run.manifest.hosts.items() for address in addresses}


def _sentences(here: Side, there: Side) -> Iterator[Text]:
    pairs = aligned(here.meanings, there.meanings)
    rest = [_without(side, {pair[at] for pair in pairs}) for at, side in enumerate((here, there))]
    moved = _moved(here, there, rest)
    taken = [{pair[at] for pair in moved} for at in (0, 1)]
    for side, left, gone, words in zip((here, there), rest, taken, SIDES, strict=True):
        yield from _only(side, [at for at in left if at not in gone], words)
    yield from _at_another_time(here, there, moved)
    yield from _gaps(here, there, pairs)
    if LONGEST in (len(here.packets), len(there.packets)) and (rest[0] or rest[1]):
        yield {
            "en": f"Only the first {LONGEST} packets were compared.",
            "ja": f"比較したのは最初の {LONGEST} パケットだけです。",
        }


def _without(side: Side, places: set[int]) -> list[int]:
    return [at for at in range(len(side.packets)) if at not in places]


def _moved(here: Side, there: Side, rest: list[list[int]]) -> Pairs:
    """Packets that both runs have, but in another order: two hosts sent at about the same time."""
    waiting: defaultdict[Meaning, deque[int]] = defaultdict(deque)
    for at in rest[1]:
        waiting[there.meanings[at]].append(at)
    candidates = ((at, waiting[here.meanings[at]]) for at in rest[0])
    return [(at, queue.popleft()) for at, queue in candidates if queue]


def _only(side: Side, places: list[int], words: Text) -> Iterator[Text]:
    for what, group in groupby(places, key=lambda at: side.meanings[at]):
        found = list(group)
        frames = _listed([side.packets[at].frame for at in found])
        span = " – ".join(seconds(side.since_first(at)) for at in dict.fromkeys((found[0], found[-1])))
        many = f"{len(found)} × " if len(found) > 1 else ""
        packet = "packets" if len(found) > 1 else "packet"
        yield {
            "en": f"Only {words['en']}: {many}{what} ({packet} {frames}, {span} after the first).",
            "ja": f"{words['ja']}だけにあります: {many}{what}"
            f"（パケット {frames}、最初のパケットから {span}）。",
        }


def _listed(frames: list[int]) -> str:
    if len(frames) > 2 and frames[-1] - frames[0] == len(frames) - 1:
        return f"{frames[0]}–{frames[-1]}"
    return ", ".join(map(str, frames[:LISTED])) + (", …" if len(frames) > LISTED else "")


def apart(one_ns: int, other_ns: int, least_ns: int = LEAST_NS) -> bool:
    """Whether two durations differ by more than a tenth, and by more than chance."""
    return abs(one_ns - other_ns) > max(least_ns, max(abs(one_ns), abs(other_ns)) // 10)


def _at_another_time(here: Side, there: Side, moved: Pairs) -> Iterator[Text]:
    for at, to in moved:
        times = here.since_first(at), there.since_first(to)
        if apart(*times):
            said = here_and_there(*apart_in_time(*times))
            yield {
                "en": f"{here.meanings[at]} comes at another place: {said['en']}, after the first packet.",
                "ja": f"{here.meanings[at]} の位置が異なります。最初のパケットから、{said['ja']}。",
            }


def _gaps(here: Side, there: Side, pairs: Pairs) -> Iterator[Text]:
    for (before, before_there), (at, to) in pairwise(pairs):
        gaps = (
            here.packets[at].time_ns - here.packets[before].time_ns,
            there.packets[to].time_ns - there.packets[before_there].time_ns,
        )
        if apart(*gaps):
            said = here_and_there(*apart_in_time(*gaps))
            frames = [
                f"{side.packets[first].frame} → {side.packets[last].frame}"
                for side, first, last in ((here, before, at), (there, before_there, to))
            ]
            which = here_and_there(*frames)
            span = _span(here.meanings[before], here.meanings[at])
            yield {
                "en": f"{span['en']}: {said['en']} (packets {which['en']}).",
                "ja": f"{span['ja']}: {said['ja']}（パケット番号: {which['ja']}）。",
            }


def _span(before: Meaning, after: Meaning) -> Text:
    if before == after:
        return {"en": f"Between two {before}", "ja": f"2 つの {before} の間隔"}
    return {"en": f"From {before} to {after}", "ja": f"{before} から {after} までの間隔"}
