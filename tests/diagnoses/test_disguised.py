"""Against tuning: the labelled captures with other addresses, another date, slower clocks and longer ways get
the verdicts that they had.
"""

from dataclasses import replace

import pytest

from diagnoses import expected, report
from tests.diagnoses.disguise import Disguise, disguise
from tests.diagnoses.test_labelled import LABELLED, needs_shared

OWN = [path for path in expected.captures() if path.stat().st_size < 1_000_000]
# Multicast group reports and the like say nothing of the two ends; TTL 1 is theirs.
DISGUISES = (Disguise(), Disguise("yonder", later_s=40_000_000, stretch=1.02, farther=6, vlan=42))


def judged(path):
    """What was concluded, without words, times and addresses."""
    found = report(path)
    findings = [
        (f["code"], f["severity"], f["confidence"], f["connection"], f["frames"]) for f in found["findings"]
    ]
    return {
        "verdicts": [c["verdict"] for c in found["connections"]],
        "states": [c["state"] for c in found["connections"]],
        "findings": sorted(findings, key=str),
        "quality": [(f["code"], f["frames"]) for f in found["capture"]["quality"]],
        "culprits": sorted((f["code"], f["culprit"]["kind"]) for f in found["findings"]),
    }


def hops(path):
    return {(f["code"], f["connection"]): f["culprit"]["hops_from_capture"] for f in report(path)["findings"]}


@pytest.mark.parametrize("how", DISGUISES, ids=lambda how: how.seed)
@pytest.mark.parametrize("path", OWN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_our_own_captures_are_judged_the_same_elsewhere(tmp_path, path, how):
    assert_same(tmp_path, path, how)


@needs_shared
@pytest.mark.parametrize("how", DISGUISES, ids=lambda how: how.seed)
@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.parent.name)
def test_labelled_captures_are_judged_the_same_elsewhere(tmp_path, path, how):
    assert_same(tmp_path, path, how)


def assert_same(tmp_path, path, how):
    if "cert" in path.parent.name:  # a certificate has dates of its own: in another year it is another event
        how = replace(how, later_s=0)
    moved = disguise(path, tmp_path / "elsewhere.pcap", how)
    assert judged(tmp_path / "elsewhere.pcap") == judged(path)
    was = hops(path)
    for key, now in hops(tmp_path / "elsewhere.pcap").items():
        assert now == was[key] or now == (was[key] or 0) + moved


@needs_shared
def test_most_labelled_captures_can_be_moved_away(tmp_path):
    moved = [disguise(path, tmp_path / "elsewhere.pcap", Disguise()) for path in LABELLED]
    assert sum(map(bool, moved)) > len(moved) / 2
