"""A report in its place, as the confined program and the worker would have left it."""

import json
import secrets
from pathlib import Path

import numpy as np
from django.conf import settings

from kb import jobs, reports
from kb.models import Job
from packets.columns import CONNECTION_DTYPE, PACKET_DTYPE

VERDICTS = (b"port_closed", b"", b"port_closed")


def finding(title: str = "The port is closed.", **more: object) -> dict:
    """A finding object of the command line."""
    return {
        "code": "port_closed",
        "severity": "error",
        "confidence": "certain",
        "connection": 0,
        "hosts": ["192.0.2.2"],
        "frames": [2],
        "culprit": {"kind": "server", "ip": "192.0.2.2", "hops_from_capture": None},
        "numbers": {"rst_ttl": 64},
        "title": title,
        "explanation": "<script>alert(1)</script>",
        "rejected": [],
        "would_settle": None,
        **more,
    }


def write(folder: Path, **replaced: object) -> Path:
    """The files of a report about three connections of one packet each."""
    folder.mkdir(parents=True)
    connections = np.zeros(3, CONNECTION_DTYPE)
    connections["id"] = connections["first_row"] = range(3)
    connections["protocol"], connections["state"], connections["rows"] = b"tcp", b"refused", 1
    connections["client"], connections["server"] = b"192.0.2.1:49152", b"192.0.2.2:22"
    connections["packets"], connections["bytes"], connections["verdict"] = 1, 60, VERDICTS
    connections["severity"] = [b"error", b"", b"error"]
    packets = np.zeros(3, PACKET_DTYPE)
    packets["frame"], packets["connection"], packets["protocol"] = (1, 2, 3), range(3), 6
    packets["target"] = 1
    about = {
        "packets": 3,
        "connections": 3,
        "first": "2026-11-21T09:00:00.123456789Z",
        "duration_s": 0.5,
        "link_types": ["Ethernet"],
        "truncated": False,
        "quality": [finding("One way.", code="one_way_capture", severity="note", connection=None)],
    }
    listed = [
        {
            "id": n,
            "client": "192.0.2.1:49152",
            "server": "192.0.2.2:22",
            "protocol": "tcp",
            "packets": 1,
            "bytes": 60,
            "state": "refused",
            "verdict": VERDICTS[n].decode() or None,
        }
        for n in range(3)
    ]
    files = {
        "capture.en": about,
        "capture.ja": about,
        "findings.en": [finding()],
        "findings.ja": [finding("ポートは閉じています。")],
        "overview.en": [line("3 connections: refused.")],
        "overview.ja": [line("3 個の接続: 拒否。")],
        "connections": listed,
        "hosts": ["192.0.2.1", "192.0.2.2"],
        "summary": {
            "headline": {"en": "The port is closed.", "ja": "ポートは閉じています。"},
            "severity": "error",
            "rules": "1",
            "notes": [{"en": "It ends early.", "ja": "途中で終わっています。"}],
            "lanes": {"first_ns": 0, "duration_ns": 500_000_000},
        },
        **replaced,
    }
    for name, content in files.items():
        if content is not None:
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / f"{name}.json").write_text(text)
    np.save(folder / "connections.npy", connections)
    np.save(folder / "packets.npy", packets)
    return folder


def line(text: str) -> dict[str, object]:
    """A line of the overview."""
    return {"code": "port_closed", "severity": "error", "connections": 3, "text": text}


def report_on(job: Job, **replaced: object) -> Path:
    """Runs the job to its end, with that report; returns the report's folder."""
    claim = jobs.claim(job.pk)
    assert claim is not None
    folder = write(
        Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}{secrets.token_hex(8)}", **replaced
    )
    assert reports.record(claim, folder)
    return folder
