"""Run folders for the tests of comparisons: a short connection, written as the lab writes it."""

import json
import struct
from hashlib import sha256
from ipaddress import ip_address

from experiments.scripted import wire

START_NS = 1_768_467_600 * 10**9  # 2026-01-15T09:00:00Z
CLIENT, SERVER = ip_address("10.0.1.1"), ip_address("10.0.2.2")
S, SA, A, PA = 0x02, 0x12, 0x10, 0x18


def segment(at, flags, *, back=False, port=40000, seq=0, ack=0, data=b"", to=12345):
    """A TCP packet as (nanoseconds after second 0, frame)."""
    ends, ports = ((SERVER, CLIENT), (to, port)) if back else ((CLIENT, SERVER), (port, to))
    envelope = wire.Envelope(*ends, 64, wire.TCP)
    packet = envelope.packet(wire.tcp_segment(envelope, ports, seq, ack, flags, 64240, b"", data))
    return round(at * 10**9), wire.ethernet_frame(b"\2" * 6, b"\4" * 6, packet)


def arp(at):
    return round(at * 10**9), b"\xff" * 6 + b"\2" * 6 + bytes.fromhex(
        "0806000108000604000102020202020a000101"
    ) + (b"\0" * 6 + SERVER.packed)


def opened(port=40000, mine=1000, theirs=5000, at=1.0, answer=0.01):
    """A handshake, and one line of the client's that the server acknowledges."""
    common = {"port": port}
    return [
        segment(at, S, seq=mine, **common),
        segment(at + answer, SA, back=True, seq=theirs, ack=mine + 1, **common),
        segment(at + answer + 0.0001, A, seq=mine + 1, ack=theirs + 1, **common),
        segment(at + 1, PA, seq=mine + 1, ack=theirs + 1, data=b"hello\n", **common),
        segment(at + 1 + answer, A, back=True, seq=theirs + 1, ack=mine + 7, **common),
    ]


def syns(times, port=40000, mine=1000):
    return [segment(at, S, seq=mine, port=port) for at in times]


def pcap(packets):
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)]
    for at, frame in packets:
        parts.append(struct.pack("<IIII", *divmod(START_NS + at, 10**9), len(frame), len(frame)) + frame)
    return b"".join(parts)


def step(name="connect", **other):
    return {
        "name": name,
        "host": "client",
        "run": "nc server 12345",
        "type": "",
        "into": "",
        "at_ns": 10**9,
        "began_ns": 10**9,
        "ended_ns": 3 * 10**9,
        "exit": 0,
        "output": "hello\n",
        "cut": False,
    } | other


def change(at_ns, before, after, port=40000, socket="s1"):
    return {
        "at_ns": at_ns,
        "host": "client",
        "socket": socket,
        "local": f"10.0.1.1:{port}",
        "remote": "10.0.2.2:12345",
        "family": 4,
        "from": before,
        "to": after,
        "program": "nc",
    }


def changes(port=40000, socket="s1"):
    return [
        change(1_000_000_000, "CLOSED", "SYN-SENT", port, socket),
        change(1_010_000_000, "SYN-SENT", "ESTAB", port, socket),
    ]


CAST = (
    '{"version": 2, "width": 100, "height": 30, "timestamp": 1768467600, "title": "client"}\n'
    '[1.0, "o", "client$ nc server 12345\\r\\n"]\n[2.001, "o", "hello\\r\\n"]\n'
)


def run(folder, packets=None, *, steps=None, sockets=None, counters=None, cast=CAST, **manifest):
    """A whole run folder; what is not said is as in every other."""
    (folder / "captures").mkdir(parents=True)
    (folder / "terminals").mkdir()
    packets = opened() if packets is None else packets
    content = pcap(packets)
    (folder / "captures/client.pcap").write_bytes(content)
    (folder / "terminals/client.cast").write_text(cast)
    said = {
        "format": 1,
        "experiment": "handshake",
        "declaration": "d" * 64,
        "parameters": {"syn_retries": 5},
        "image": "1" * 64,
        "kernel": "6.1.0-50-cloud-amd64",
        "date": "2026-01-15T09:00:00Z",
        "virtual_s": 4.0,
        "hosts": {"client": ["10.0.1.1"], "server": ["10.0.2.2"]},
        "captures": [
            {
                "vantage": "client",
                "file": "captures/client.pcap",
                "packets": len(packets),
                "sha256": sha256(content).hexdigest(),
            }
        ],
    } | manifest
    documents = {
        "run": said,
        "steps": [step()] if steps is None else steps,
        "sockets": changes() if sockets is None else sockets,
        "counters": counters or {"client": {"TcpActiveOpens": [0, 1]}},
    }
    for name, value in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n")
    return folder
