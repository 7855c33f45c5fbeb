"""Connection setup: what is said of SYNs without a connection, at other paces, lengths and vantage points."""

import pytest

from tests.diagnoses.test_vantage import altered


def scene(tmp_path, lines, code="clean_close", **more):
    """The report of a capture with these packet lines, between the hosts of a diagnosis' scene."""
    packets = f"[fires]\nnever = ['nothing']\npackets = '''\n{lines}\n'''"
    change = [(r"(?s)\[fires\].*?packets = '''.*?'''", packets)]
    return altered(tmp_path, code, change=change, **more)


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
