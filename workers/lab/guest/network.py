"""The network of an experiment: cables between hosts, with what happens on them.

A cable is two veth pairs and a place between them, in the guest's own namespace: each end's packets arrive
there, pass the rules for counted faults, and are handed to the other pair's queue (netem). So both hosts'
recorders see what a card would: the sender what it sent, the receiver what arrived.
"""

import ctypes
import fcntl
import socket
import struct
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

from workers.lab.guest.host import Host

SIOCETHTOOL = 0x8946  # linux/sockios.h
# linux/ethtool.h: checksums received and sent, scatter/gather, TSO, GSO, GRO. Off, so that captures hold what
# a cable would carry: whole checksums, and no segment larger than the MTU.
OFF = (0x15, 0x17, 0x19, 0x1F, 0x24, 0x2C)
NO_ROOM = "The network could not be built: "


class CannotBuild(Exception):
    """The plan cannot be carried out; the text is what the tool said."""


def build(plan: dict[str, Any], hosts: dict[str, Host]) -> None:
    """Cables, addresses, routes, sysctls and files, in that order."""
    cables(plan["links"], hosts)
    for host in hosts.values():
        if host.inside(partial(furnish, host.plan, plan["ipv6"])) != 0:
            raise CannotBuild(f"{NO_ROOM}host {host.name}: {last_words()}")


def cables(links: list[dict[str, Any]], hosts: dict[str, Host]) -> None:
    """The veth pairs, then queues and rules between them."""
    batch("ip", [line for link in links for line in pairs(link, hosts)])
    for link in links:
        for end in link["ends"]:
            ports_off(end["port"])
    ends = [end for link in links for end in link["ends"]]
    batch("tc", [line for end in ends for line in [*end["queue"], *marking(end)]])
    rules = "\n".join(rule for link in links for rule in link["rules"])
    if rules:
        run(["nft", "-f", "-"], rules)


def marking(end: dict[str, Any]) -> list[str]:
    """Lines of `tc -batch`: packets that a fault may be about get its bit as they come from the host."""
    if not end["marks"]:
        return []
    lines = [f"qdisc add dev {end['port']} clsact"]
    for mark in end["marks"]:
        said = run(["tcpdump", "-y", "EN10MB", "-ddd", mark["expression"]], "")
        code = ",".join(line.strip() for line in said.splitlines() if line[:1].isdigit())
        action = f"action skbedit mark {mark['bit']}/{mark['bit']} continue"
        priority = mark["bit"].bit_length()
        where = f"dev {end['port']} ingress protocol all prio {priority}"
        lines.append(f"filter add {where} bpf bytecode '{code}' {action}")
    return lines


def pairs(link: dict[str, Any], hosts: dict[str, Host]) -> list[str]:
    """Lines of `ip -batch` for one link."""
    lines = []
    for end in link["ends"]:
        peer = (
            f"name {end['interface']} address {end['mac']} mtu {link['mtu']} netns {hosts[end['host']].pid}"
        )
        lines += [
            f"link add {end['port']} mtu {max(link['mtu'], 9000)} type veth peer {peer}",
            f"link set {end['port']} up",
        ]
    return lines


def furnish(plan: dict[str, Any], ipv6: bool) -> None:
    """Inside a host: its settings, interfaces, addresses, routes and files. Problems are left in
    last_words.
    """
    try:
        if not ipv6:
            setting("net.ipv6.conf.all.disable_ipv6", "1")
            setting("net.ipv6.conf.default.disable_ipv6", "1")
        for interface in plan["interfaces"]:
            ports_off(interface["name"])
        batch("ip", plan["commands"])
        for name, value in plan["sysctl"].items():
            setting(name, value)
        for name, text in plan["files"].items():
            Path("/root", name).write_text(text, encoding="utf-8")
    except Exception as problem:
        Path("/lab/last-words").write_text(str(problem))
        raise


def last_words() -> str:
    """Why the child in furnish ended."""
    return Path("/lab/last-words").read_text()


def setting(name: str, value: str) -> None:
    """sysctl -w name=value."""
    path = Path("/proc/sys", *name.split("."))
    try:
        path.write_text(f"{value}\n")
    except OSError as problem:
        raise CannotBuild(f"sysctl {name} = {value}: {problem.strerror}") from None


def ports_off(interface: str) -> None:
    """Switches off what a network card would do for the kernel."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in OFF:
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sQ8x", interface.encode(), ctypes.addressof(value))
            fcntl.ioctl(any_socket, SIOCETHTOOL, request)


def batch(tool: str, lines: list[str]) -> None:
    """One start of ip or tc for many lines."""
    if lines:
        run([tool, "-batch", "-"], "\n".join(lines) + "\n")


def run(command: list[str], text: str) -> str:
    """Runs a tool to its end; what it says, which of a failure becomes the exception."""
    done = subprocess.run(
        command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        raise CannotBuild(f"{NO_ROOM}{command[0]}: {done.stdout.decode('utf-8', 'replace')}")
    return done.stdout.decode("utf-8", "replace")
