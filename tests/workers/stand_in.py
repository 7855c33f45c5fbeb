"""Does what the capture says; see tests/workers/rigged.py. Needs the standard library and NumPy only."""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

capture, into = Path(sys.argv[1]), Path(sys.argv[3])
orders = json.loads(capture.read_bytes() or b'{"do": "refuse"}')


def say(**progress):
    print(json.dumps(progress), flush=True)


def report():
    import numpy as np

    from packets.columns import CONNECTION_DTYPE, PACKET_DTYPE

    finding = {
        "code": "port_closed",
        "severity": "error",
        "confidence": "certain",
        "connection": 0,
        "hosts": [],
        "frames": [2],
        "culprit": {"kind": "server", "ip": None, "hops_from_capture": None},
        "numbers": {},
        "title": "The port is closed.\u0000",
        "explanation": "<script>alert(1)</script>",
        "rejected": [],
        "would_settle": None,
    }
    about = {
        "packets": 2,
        "connections": 1,
        "first": "2026-11-21T09:00:00.123456789Z",
        "duration_s": 0.5,
        "link_types": ["Ethernet"],
        "truncated": False,
        "quality": [],
    }
    rows = np.zeros(1, CONNECTION_DTYPE)
    rows["verdict"], rows["rows"] = b"port_closed", 2
    packets = np.zeros(2, PACKET_DTYPE)
    packets["frame"] = [1, 2]
    np.save(into / "connections.npy", rows)
    np.save(into / "packets.npy", packets)
    files = {
        "capture.en": about,
        "capture.ja": about,
        "hosts": ["192.0.2.1"],
        "findings.en": [finding],
        "findings.ja": [finding],
        "overview.en": [],
        "overview.ja": [],
        "connections": [
            {
                "id": 0,
                "client": "192.0.2.1:5",
                "server": "192.0.2.2:6",
                "protocol": "tcp",
                "packets": 2,
                "bytes": 120,
                "state": "refused",
                "verdict": "port_closed",
            }
        ],
        "summary": {
            "headline": {"en": "Closed.", "ja": "閉"},
            "severity": "error",
            "rules": "1",
            "notes": [],
            "lanes": {"first_ns": 0, "duration_ns": 0},
        },
    }
    for name, content in files.items():
        (into / f"{name}.json").write_text(json.dumps(content))


def send_report():
    say(read=1, of=2, packets=1, connections=1, step="read")
    time.sleep(orders.get("sleep", 0))
    say(read=2, of=2, packets=2, connections=1, step="write")
    report()


def refuse():
    (into / "refused.json").write_text(json.dumps({"en": "The file is empty.", "ja": "空です。"}))
    sys.exit(2)


def spin():
    while True:
        pass


def touch_memory():
    held = []
    while True:
        held.append(os.urandom(1 << 20) * 16)
        time.sleep(0.01)


def fill():
    for number in range(1000):
        (into / f"{number}").write_bytes(bytes(1 << 20))


def chatter():
    while True:
        os.write(1, b"x" * (1 << 16))


def bad_lines():
    lines = (
        b"[" * 50_000,
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"read": "a"}',
        b'{"read": 7, "step": "read", "x": 1}',
    )
    for line in lines:
        os.write(1, line + b"\n")
    time.sleep(1.5)


def children():
    pid = os.fork()
    if pid:
        say(read=pid)
        time.sleep(2)
    time.sleep(60)


def attempt(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__ if error.errno != 101 else "Network is unreachable"


def look_around():
    tell = {
        path: attempt(lambda p=path: Path(p).read_bytes()[:20].decode("latin-1")) for path in orders["paths"]
    }
    tell["loopback"] = attempt(lambda: bool(socket.create_connection(("127.0.0.1", orders["port"]), 2)))
    tell["outside"] = attempt(lambda: Path(orders["outside"]).write_text("x"))
    tell["environment"] = sorted(os.environ)
    tell["cwd"] = str(Path.cwd())
    (into / "tell.json").write_text(json.dumps(tell))


{
    "report": send_report,
    "refuse": refuse,
    "signal": lambda: os.kill(os.getpid(), signal.Signals[orders["name"]]),
    "spin": spin,
    "sleep": lambda: time.sleep(orders.get("sleep", 60)),
    "memory": lambda: time.sleep(len(bytearray(orders["bytes"])) and 30),
    "touch memory": touch_memory,
    "fill": fill,
    "one big file": lambda: (into / "big").write_bytes(bytes(64 << 20)),
    "chatter": chatter,
    "bad lines": bad_lines,
    "progress": lambda: say(**orders["line"]),
    "children": children,
    "look around": look_around,
    "exit": lambda: sys.exit(orders["status"]),
}[orders["do"]]()
