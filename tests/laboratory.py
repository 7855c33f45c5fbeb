"""A lab for tests: a declaration, images as files, and run folders as the machine would leave them."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings

from experiments import images, runs, shipped
from experiments.models import Run
from kb.models import User

NAME = "connect_timeout"
TEXT = """# A firewall drops the client's SYN.
name = "connect_timeout"
title.en = "Connect timeout"
title.ja = "接続のタイムアウト"
claim.en = "With tcp_syn_retries = 5 a connect to a silent port fails after 63 seconds."
claim.ja = "tcp_syn_retries = 5 では、応答しないポートへの接続は 63 秒後に失敗します。"
date = "2026-01-15T09:00:00Z"

[parameters.syn_retries]
value = 5
from = 0
to = 8
says.en = "How often the client sends its SYN again."
says.ja = "SYN を再送する回数。"

[hosts.client]
sysctl."net.ipv4.tcp_syn_retries" = "{syn_retries}"
[hosts.fw]
rules = ["iptables -A FORWARD -p tcp --dport 12345 -j DROP"]
[hosts.server]

[[links]]
path = ["client", "fw", "server"]
delay = "5ms"

[record]
captures = ["client", "fw:client"]

[[step]]
name = "connect"
at = "1s"
on = "client"
run = "telnet {server} 12345"
says.en = "The client asks for a connection."
says.ja = "クライアントが接続を要求します。"

[[expect]]
finding = "syn_unanswered"
at = "client"
"""


def declare(monkeypatch: Any, folder: Path, *names: str) -> Path:
    """Ships these experiments (by default one), in a folder of the test; returns that folder."""
    base = folder / "shipped"
    for name in names or (NAME,):
        (base / name).mkdir(parents=True)
        (base / name / "experiment.toml").write_text(TEXT.replace(NAME, name), "utf-8")
    monkeypatch.setattr(shipped, "_folder", lambda: base)
    return base


def image(series: str = "6.1", build: int = 1) -> images.Image:
    """An image of the lab, on disk."""
    known_as = hashlib.sha256(f"{series} {build}".encode()).hexdigest()
    folder = Path(settings.LAB_ROOT) / "images" / known_as[:12]
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "format": 1,
        "id": known_as,
        "kernel": f"{series}.0-50-cloud-amd64",
        "series": series,
        "qemu": "7.2.22",
        "machine": ["-M", "microvm"],
        "packages": {"iproute2": "6.1.0-3", "tcpdump": "4.99.3-1"},
        "files": {},
        "built": f"2026-11-{20 + build}T10:00:00Z",
        "boot_s": 31.5,
    }
    (folder / "image.json").write_text(json.dumps(told))
    (folder / "state").write_bytes(b"s" * 1000)
    found = images.find(known_as)
    assert found is not None
    return found


def verdict(held: bool | None = True, **more: Any) -> dict[str, Any]:
    """A line of verdicts.json."""
    return {
        "text": {"en": "syn_unanswered is found at client.", "ja": "client で syn_unanswered が見つかる。"},
        "kind": "finding",
        "held": held,
        "evidence": {"en": "It was found, in frames 1 to 6.", "ja": "フレーム 1 ～ 6 で見つかりました。"},
        "frames": {"client": [1, 2]},
        "row": 45,
        **more,
    }


def fill(folder: Path, run: Run, *, salt: str = "") -> Path:
    """The artefacts of a run; `salt` makes other bytes of the captures."""
    (folder / "captures").mkdir(parents=True)
    (folder / "terminals").mkdir()
    for name in ("client.pcap", "fw-client.pcap"):
        (folder / "captures" / name).write_bytes(f"{run.digest} {run.image} {name}{salt}".encode())
    head = {"version": 2, "width": 80, "height": 24, "title": "client"}
    lines = [
        head,
        [1.0, "o", "$ telnet 10.0.2.2 12345\r\n"],
        [1.01, "o", "Trying 10.0.2.2...\r\n"],
        [64.5, "o", "telnet: \u001b[31mUnable to connect\u001b[0m: Connection timed out\r\n"],
    ]
    (folder / "terminals" / "client.cast").write_text("".join(json.dumps(line) + "\n" for line in lines))
    files = {
        "run": {
            "format": 1,
            "experiment": run.experiment,
            "declaration": run.digest,
            "parameters": run.parameters,
            "image": run.image,
            "kernel": run.kernel,
            "date": "2026-01-15T09:00:00Z",
            "virtual_s": 65.5,
            "hosts": {
                "client": ["10.0.1.1"],
                "fw": ["10.0.1.2", "10.0.2.1"],
                "server": ["10.0.2.2"],
            },
            "captures": [
                {"vantage": name, "file": f"captures/{file}", "packets": 6, "sha256": ""}
                for name, file in (("client", "client.pcap"), ("fw:client", "fw-client.pcap"))
            ],
        },
        "steps": [
            {
                "name": "connect",
                "host": "client",
                "run": "telnet 10.0.2.2 12345",
                "type": "",
                "into": "",
                "at_ns": 10**9,
                "began_ns": 1_000_400_000,
                "ended_ns": 64_500_000_000,
                "exit": 1,
                "output": "Trying 10.0.2.2...\r\ntelnet: Unable to connect: Connection timed out\r\n",
                "cut": False,
            }
        ],
        "sockets": [
            _change(1_010_000_000, "CLOSED", "SYN-SENT"),
            _change(64_400_000_000, "SYN-SENT", "CLOSED"),
        ],
        "counters": {"client": {"TcpRetransSegs": [0, 5], "TcpExtTCPTimeouts": [0, 6]}},
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def _change(at_ns: int, before: str, after: str) -> dict[str, Any]:
    return {
        "at_ns": at_ns,
        "host": "client",
        "socket": "s1",
        "local": "10.0.1.1:40000",
        "remote": "10.0.2.2:12345",
        "family": 4,
        "from": before,
        "to": after,
        "program": "telnet",
    }


def known() -> shipped.Shipped:
    """The experiment that is shipped."""
    found = shipped.find(NAME)
    assert found is not None
    return found


def begun(on: images.Image | None = None, user: User | None = None, **changes: int) -> Run:
    """A run that waits."""
    return runs.begin(known(), on or image(), reason=Run.Reason.READER, changes=changes, user=user)
