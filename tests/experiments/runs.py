"""Small run folders, for the tests."""

import hashlib
import json
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from experiments.artefacts import RunFolder, read
from experiments.declaration.values import Expectation, Experiment
from experiments.scripted.wire import Envelope, ethernet_frame, icmp_message, tcp_segment, udp_datagram
from experiments.verdicts import Verdict, judge

DATE = datetime(2026, 1, 15, 9, tzinfo=UTC)
CLIENT, SERVER = "10.0.1.1", "10.0.1.2"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MACS = {CLIENT: b"\2\0\0\0\0\1", SERVER: b"\2\0\0\0\0\2"}
SECOND = 10**9


@dataclass(frozen=True)
class Frame:
    at_s: float
    data: bytes


def envelope(source, protocol, ttl=64):
    target = SERVER if source == CLIENT else CLIENT
    return Envelope(IPv4Address(source), IPv4Address(target), ttl, protocol)


def on_wire(at_s, head, body):
    packet = head.packet(body)
    macs = MACS[str(head.source)], MACS[str(head.target)]
    return Frame(at_s, ethernet_frame(*macs, packet))


def tcp(at_s, source, flags, seq, ack=0, payload=b"", ttl=64, port=80):
    ports = (40000, port) if source == CLIENT else (port, 40000)
    head = envelope(source, 6, ttl)
    return on_wire(at_s, head, tcp_segment(head, ports, seq, ack, flags, 64240, b"", payload))


def udp(at_s, source, payload):
    head = envelope(source, 17)
    return on_wire(at_s, head, udp_datagram(head, (40000, 53), payload))


def ping(at_s, source):
    head = envelope(source, 1)
    return on_wire(at_s, head, icmp_message(head, 8, 0, b"\0\1\0\1", b"12345678"))


def unreachable(at_s, source, quoted):
    head = envelope(source, 1)
    return on_wire(at_s, head, icmp_message(head, 3, 13, b"\0\0\0\0", quoted.data[14:42]))


def arp(at_s, source):
    target = SERVER if source == CLIENT else CLIENT
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + MACS[source] + IPv4Address(source).packed
    return Frame(
        at_s,
        b"\xff" * 6 + MACS[source] + b"\x08\x06" + body + b"\0" * 6 + IPv4Address(target).packed,
    )


def pcap(frames):
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)]
    start = int(DATE.timestamp()) * SECOND
    for frame in frames:
        times = divmod(start + round(frame.at_s * SECOND), SECOND)
        parts.append(struct.pack("<IIII", *times, len(frame.data), len(frame.data)) + frame.data)
    return b"".join(parts)


# A conversation with everything: a SYN that is repeated, data, a keepalive, a close.
TALK = (
    arp(0.9, CLIENT),
    tcp(1, CLIENT, SYN, 1000),
    tcp(2, CLIENT, SYN, 1000),
    tcp(4.02, CLIENT, SYN, 1000),
    tcp(4.03, SERVER, SYN | ACK, 5000, 1001, ttl=63),
    tcp(4.04, CLIENT, ACK, 1001, 5001),
    tcp(5, CLIENT, PSH | ACK, 1001, 5001, b"hello"),
    tcp(5.01, SERVER, ACK, 5001, 1006, ttl=63),
    tcp(30, CLIENT, ACK, 1005, 5001),
    tcp(30.01, SERVER, ACK, 5001, 1006, ttl=63),
    tcp(40, CLIENT, FIN | ACK, 1006, 5001),
    tcp(40.01, SERVER, RST, 5001, ttl=62),
    udp(41, CLIENT, b"question"),
    ping(42, CLIENT),
)

STEP = {
    "name": "connect", "host": "client", "run": "telnet server 80", "type": "", "into": "", "at_ns": 0,
    "began_ns": 10**6, "ended_ns": 63 * SECOND, "exit": 1,
    "output": "Trying 10.0.1.2...\ntelnet: \x1b[31mETIMEDOUT\u202e\n", "cut": False,
}  # fmt: skip
TYPED = STEP | {
    "name": "typed", "run": "", "type": "x\n", "into": "connect", "began_ns": None, "ended_ns": None,
    "exit": None, "output": "",
}  # fmt: skip


def change(at_s, before, after, socket="s1", host="client", local="10.0.1.1:40000", remote="10.0.1.2:80"):
    return {
        "at_ns": round(at_s * SECOND), "host": host, "socket": socket, "local": local, "remote": remote,
        "family": 4, "from": before, "to": after, "program": "telnet",
    }  # fmt: skip


SOCKETS = [
    change(1, "CLOSED", "SYN-SENT"),
    change(4.03, "SYN-SENT", "ESTAB"),
    change(40, "ESTAB", "FIN-WAIT-1"),
    change(40.01, "FIN-WAIT-1", "CLOSED"),
]


def manifest(captures, **other):
    """run.json; ``captures``: bytes by vantage."""
    told = [
        {
            "vantage": name,
            "file": f"captures/{name.replace(':', '-')}.pcap",
            "packets": packets,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for name, (packets, data) in captures.items()
    ]
    return {
        "format": 1,
        "experiment": "test",
        "declaration": "0" * 64,
        "parameters": {},
        "image": "1" * 64,
        "kernel": "6.1.0-56-cloud-amd64",
        "date": "2026-01-15T09:00:00Z",
        "virtual_s": 70.5,
        "hosts": {"client": [CLIENT], "server": [SERVER]},
        "captures": told,
    } | other


def write_run(folder: Path, frames=TALK, *, steps=None, sockets=None, counters=None, **other) -> Path:
    """A run folder with one capture, at the client."""
    data = pcap(frames)
    (folder / "captures").mkdir(parents=True)
    (folder / "terminals").mkdir()
    (folder / "captures/client.pcap").write_bytes(data)
    (folder / "terminals/client.cast").write_text('{"version": 2}\n')
    written = {
        "run": manifest({"client": (len(frames), data)}, **other),
        "steps": [STEP, TYPED] if steps is None else steps,
        "sockets": SOCKETS if sockets is None else sockets,
        "counters": {"client": {"TcpRetransSegs": [3, 5]}} if counters is None else counters,
    }
    for name, value in written.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return folder


def run_of(folder: Path, frames=TALK, **other) -> RunFolder:
    return read(write_run(folder / "run", frames, **other))


FINDING = {
    "code": "syn_unanswered", "severity": "error", "frames": [2, 3],
    "numbers": {"syn_retransmissions": 2, "gaps_s": [1.0, 2.02], "who": "client", "sure": True,
        "lasted_s": 3.5},
}  # fmt: skip
NOTE = {"code": "checksum_offload", "severity": "note", "frames": [], "numbers": {}}
REPORTS = {"client": {"capture": {"quality": [NOTE]}, "findings": [FINDING]}}


def verdict_on(run: RunFolder, kind: str, reports=REPORTS, kernel="", says=None, **arguments) -> Verdict:
    expectation = Expectation(kind, arguments, kernel, says or {}, 7)
    return judge(experiment(expectation), run, reports)[0]


def experiment(*expectations: Expectation) -> Experiment:
    text = {"en": "x", "ja": "x"}
    return Experiment("test", text, text, DATE, {}, (), (), (), expectations)
