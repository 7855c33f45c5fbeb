"""From a declaration to the plan that the guest's agent carries out: addresses, commands of ip, tc and nft,
times.
"""

from typing import Any

from experiments.declaration import filters
from experiments.declaration.addresses import Interface, addresses, forwards, interfaces, routes
from experiments.declaration.values import Experiment, Fault, Link, Step, Vantage
from workers.lab.expressions import expression
from workers.lab.limits import RUN_LIMITS

DAY_NS = 24 * 3600 * 10**9
LOOPBACK_MTU = 65536
SEED_LIMIT = 10_000  # packets that a queue of netem holds
HIDDEN = ("wire-{link}a", "wire-{link}b")  # the middle ends of a cable, in the guest's own namespace
TABLE = "cables"

FAULT_BAND = 24  # bits of a packet's mark below: which faults match it; above: the queue of a delayed packet


def plan(experiment: Experiment) -> dict[str, Any]:
    """The whole plan, as JSON carries it (workers/lab/guest/__main__.py reads it)."""
    ends = interfaces(experiment)
    places = {step.name: index for index, step in enumerate(experiment.steps)}
    return {
        "date_ns": int(experiment.date.timestamp()) * 10**9,
        "ipv6": experiment.ipv6,
        "names": names(experiment),
        "hosts": hosts(experiment, ends),
        "links": [cable(number, link, ends, experiment) for number, link in enumerate(experiment.links)],
        "captures": [vantage(each, ends, experiment.links) for each in experiment.captures],
        "steps": [step(each, places) for each in experiment.steps],
        "settle": experiment.settle_ns,
        "lasts": experiment.lasts_ns,
        "most_ns": DAY_NS,
        "most_output": RUN_LIMITS.terminal,
    }


def names(experiment: Experiment) -> str:
    """/etc/hosts, the same on every host: each name with the host's own addresses, one of each family."""
    lines = ["127.0.0.1 localhost"]
    for host, owned in addresses(experiment).items():
        firsts = [next((each for each in owned if (":" in each) == six), "") for six in (False, True)]
        lines += [f"{each} {host}" for each in firsts if each and not each.startswith(("127.", "::1"))]
    return "\n".join(lines) + "\n"


def hosts(experiment: Experiment, ends: dict[str, tuple[Interface, ...]]) -> list[dict[str, Any]]:
    """Each host with the commands of ip that give it addresses and routes."""
    ways = routes(experiment)
    forwarding = forwards(experiment)
    described = []
    for name, host in experiment.hosts.items():
        commands = ["link set lo up"]
        for end in ends[name]:
            commands += [f"address add {each} dev {end.name}{nodad(each)}" for each in end.addresses]
            commands.append(f"link set {end.name} up")
        commands += [f"route add {way.network} via {way.via}" for way in ways[name]]
        described.append(
            {
                "name": name,
                "interfaces": [{"name": end.name} for end in ends[name]],
                "commands": commands,
                "sysctl": forwarding_settings(name in forwarding, experiment.ipv6) | host.sysctl,
                "rules": list(host.rules),
                "files": host.files,
            }
        )
    return described


def nodad(address: str) -> str:
    """IPv6 addresses are ready at once: nobody else can have them."""
    return " nodad" if ":" in address else ""


def forwarding_settings(forwards: bool, ipv6: bool) -> dict[str, str]:
    """What makes a host a router."""
    if not forwards:
        return {}
    four = {"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.send_redirects": "0"}
    return four | ({"net.ipv6.conf.all.forwarding": "1"} if ipv6 else {})


def cable(
    number: int, link: Link, ends: dict[str, tuple[Interface, ...]], experiment: Experiment
) -> dict[str, Any]:
    """A link with both of its ends. ``queue`` of an end holds what goes to that end's host."""
    ports = [port.format(link=number + 1) for port in HIDDEN]
    return {
        "mtu": link.mtu,
        "ends": [
            {
                "host": host,
                "interface": next(end.name for end in ends[host] if end.link == number),
                "port": ports[side],
                "mac": f"02:00:00:00:{number + 1:02x}:{side + 1:02x}",
                "queue": queue(link, ports[side], link.ends[1 - side]),
                "marks": marks(link, host, addresses(experiment)),
            }
            for side, host in enumerate(link.ends)
        ],
        "rules": ruleset(number, link, ports),
    }


