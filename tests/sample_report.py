"""Report folders as `python -m diagnoses --into` leaves them, made by hand, for tests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from packets.columns import (
    ACK,
    CONNECTION_DTYPE,
    FIN,
    ICMP,
    PACKET_DTYPE,
    PSH,
    RST,
    SEEN_TWICE,
    SYN,
    TCP,
)

START_NS = 1_767_225_600_000_000_000  # 2026-01-01 00:00:00 UTC
CLIENT, SERVER, ROUTER = 0, 1, 2
HOSTS = ["192.168.31.128", "192.168.40.129", "10.0.0.2"]


def packet(frame: int, seconds: float, up: bool, flags: int = 0, **more: Any) -> dict[str, Any]:
    """One packet as a dict of columns; `up` is from client to server, `seconds` since the start."""
    base = {
        "frame": frame,
        "time_ns": START_NS + round(seconds * 1e9),
        "from_client": up,
        "protocol": TCP,
        "flags": flags,
        "ack": 1 if flags & ACK else -1,
        "window": 64240,
        "window_raw": 64240,
        "ttl": 128 if up else 61,
        "icmp_type": -1,
        "icmp_code": -1,
        "source": CLIENT if up else SERVER,
        "target": SERVER if up else CLIENT,
        "ip_id": -1,
        "tsval": -1,
        "tsecr": -1,
        "captured": 60,
        "original": 60,
    }
    return {**base, **more}


def rows(packets: Sequence[dict[str, Any]]) -> np.ndarray:
    """PACKET_DTYPE rows of such packets."""
    table = np.zeros(len(packets), PACKET_DTYPE)
    for row, columns in zip(table, packets, strict=True):
        for name, value in columns.items():
            row[name] = value
    return table


def ssh_refused() -> np.ndarray:
    """Three SYNs refused by RSTs with TTL 63, four pings answered with TTL 61."""
    made = []
    for i, at in enumerate((0.0, 0.503, 1.01)):
        made.append(packet(2 * i + 1, at, True, SYN, connection=1, marks=SEEN_TWICE if i else 0))
        reset = packet(2 * i + 2, at + 0.0021, False, RST | ACK, connection=1, ttl=63, window=0, window_raw=0)
        made.append(reset)
    for i, at in enumerate((4.001, 5.003, 6.006, 7.008)):
        echo = {
            "protocol": ICMP,
            "length": 40,
            "window": -1,
            "window_raw": -1,
            "icmp_code": 0,
            "connection": 0,
        }
        made.append(packet(2 * i + 7, at, True, icmp_type=8, **echo))
        made.append(packet(2 * i + 8, at + 0.0024, False, icmp_type=0, **echo))
    return rows(made)


def transfer(segments: int = 400, connection: int = 0) -> np.ndarray:
    """A download: handshake, request, `segments` data packets (one sent again), idle 30 s, FINs."""
    made = [
        packet(1, 0.0, True, SYN),
        packet(2, 0.012, False, SYN | ACK, window=65160),
        packet(3, 0.0121, True, ACK, seq=1),
        packet(4, 0.013, True, PSH | ACK, seq=1, length=517),
    ]
    at, frame = 0.03, 5
    for i in range(segments):
        again = i == segments // 2
        data = packet(
            frame, at, False, ACK, seq=1 + 1448 * i, ack=518, length=1448, marks=SEEN_TWICE if again else 0
        )
        made += [data, packet(frame + 1, at + 0.0001, True, ACK, seq=518, ack=1 + 1448 * (i + 1))]
        at, frame = at + (0.25 if again else 0.004), frame + 2
    end, last = at + 30, 1 + 1448 * segments
    made += [
        packet(frame, end, False, FIN | ACK, seq=last, ack=518),
        packet(frame + 1, end + 0.001, True, FIN | ACK, seq=518, ack=last + 1),
        packet(frame + 2, end + 0.013, False, ACK, seq=last + 1, ack=519),
    ]
    table = rows(made)
    table["connection"] = connection
    return table


def refused_on_path(connection: int = 1) -> dict[str, dict[str, Any]]:
    """The finding of `ssh_refused`, in both languages."""
    common = {
        "code": "refused_on_path",
        "severity": "error",
        "confidence": "certain",
        "connection": connection,
        "hosts": HOSTS[:2],
        "frames": [2, 4, 6, 8, 10, 12, 14],
        "culprit": {"kind": "path", "ip": None, "hops_from_capture": 2},
        "numbers": {"rst_ttl": 63, "baseline_ttl": 61, "refusals": 3, "first_refusal_s": 0.0021},
    }
    en = {
        "title": "A device on the path, at hop 2, refused the connection; the server did not.",
        "explanation": "Three RSTs that claim to come from 192.168.40.129 arrive with TTL 63: they"
        " crossed one router. The server's own ping replies arrive with TTL 61: hop 4, and it is up.",
        "rejected": [{"code": "port_closed", "why": "The server's own packets carry TTL 61, the RSTs 63."}],
        "would_settle": "The policy of the device two hops from the client, for TCP port 22.",
    }
    ja = {
        "title": "経路上の 2 ホップ目の機器が接続を拒否しています。サーバーではありません。",
        "explanation": "送信元が 192.168.40.129 の RST 3 個は TTL 63 で届いています。"
        "ルーターを 1 台越えた値です。"
        "同じアドレスからの ping 応答は TTL 61 で、サーバーは 4 ホップ目にあり、動作しています。",
        "rejected": [{"code": "port_closed", "why": "サーバー自身のパケットの TTL は 61、RST は 63 です。"}],
        "would_settle": "クライアントから 2 ホップ目の機器の、TCP 22 番に対するポリシー。",
    }
    return {"en": {**common, **en}, "ja": {**common, **ja}}


def offload() -> dict[str, dict[str, Any]]:
    """A finding about the capture itself."""
    common = {
        "code": "checksum_offload",
        "severity": "note",
        "confidence": "certain",
        "connection": None,
        "hosts": [HOSTS[0]],
        "frames": [1, 3, 5],
        "culprit": {"kind": "capture", "ip": None, "hops_from_capture": 0},
        "numbers": {"bad_checksums": 7},
        "rejected": [],
        "would_settle": None,
    }
    en = {
        "title": "The capture host's own packets carry unfinished checksums.",
        "explanation": "They were recorded before the network card filled them in. This is no fault.",
    }
    ja = {
        "title": "キャプチャしたホスト自身のパケットのチェックサムが未完成です。",
        "explanation": "ネットワークカードが計算する前に記録されたためで、異常ではありません。",
    }
    return {"en": {**common, **en}, "ja": {**common, **ja}}


def connection_table(
    packets: np.ndarray, verdicts: dict[int, tuple[str, str, str]] | None = None
) -> np.ndarray:
    """CONNECTION_DTYPE rows of packets ordered by connection; `verdicts`: id → state, code, severity."""
    numbers = [int(n) for n in np.unique(packets["connection"]) if n >= 0]
    table = np.zeros(len(numbers), CONNECTION_DTYPE)
    for row, number in zip(table, numbers, strict=True):
        at = np.flatnonzero(packets["connection"] == number)
        own = packets[at]
        tcp = bool((own["protocol"] == TCP).any())
        state, code, severity = (verdicts or {}).get(number, ("closed" if tcp else "datagram", "", ""))
        row["id"], row["protocol"] = number, b"tcp" if tcp else b"icmp"
        row["client"] = f"{HOSTS[0]}:{49169 + number}" if tcp else HOSTS[0]
        row["server"] = f"{HOSTS[1]}:22" if tcp else HOSTS[1]
        row["packets"] = row["rows"] = len(own)
        row["bytes"], row["first_row"] = int(own["original"].sum()), at[0]
        row["first_ns"], row["duration_ns"] = own["time_ns"].min(), np.ptp(own["time_ns"])
        row["state"], row["verdict"], row["severity"] = state.encode(), code.encode(), severity.encode()
    return table


@dataclass
class Sample:
    """Everything that one folder holds."""

    packets: np.ndarray
    connections: np.ndarray
    findings: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    quality: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    headline: dict[str, str] = field(default_factory=dict)
    severity: str = "none"
    notes: list[dict[str, str]] = field(default_factory=list)


def seed() -> Sample:
    """The SSH capture with its finding and its note about the capture."""
    packets = ssh_refused()
    packets = packets[np.lexsort((packets["frame"], packets["connection"]))]
    verdicts = {1: ("refused", "refused_on_path", "error")}
    headline = {
        "en": "A device on the path, at hop 2, refuses SSH to 192.168.40.129."
        " The server itself is up (hop 4).",
        "ja": "経路上の 2 ホップ目の機器が、192.168.40.129 への SSH を拒否しています。"
        "サーバー自身は動作しています (4 ホップ目)。",
    }
    return Sample(
        packets, connection_table(packets, verdicts), [refused_on_path()], [offload()], headline, "error"
    )


def write(folder: Path, sample: Sample) -> None:
    """The files of the contract."""
    folder.mkdir(parents=True, exist_ok=True)
    times = sample.packets["time_ns"]
    first, last = (int(times.min()), int(times.max())) if len(times) else (0, 0)
    capture = {
        "packets": len(sample.packets),
        "connections": len(sample.connections),
        "first": "2026-01-01T00:00:00.000000000Z" if len(times) else None,
        "duration_s": (last - first) / 1e9,
        "link_types": ["ETHERNET"],
        "truncated": False,
    }
    for lang in ("en", "ja"):
        quality = [finding[lang] for finding in sample.quality]
        _json(folder / f"capture.{lang}.json", {**capture, "quality": quality})
        _json(folder / f"findings.{lang}.json", [finding[lang] for finding in sample.findings])
        _json(folder / f"overview.{lang}.json", [])
    _json(folder / "connections.json", [_connection(row) for row in sample.connections])
    _json(folder / "hosts.json", HOSTS)
    lanes = {"first_ns": first, "duration_ns": last - first}
    headline = sample.headline or {"en": "Nothing is wrong here.", "ja": "異常はありません。"}
    summary = {
        "headline": headline,
        "severity": sample.severity,
        "rules": "1",
        "notes": sample.notes,
        "lanes": lanes,
    }
    _json(folder / "summary.json", summary)
    np.save(folder / "packets.npy", sample.packets)
    np.save(folder / "connections.npy", sample.connections)


def _connection(row: np.void) -> dict[str, Any]:
    names = ("id", "client", "server", "protocol", "packets", "bytes", "state")
    values = {name: row[name].decode() if isinstance(row[name], bytes) else int(row[name]) for name in names}
    return {**values, "verdict": row["verdict"].decode() or None}


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
