"""Windows without a scale: when that hurts, and whose SYN it was."""

import re

import pytest

from diagnoses import expected
from tests.diagnoses.test_vantage import altered
from tests.diagnoses.test_windows import found, played

CODE = "no_window_scaling"
TRIP = 0.2


def upload(rounds, offered="wscale 7", taken="", window=65535):
    """A transfer of so many segments in each round trip."""
    lines = [
        f"0.000000 client > server SYN win 64240 mss 1460 {offered} sack ts",
        f"{TRIP:.6f} server > client SYN,ACK win {window} mss 1460 {taken} sack ts",
        f"{TRIP + 0.00003:.6f} client > server ACK",
    ]
    at = TRIP + 0.001
    for segments in rounds:
        lines += [f"{at + n / 1e5:.6f} client > server ACK 1448" for n in range(segments)]
        lines.append(f"{at + TRIP:.6f} server > client ACK")
        at += TRIP + 0.00003
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("rounds", "severity"),
    [([10, 20], None), ([20, 40, 40], "info"), ([20, 45, 45, 45, 20], "note"), ([45] * 7, "warning")],
)
def test_it_weighs_as_much_as_it_hurts(tmp_path, rounds, severity):
    finding = found(played(tmp_path, CODE, upload(rounds)), CODE)
    assert (finding["severity"] if finding else None) == severity


def test_harmless_it_is_no_verdict(tmp_path):
    text = (expected.HERE / CODE / "experiment.toml").read_text("utf-8")
    close = re.search(r"(?s)\[fires\].*?packets = '''\n(.*?)'''", text)[1].splitlines()[-3:]
    report = played(tmp_path, CODE, upload([20, 40]) + "\n" + "\n".join(close))
    assert report["connections"][0]["verdict"] == "clean_close"


def test_a_small_window_is_another_matter(tmp_path):
    """The buffer is the limit, not the missing scale."""
    report = played(tmp_path, CODE, upload([6] * 12, window=8688))
    assert found(report, "window_full")
    finding = found(report, CODE)
    assert finding is None or finding["severity"] == "info"


def test_with_both_options_nothing_is_said(tmp_path):
    report = played(tmp_path, CODE, upload([45] * 7, taken="wscale 0"))
    assert found(report, CODE) is None
    assert found(report, "window_full")


@pytest.mark.parametrize("unseen", [0, 1])
def test_without_both_syns_nothing_is_said(tmp_path, unseen):
    lines = upload([45] * 7).splitlines()
    lines[unseen] += " unseen"
    assert found(played(tmp_path, CODE, "\n".join(lines)), CODE) is None


def test_the_end_is_named_only_where_its_syn_is_seen_to_leave(tmp_path):
    away = found(altered(tmp_path, CODE), CODE)
    assert away["culprit"]["kind"] == "unknown"
    assert "a device on the way took it out" in away["explanation"]
    own = found(played(tmp_path, CODE, upload([45] * 7, offered="")), CODE)
    assert own["culprit"] == {"kind": "client", "ip": "192.0.2.61", "hops_from_capture": 0}
    assert "as it left" in own["explanation"]