def queue(link: Link, port: str, sender: str) -> list[str]:
    """Lines of `tc -batch` for the packets that leave the cable by this port; none when it does nothing to
    them.
    """
    delayed = [fault for fault in link.faults if fault.sender == sender and fault.do == "delay"]
    plain = netem(link, link.delay_ns)
    if not delayed:
        return [f"qdisc add dev {port} root netem {plain}"] if plain else []
    lines = [f"qdisc add dev {port} root handle 1: prio bands {max(len(delayed) + 1, 2)} priomap{' 0' * 16}"]
    lines.append(f"qdisc add dev {port} parent 1:1 netem {plain or f'limit {SEED_LIMIT}'}")
    for band, fault in enumerate(delayed, 2):
        lines.append(f"qdisc add dev {port} parent 1:{band} netem {netem(link, link.delay_ns + fault.by_ns)}")
        handle = f"{band << FAULT_BAND:#x}/{0xFF << FAULT_BAND:#x}"
        lines.append(
            f"filter add dev {port} parent 1: protocol all prio 1 handle {handle} fw classid 1:{band}"
        )
    return lines


def netem(link: Link, delay_ns: int) -> str:
    """Options of netem(8); empty when nothing happens on the cable."""
    parts = []
    if delay_ns:
        parts.append(f"delay {delay_ns / 1000:.3f}us")
        if link.reorder_percent:
            parts.append(f"reorder {link.reorder_percent:g}%")
    if link.loss_percent:
        parts.append(f"loss random {link.loss_percent:g}%")
    if link.rate_bit:
        parts.append(f"rate {link.rate_bit}bit")
    return " ".join([f"limit {SEED_LIMIT}", *parts]) if parts else ""


def ruleset(number: int, link: Link, ports: list[str]) -> list[str]:
    """Lines of nft: what arrives at a port from its host meets the faults, and leaves by the other port."""
    lines = []
    for side, sender in enumerate(link.ends):
        chain = f"netdev {TABLE} link{number + 1}{'ab'[side]}"
        hook = f"{{ type filter hook ingress device {ports[side]} priority 0; }}"
        lines += [f"add table netdev {TABLE}", f"add chain {chain} {hook}"]
        lines += fault_rules(chain, link, sender, ports[1 - side])
        lines.append(f"add rule {chain} fwd to {ports[1 - side]}")
    return lines


def fault_rules(chain: str, link: Link, sender: str, out: str) -> list[str]:
    """One rule a fault of this direction; each counts for itself (numgen), as packets that match go by."""
    lines, band = [], 2
    for number, fault in enumerate(faults_from(link, sender)):
        action = {"drop": "drop", "duplicate": f"dup to {out}"}.get(
            fault.do, f"meta mark set meta mark & {(1 << FAULT_BAND) - 1:#x} | {band << FAULT_BAND:#x}"
        )
        band += fault.do == "delay"
        places = ", ".join(str(nth - 1) for nth in fault.nth)
        match = f"meta mark & {1 << number:#x} == {1 << number:#x}"
        lines.append(f"add rule {chain} {match} numgen inc mod 4294967295 {{ {places} }} {action}")
    return lines


def faults_from(link: Link, sender: str) -> list[Fault]:
    """The faults of one direction; the place of each is the bit of the mark that says a packet matches it."""
    return [fault for fault in link.faults if fault.sender == sender]


def marks(link: Link, sender: str, owned: dict[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    """Which packets from this end get which bit: the guest's tcpdump compiles the expressions for tc."""
    return [
        {"expression": expression(filters.parse(fault.match), owned), "bit": 1 << number}
        for number, fault in enumerate(faults_from(link, sender))
    ]


def vantage(each: Vantage, ends: dict[str, tuple[Interface, ...]], links: tuple[Link, ...]) -> dict[str, Any]:
    """Where a recorder listens, and how large packets may be there."""
    if each.neighbour == "lo":
        return {"file": each.file, "host": each.host, "interface": "lo", "mtu": LOOPBACK_MTU}
    end = next(end for end in ends[each.host] if end.neighbour == each.neighbour)
    return {"file": each.file, "host": each.host, "interface": end.name, "mtu": links[end.link].mtu}


def step(each: Step, places: dict[str, int]) -> dict[str, Any]:
    """A step; ``into`` becomes the place of the step whose terminal it types into."""
    return {
        "at": each.at_ns,
        "host": each.host,
        "run": each.run,
        "type": each.type,
        "into": places[each.into] if each.into else -1,
        "background": each.background,
    }
