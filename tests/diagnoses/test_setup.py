"""Connection setup: what is said of SYNs without a connection, at other paces, lengths and vantage points."""

import pytest

from diagnoses import report
from experiments.scripted.__main__ import captures

HOSTS = {"client": ("192.0.2.97", 0), "server": ("203.0.113.228", 3)}


def scene(tmp_path, lines, hosts=None, vantage="client"):
    """The report of a capture with these packet lines; ``hosts``: name to (address, hops)."""
    text = ['name = "setup"', 'date = "2026-02-02T09:30:00Z"', f'vantage = "{vantage}"']
    text += ['claim = {en = "a test", ja = "テスト"}']
    for name, (address, hops) in (HOSTS | (hosts or {})).items():
        text += [f"[hosts.{name}]", f'address = "{address}"', f"hops = {hops}"]
    text += ["[fires]", 'never = ["nothing"]', f"packets = '''\n{lines}\n'''"]
    declaration = tmp_path / "experiment.toml"
    declaration.write_text("\n".join(text), "utf-8")
    [(path, data)] = captures(declaration)
    path.write_bytes(data)
    return report(path)


def syns(times, then=None):
    """A SYN and its repeats; ``then``: a ping that shows how long the capture went on."""
    lines = [f"{times[0]:.3f} client:40001 > server:443 SYN"]
    lines += [f"{time:.3f} client:40001 > server:443 again 1" for time in times[1:]]
    return "\n".join(lines + ([f"{then:.3f} client > server ping"] if then else []))


LINEAR = [0, 1.03, 2.05, 3.08, 4.10, 5.13]


@pytest.mark.parametrize(
    ("times", "then", "retries"),
    [
        (LINEAR, 12.0, 2),  # Linux 6.12 with tcp_syn_retries = 2: seven seconds are over
        (LINEAR[:3], 12.0, 1),
        ([*LINEAR, 7.15, 11.36], 60.0, 3),
        ([0, 1.02, 3.03], 20.0, 2),
    ],
)
def test_the_setting_is_told_where_the_capture_goes_on(tmp_path, times, then, retries):
    [finding] = scene(tmp_path, syns(times, then))["findings"]
    assert finding["code"] == "syn_unanswered"
    assert finding["numbers"]["gave_up"] is True
    assert finding["numbers"]["tcp_syn_retries"] == retries
    assert "goes on" in finding["explanation"]
    assert "program with a shorter timeout" in finding["explanation"]


@pytest.mark.parametrize("then", [None, 5.5, 7.1])
def test_an_end_of_the_capture_before_the_next_repeat_proves_no_setting(tmp_path, then):
    [finding] = scene(tmp_path, syns(LINEAR, then))["findings"]
    assert finding["numbers"]["gave_up"] is False
    assert "tcp_syn_retries" not in finding["numbers"]
    assert finding["numbers"]["tcp_syn_retries_at_least"] == 2
    assert "may have gone on" in finding["explanation"]


def test_a_number_of_repeats_that_no_setting_gives_is_a_programs_own_end(tmp_path):
    [finding] = scene(tmp_path, syns(LINEAR[:4], 30.0))["findings"]
    assert "tcp_syn_retries" not in finding["numbers"]
    assert "no value of tcp_syn_retries" in finding["explanation"]


def test_gaps_of_no_known_timer_still_say_how_long_the_capture_went_on(tmp_path):
    [finding] = scene(tmp_path, syns([0, 0.5, 1.0], 30.0))["findings"]
    assert finding["numbers"]["waited_s"] == 29.0
    assert "gave_up" not in finding["numbers"]


BACK_IS_BROKEN = """
 0.000 client:40001 > server:443 SYN
 0.001 server:443 > client:40001 SYN,ACK lost
 1.010 client:40001 > server:443 again 1
 1.011 server:443 > client:40001 again 2 lost
"""
STILL_ASKING = """
 3.030 client:40001 > server:443 again 1
 3.031 server:443 > client:40001 again 2 lost
"""


def verdicts(found):
    return [c["verdict"] for c in found["connections"]]


AT_SERVER = {"client": ("192.0.2.97", 6), "server": ("203.0.113.228", 0)}
BETWEEN = {"client": ("192.0.2.97", 3), "server": ("203.0.113.228", 4), "tap": ("192.0.2.1", 0)}
IPV6 = {"client": ("2001:db8:7::9", 3), "server": ("2001:db8::80", 0)}


@pytest.mark.parametrize(
    ("vantage", "hosts", "words"),
    [
        ("server", AT_SERVER, "way there and the server are in order"),
        ("client", HOSTS, "came as far as here"),
        ("tap", BETWEEN, "between the two"),
        ("server", IPV6, "on the side of 2001:db8::80"),
    ],
)
def test_a_lost_answer_is_placed_by_the_capture_point_and_accuses_nobody(tmp_path, vantage, hosts, words):
    found = scene(tmp_path, BACK_IS_BROKEN + STILL_ASKING, hosts, vantage)
    [finding] = found["findings"]
    assert finding["code"] == "syn_ack_lost"
    assert finding["confidence"] == "certain"
    assert words in finding["explanation"]
    assert finding["culprit"]["kind"] == "unknown"
    assert "tcpdump" in finding["would_settle"]


def test_one_repeat_a_second_later_may_be_a_slow_answer(tmp_path):
    [finding] = scene(tmp_path, BACK_IS_BROKEN)["findings"]
    assert finding["confidence"] == "likely"


@pytest.mark.parametrize(
    "last",
    [
        "4.1 client:40001 > server:443 ACK",  # it had the answer
        "4.1 client:40001 > server:443 RST",  # and did not want it
        "4.1 client > server ICMP admin-prohibited about 2",  # somebody says why
    ],
)
def test_an_answer_of_the_client_of_any_kind_is_another_story(tmp_path, last):
    arrives = "4.0 server:443 > client:40001 again 2\n"
    found = scene(tmp_path, BACK_IS_BROKEN + STILL_ASKING + arrives + last)
    assert "syn_ack_lost" not in {f["code"] for f in found["findings"]}


def test_answers_that_nobody_asks_for_again_are_no_lost_answers(tmp_path):
    """As in a flood with invented senders, or when the client has vanished."""
    lines = """
 0.000 client:40001 > server:443 SYN
 0.001 server:443 > client:40001 SYN,ACK lost
 1.011 server:443 > client:40001 again 2 lost
 3.031 server:443 > client:40001 again 2 lost
"""
    assert not scene(tmp_path, lines)["findings"]


def test_a_copy_of_the_syn_made_by_the_network_is_no_repeat(tmp_path):
    lines = """
 0.000 client:40001 > server:443 SYN
 0.001 server:443 > client:40001 SYN,ACK lost
 0.060 client:40001 > server:443 again 1
 0.061 server:443 > client:40001 again 2 lost
"""
    assert not scene(tmp_path, lines)["findings"]
