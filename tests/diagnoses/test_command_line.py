"""The contract of ``python -m diagnoses``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from diagnoses import __main__ as command
from diagnoses import report
from diagnoses.registry import QUALITY
from packets import CaptureError
from packets.columns import CONNECTION_DTYPE, PACKET_DTYPE

ROOT = Path(__file__).resolve().parents[2]
REFUSED = ROOT / "diagnoses" / "refused_on_path" / "fires.pcap"
FINDING = {
    "code", "severity", "confidence", "connection", "hosts", "frames", "culprit", "numbers", "title",
    "explanation", "rejected", "would_settle",
}  # fmt: skip

PIECES = ("capture", "findings")


def run(*words, **more):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "diagnoses", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, **more)


def test_json_is_one_object_in_the_form_of_the_contract():
    done = run(REFUSED, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"capture", "connections", "findings", "overview"}
    assert set(found["capture"]) == {
        "packets", "connections", "first", "duration_s", "link_types", "truncated", "quality",
    }  # fmt: skip
    for connection in found["connections"]:
        assert set(connection) == {
            "id",
            "client",
            "server",
            "protocol",
            "packets",
            "bytes",
            "state",
            "verdict",
        }
    for finding in (*found["findings"], *found["capture"]["quality"]):
        assert set(finding) == FINDING
        assert set(finding["culprit"]) == {"kind", "ip", "hops_from_capture"}
    assert found == report(REFUSED)


def test_the_first_packet_has_nine_digits_and_a_zone():
    assert report(REFUSED)["capture"]["first"].endswith("Z")
    assert len(report(REFUSED)["capture"]["first"].split(".")[1]) == len("123456789Z")


def test_japanese_differs_in_words_and_in_nothing_else():
    english, japanese = report(REFUSED), json.loads(run(REFUSED, "--json", "--lang", "ja").stdout)
    assert japanese["findings"][0]["title"] != english["findings"][0]["title"]
    assert japanese["connections"] == english["connections"]
    assert japanese["findings"][0]["numbers"] == english["findings"][0]["numbers"]


def test_without_json_a_person_reads_the_verdict_first():
    lines = run(REFUSED).stdout.splitlines()
    assert "refused" in lines[0]
    assert "拒否" in run(REFUSED, "--lang", "ja").stdout.splitlines()[0]


def test_what_is_no_capture_ends_with_2_and_one_sentence(tmp_path):
    (tmp_path / "page.pcap").write_text("<html><body>Not found</body></html>")
    done = run(tmp_path / "page.pcap", "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    with pytest.raises(CaptureError):
        report(tmp_path / "page.pcap")


def test_a_missing_file_is_one_sentence(tmp_path):
    done = run(tmp_path / "none.pcap")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_header_without_packets_is_a_capture(tmp_path):
    (tmp_path / "empty.pcap").write_bytes(REFUSED.read_bytes()[:24])
    found = report(tmp_path / "empty.pcap")
    assert found["capture"]["packets"] == 0
    assert found["capture"]["first"] is None
    assert found["connections"] == found["findings"] == []
    assert run(tmp_path / "empty.pcap").returncode == 0


def test_a_file_cut_off_is_read_as_far_as_it_goes(tmp_path):
    whole = report(REFUSED)["capture"]["packets"]
    (tmp_path / "cut.pcap").write_bytes(REFUSED.read_bytes()[:-7])
    found = report(tmp_path / "cut.pcap")["capture"]
    assert found["truncated"] is True
    assert found["packets"] == whole - 1


def test_into_writes_every_piece_and_tells_its_progress(tmp_path):
    done = run(REFUSED, "--into", tmp_path)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [t["step"] for t in told][-1] == "write"
    assert all({"read", "of", "packets", "connections"} <= set(t) for t in told)
    pieces = {
        name: (tmp_path / f"{name}.en.json").read_text("utf-8")
        for name in ("capture", "findings", "overview")
    }
    connections = (tmp_path / "connections.json").read_text("utf-8")
    whole = (
        '{"capture": '
        + pieces["capture"]
        + ', "connections": '
        + connections
        + ', "findings": '
        + pieces["findings"]
        + ', "overview": '
        + pieces["overview"]
        + "}"
    )
    assert json.loads(whole) == report(REFUSED)
    packets = np.load(tmp_path / "packets.npy", allow_pickle=False)
    assert packets.dtype == PACKET_DTYPE
    assert sorted(packets["frame"]) == list(range(1, len(packets) + 1))
    rows = np.load(tmp_path / "connections.npy", allow_pickle=False)
    assert rows.dtype == CONNECTION_DTYPE
    for row in rows:
        mine = packets[row["first_row"] : row["first_row"] + row["rows"]]
        assert (mine["connection"] == row["id"]).all()
    assert set(json.loads((tmp_path / "summary.json").read_text("utf-8"))["headline"]) == {"en", "ja"}


def test_into_leaves_the_reason_when_the_file_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "photo.pcap").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert run(tmp_path / "photo.pcap", "--into", tmp_path / "out").returncode == 2
    said = json.loads((tmp_path / "out" / "refused.json").read_text("utf-8"))
    assert set(said) == {"en", "ja"}
    assert said["en"] != said["ja"]


def test_no_framework_is_loaded():
    code = "import sys, diagnoses; diagnoses.report(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, REFUSED], capture_output=True, text=True, cwd=ROOT)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded
    assert not {"django", "celery", "redis", "kombu", "plotly"} & loaded


@pytest.fixture
def talkative(monkeypatch):
    """Every piece that is read is told, not only what takes long."""
    monkeypatch.setattr(command, "PROGRESS_S", 0.0)


def told_of(path, folder, capsys):
    assert command.main([str(path), "--into", str(folder)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_while_it_reads_it_tells_of_the_recording_only(talkative, tmp_path, capsys):
    snaplen = ROOT / "diagnoses" / "truncated_frames" / "fires.pcap"
    told = told_of(snaplen, tmp_path, capsys)
    assert [t["step"] for t in told] == ["read", "connect", "diagnose", "write"]
    assert all(t["quality"] == ["truncated_frames"] for t in told)
    assert told[0]["packets"] == report(snaplen)["capture"]["packets"]
    assert told[0]["connections"] == report(snaplen)["capture"]["connections"]
    refused = told_of(REFUSED, tmp_path, capsys)
    assert {code for t in refused for code in t["quality"]} <= {rule.CODE for rule in QUALITY}


@pytest.mark.parametrize("path", sorted(ROOT.glob("diagnoses/*/fires.pcap")), ids=lambda p: p.parent.name)
def test_to_have_told_on_the_way_changes_nothing_in_the_end(talkative, tmp_path, capsys, path):
    told_of(path, tmp_path, capsys)
    capture, findings = (json.loads((tmp_path / f"{name}.en.json").read_text("utf-8")) for name in PIECES)
    assert capture == report(path)["capture"]
    assert findings == report(path)["findings"]
    assert json.loads((tmp_path / "connections.json").read_text("utf-8")) == report(path)["connections"]


def test_who_waits_at_a_terminal_sees_counts_that_vanish_at_the_end(talkative, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert command.main([str(ROOT / "diagnoses" / "truncated_frames" / "fires.pcap"), "--lang", "ja"]) == 0
    waited = capsys.readouterr().err
    assert "接続を読み取りました (暫定: truncated_frames)" in waited
    assert waited.endswith("\r\x1b[K")
