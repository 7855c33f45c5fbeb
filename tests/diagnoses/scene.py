"""Scenes that tests write for themselves: packets of a client, a router and a server, and what is found."""

from pathlib import Path
from typing import Any

from diagnoses import report
from experiments.scripted.__main__ import captures

_HEAD = """
name = "case"
claim.en = "x"
claim.ja = "x"
twin_is.en = "x"
twin_is.ja = "x"
twin_differs.en = "x"
twin_differs.ja = "x"
date = "2026-02-03T10:20:00Z"
vantage = "{vantage}"
[hosts.client]
address = "{client}"
hops = {client_hops}
[hosts.r1]
address = "{router}"
hops = {router_hops}
[hosts.server]
address = "{server}"
hops = {server_hops}
port = 443
"""
V4 = {"client": "192.0.2.40", "router": "203.0.113.9", "server": "198.51.100.25"}
V6 = {"client": "2001:db8:1::40", "router": "2001:db8:9::9", "server": "2001:db8:2::25"}
AT_CLIENT = {"vantage": "client", "client_hops": 0, "router_hops": 3, "server_hops": 6}
BETWEEN = {"vantage": "r1", "client_hops": 3, "router_hops": 0, "server_hops": 4}
AT_SERVER = {"vantage": "server", "client_hops": 6, "router_hops": 4, "server_hops": 0}


def found(
    tmp_path: Path,
    packets: str,
    hosts: dict[str, str] = V4,
    place: dict[str, Any] = AT_CLIENT,
    more: str = "",
) -> dict[str, Any]:
    """Findings about a scene, by code. ``more``: lines for its declaration, such as a host's words."""
    text = _HEAD.format(**hosts, **place) + more
    for name in ("fires", "stays_quiet"):
        text += f"[{name}]\nnever = ['x']\npackets = '''{packets}'''\n"
    path = tmp_path / "case" / "experiment.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    for capture, data in captures(path):
        capture.write_bytes(data)
    return {finding["code"]: finding for finding in report(path.parent / "fires.pcap")["findings"]}
