"""The labelled captures: real Linux stacks, each with one known fault or none."""

import json
from pathlib import Path

import pytest

from diagnoses import report
from diagnoses.registry import CODES
from packets import CaptureError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "captures"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared: the labelled captures")
LABELLED = sorted(SHARED.glob("labelled/*/capture.pcap*"))


def truth(path):
    return json.loads((path.parent / "truth.json").read_text("utf-8"))


def known(path):
    """The truths that the diagnoses of today can tell: at least one alternative has a code here."""
    return [codes for codes in truth(path)["any_of_codes"] if set(codes) & set(CODES)]


@needs_shared
@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.parent.name)
def test_a_labelled_capture_gets_its_truth_and_healthy_ones_no_warning(path):
    found = report(path)
    told = {f["code"] for f in (*found["findings"], *found["capture"]["quality"])}
    for codes in known(path):
        assert told & set(codes), f"one of {codes} expected, got {told}"
    if truth(path)["healthy"]:
        assert not [f["code"] for f in found["findings"] if f["severity"] in ("error", "warning")]


@needs_shared
@pytest.mark.parametrize("path", [p for p in LABELLED if known(p)], ids=lambda path: path.parent.name)
def test_the_hops_to_the_culprit_are_those_of_the_topology(path):
    culprit = truth(path)["culprit"]
    if not culprit or culprit["role"] not in ("fw", "server", "client"):
        return
    findings = report(path)["findings"]
    codes = {code for alternative in known(path) for code in alternative}
    told = [f["culprit"]["hops_from_capture"] for f in findings if f["code"] in codes]
    assert all(hops in (culprit["hops_from_vantage"], None) for hops in told)


@needs_shared
def test_the_printed_capture_is_refused_at_hop_2_and_the_server_is_at_hop_4():
    found = report(SHARED / "rst-origin-seed.pcap")
    finding = found["findings"][0]
    assert finding["code"] == "refused_on_path"
    assert finding["confidence"] == "certain"
    assert finding["culprit"] == {"kind": "path", "ip": None, "hops_from_capture": 2}
    assert finding["numbers"]["host_hop"] == 4
    assert {2, 4, 6, 8, 10, 12, 14} <= set(finding["frames"])
    assert [f["code"] for f in found["capture"]["quality"]] == ["checksum_offload"]


@needs_shared
@pytest.mark.parametrize(
    ("name", "silent"),
    [
        ("weather_working.pcapng", True),  # SYN-ACK by a proxy with another TTL than the data
        ("http_google.pcapng", True),
        ("tcp_handshake.pcapng", True),  # three packets, then the file ends: not half-open
        ("tcp_teardown.pcapng", True),
        ("dns_tcp.pcapng", True),
        ("HTTP.cap", True),
        ("get.pcap", True),
        ("SSHv2.cap", True),
        ("syn_tw_reset.pcap", True),  # the client's RST is the cure
    ],
)
def test_healthy_public_captures_accuse_nobody(name, silent):
    found = report(SHARED / "public" / name)
    assert bool([f for f in found["findings"] if f["severity"] in ("error", "warning")]) is not silent


@needs_shared
def test_an_injected_rst_is_told_from_the_hosts_own_later_one():
    found = report(SHARED / "public" / "rst-inject-rae.pcap")["findings"][0]
    assert found["code"] == "refused_on_path"
    assert 2 in found["frames"]
    assert "frame 2" in found["explanation"]
    assert "frame 7" not in found["explanation"].split(".")[0]


@needs_shared
def test_every_shared_capture_is_read_or_refused_with_one_sentence():
    for path in sorted(p for p in SHARED.rglob("*") if p.suffix in (".pcap", ".cap", ".pcapng")):
        refusal = None
        try:
            found = report(path)
        except CaptureError as refused:
            refusal = str(refused)
        if refusal is None:
            assert len(found["connections"]) == found["capture"]["connections"]
        else:
            assert refusal.endswith(".")
            assert "\n" not in refusal
