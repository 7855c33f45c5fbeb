"""[[links]]: cables, and what they do to packets."""

from typing import Any

from experiments.declaration import limits
from experiments.declaration.forms import Key, ListOf, Said, Table, few_enough
from experiments.declaration.network import Ends, neighbours_on
from experiments.declaration.place import Place
from experiments.declaration.references import HostName, Packets
from experiments.declaration.scalars import DURATION, PERCENT, RATE, OneOf, Whole
from experiments.declaration.shown import listed
from experiments.declaration.values import Fault, Link

LEAST_MTU, LEAST_MTU6, MOST_MTU = 68, 1280, 65535  # RFC 791, RFC 8200, veth
PACKETS = 10**6  # the last packet that can be counted out

FAULT = Table(
    {
        "from": Key(HostName(), "The host that sends the packets, an end of the link.", needed=True),
        "to": Key(HostName(), "The host at the other end, where the path has two links at 'from'."),
        "match": Key(Packets(probe=False), "Which of its packets are counted: a filter.", needed=True),
        "nth": Key(
            ListOf(Whole(1, PACKETS), limits.NTH, ("numbers", "番号"), least=1, unique=True),
            "Which of the counted packets are meant, from 1.",
            needed=True,
        ),
        "do": Key(OneOf(("drop", "delay", "duplicate")), "What happens to them.", needed=True),
        "by": Key(DURATION, 'For do = "delay": so much longer than the link\'s own delay.'),
    }
)

LINK = Table(
    {
        "path": Key(
            ListOf(HostName(), limits.HOSTS, ("hosts", "ホスト"), least=2, unique=True),
            "Hosts in a row; one link between each two neighbours, all with these properties.",
            needed=True,
        ),
        "delay": Key(DURATION, "One way, in both directions."),
        "loss": Key(PERCENT, "Share of packets that are lost at random, from a fixed seed."),
        "reorder": Key(PERCENT, "Share of packets that are sent without the delay."),
        "rate": Key(RATE, "Bits a second."),
        "mtu": Key(Whole(LEAST_MTU, MOST_MTU), "The largest packet in bytes; 1500 when nothing is said."),
        "faults": Key(
            ListOf(FAULT, limits.FAULTS, ("faults", "障害")), "What is done to single packets, counted out."
        ),
    }
)
LINKS = ListOf(LINK, limits.LINKS, ("links", "リンク"))


def links(entries: list[Said], here: Place, ipv6: bool) -> list[Link]:
    """All links, in the order of the file; what is wrong is reported."""
    made: list[Link] = []
    for said in entries:
        path = said.get("path", [])
        faults = _faults(said.get("faults", []), path)
        _check(said, ipv6)
        for ends in neighbours_on(path):
            if any(set(link.ends) == set(ends) for link in made):
                said.wrong("path", *_linked_twice(ends))
            made.append(_link(said, ends, tuple(fault for fault in faults if _on(fault, ends))))
    few_enough(len(made), limits.LINKS, ("links", "リンク"), here.at("links"))
    return made


def _link(said: Said, ends: Ends, faults: tuple[Fault, ...]) -> Link:
    return Link(
        ends,
        said.get("delay", 0),
        said.get("loss", 0.0),
        said.get("reorder", 0.0),
        said.get("rate", 0),
        said.get("mtu", 1500),
        faults,
    )


def _check(said: Said, ipv6: bool) -> None:
    delayed = said.get("delay", said.here.holds("delay"))  # a wrong one is reported as such
    if said.get("reorder") and not delayed:
        said.wrong(
            "reorder",
            "'reorder' sends packets without the delay, so the link needs a 'delay'.",
            "'reorder' は一部のパケットを遅延なしで送るため、リンクに 'delay' が必要です。",
        )
    if ipv6 and said.get("mtu", LEAST_MTU6) < LEAST_MTU6:
        said.wrong(
            "mtu",
            f"IPv6 needs an mtu of at least {LEAST_MTU6}.",
            f"IPv6 には {LEAST_MTU6} 以上の mtu が必要です。",
        )


def _linked_twice(ends: Ends) -> tuple[str, str]:
    return (
        f"{ends[0]} and {ends[1]} are linked already; two hosts have one link.",
        f"{ends[0]} と {ends[1]} はすでにつながっています。2 つのホストの間のリンクは 1 本です。",
    )


def _on(fault: Fault, ends: Ends) -> bool:
    return {fault.sender, fault.receiver} == set(ends)


def _faults(entries: list[Said], path: list[str]) -> list[Fault]:
    made = []
    for said in entries:
        receiver = _receiver(said, path)
        by = _by(said)
        if receiver and said.has("match", "nth", "do"):
            nth = tuple(sorted(said["nth"]))
            made.append(Fault(said["from"], receiver, said["match"], nth, said["do"], by))
    return made


def _by(said: Said) -> int:
    by: Any = said.get("by")
    if said.get("do") == "delay" and "by" not in said and not said.here.holds("by"):
        said.wrong(
            "do",
            'do = "delay" needs to know by how much, such as by = "30ms".',
            'do = "delay" には by = "30ms" のように遅らせる時間が必要です。',
        )
    if by is not None and said.get("do") in ("drop", "duplicate"):
        said.wrong("by", "'by' belongs to do = \"delay\".", "'by' は do = \"delay\" のときだけ使います。")
    return by or 0


def _receiver(said: Said, path: list[str]) -> str:
    """The other end of the link that is meant; empty when it cannot be told, which is reported."""
    if "from" not in said or not path or ("to" not in said and said.here.holds("to")):
        return ""
    sender = said["from"]
    ends = [host for pair in neighbours_on(path) if sender in pair for host in pair if host != sender]
    receiver = said.get("to") or (ends[0] if len(ends) == 1 else "")
    if receiver in ends:
        return str(receiver)
    (en, ja), (all_en, all_ja) = listed(ends), listed(path)
    if not ends:
        said.wrong(
            "from",
            f"{sender} is no end of these links; there are {all_en}.",
            f"{sender} はこのリンクの端ではありません。あるのは {all_ja} です。",
        )
    elif receiver:
        said.wrong(
            "to",
            f"no link of this path leads from {sender} to {receiver}; there are links to {en}.",
            f"この経路に {sender} から {receiver} へのリンクはありません。つながっているのは {ja} です。",
        )
    else:
        said.wrong(
            "from",
            f"{sender} has links to {en} here; say which with 'to'.",
            f"{sender} にはここで {ja} へのリンクがあります。'to' でどちらかを指定してください。",
        )
    return ""
