"""Windows of zero and full windows: whom they hold up, and what only looks like them."""

import re

import pytest

from diagnoses import expected, windows
from tests.diagnoses.test_vantage import altered


def found(report, code):
    """The one finding of a code, None when there is none."""
    return next((f for f in report["findings"] if f["code"] == code), None)


def played(tmp_path, code, lines, change=()):
    """The report of a diagnosis' scene with other packets in it."""
    instead = f"[fires]\nnever = ['nothing']\npackets = '''\n{lines}\n'''\n"
    return altered(tmp_path, code, change=[(r"(?s)\[fires\].*?packets = '''.*?'''", instead), *change])


OPEN = """
 0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 sack ts
 0.008100  server > client   SYN,ACK   win 5792
 0.008125  client > server   ACK
 0.008310  client > server   PSH,ACK 1448
"""


def test_the_end_that_shut_its_window_is_named_with_its_distance(tmp_path):
    finding = found(altered(tmp_path, "zero_window", {"server": {"hops": 9}}), "zero_window")
    assert finding["culprit"] == {"kind": "server", "ip": "198.51.100.77", "hops_from_capture": 9}
    assert finding["severity"] == "warning"


def test_the_same_is_seen_from_the_receivers_side_and_over_ipv6(tmp_path):
    hosts = {
        "client": {"hops": 4, "address": '"2001:db8:1::61"'},
        "server": {"hops": 0, "address": '"2001:db8:2::77"'},
    }
    finding = found(altered(tmp_path, "zero_window", hosts, vantage="server"), "zero_window")
    assert finding["culprit"] == {"kind": "server", "ip": "2001:db8:2::77", "hops_from_capture": 0}
    assert finding["numbers"]["probes"] == 4


def test_a_client_that_does_not_read_is_named_as_well(tmp_path):
    lines = """
 0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 sack ts
 0.008100  server > client   SYN,ACK   win 5792
 0.008125  client > server   ACK
 0.008310  client > server   PSH,ACK 90
 0.016400  server > client   ACK 1448
 0.016425  client > server   ACK       win 0
 0.234410  server > client   window-probe
 0.234440  client > server   ACK       win 0
 2.300000  client > server   ACK       win 502
 2.308100  server > client   PSH,ACK 1448
"""
    finding = found(played(tmp_path, "zero_window", lines), "zero_window")
    assert finding["culprit"] == {"kind": "client", "ip": "192.0.2.61", "hops_from_capture": 0}


@pytest.mark.parametrize(
    ("opens", "severity"),
    [(" 0.300000  server > client   ACK win 5792\n 0.300020  client > server PSH,ACK 1448", "note"),
     (" 1.500000  server > client   ACK win 5792\n 1.500020  client > server PSH,ACK 1448", "warning"),
     (" 9.000000  server > client   ACK win 5792\n 12.00000  client > server PSH,ACK 1448", "note")],
)  # fmt: skip
def test_it_weighs_as_much_as_somebody_waited(tmp_path, opens, severity):
    """The last one: nobody asked for room, and the next data came long after there was some."""
    lines = OPEN + " 0.016490  server > client   ACK       win 0\n" + opens
    assert found(played(tmp_path, "zero_window", lines), "zero_window")["severity"] == severity


def test_resets_and_handshakes_with_window_0_shut_nothing(tmp_path):
    lines = """
 0.000000  client > server   SYN       win 0 mss 1460
 0.008100  server > client   SYN,ACK   win 0
 0.008125  client > server   ACK       win 502
 0.008310  client > server   PSH,ACK 100
 0.016490  server > client   RST
"""
    assert found(played(tmp_path, "zero_window", lines), "zero_window") is None


def test_a_window_that_shuts_after_the_close_holds_nobody_up(tmp_path):
    lines = OPEN + (
        " 0.008320  client > server   FIN,ACK\n"
        " 0.016490  server > client   ACK       win 0\n"
        " 5.016490  server > client   FIN,ACK   win 5792\n"
        " 5.016510  client > server   ACK\n"
    )
    assert found(played(tmp_path, "zero_window", lines), "zero_window") is None


def test_who_waited_and_gave_up_makes_it_an_error(tmp_path):
    lines = OPEN + (
        " 0.016490  server > client   ACK       win 0\n"
        " 0.226307  client > server   window-probe\n"
        " 0.234412  server > client   ACK\n"
        " 8.000000  client > server   RST,ACK\n"
    )
    finding = found(played(tmp_path, "zero_window", lines), "zero_window")
    assert finding["severity"] == "error"
    assert "gave up" in finding["title"]
    assert finding["culprit"]["ip"] == "198.51.100.77"


def test_a_probe_without_an_answer_is_not_called_a_loss(tmp_path):
    finding = found(altered(tmp_path, "zero_window"), "zero_window")
    assert "1 probe got no answer" in finding["explanation"]
    assert "no sign of loss" in finding["explanation"]


def test_a_stream_begun_before_the_capture_is_judged_too(tmp_path):
    """Zero is zero, whatever the scale."""
    lines = OPEN.strip().splitlines()[:3]
    late = altered(tmp_path, "zero_window", change=[(re.escape(line), f"{line} unseen") for line in lines])
    assert late["connections"][0]["state"] == "closed"
    assert "starts_midstream" in {f["code"] for f in late["capture"]["quality"]}
    assert found(late, "zero_window")["severity"] == "warning"


@pytest.mark.parametrize(
    ("waits", "round_trip", "name"),
    [
        ([0.21, 0.42, 0.85, 1.7], 0.0, "doubling"),
        ([0.53, 1.06, 2.2, 4.5, 8.6], 0.1, "doubling"),
        ([0.4, 0.7, 1.3, 2.5], 0.1, "doubling"),  # seen at the receiver: 0.3, 0.6, 1.2, 2.4 and a round trip
        ([0.28, 0.536, 1.08, 2.296, 4.312, 8.664, 17.624, 34.776, 69.592], 0.0, "doubling"),  # Linux 6.12
        ([30.0, 60.0, 61.0], 0.0, "ceiling"),
        ([40.0, 80.0, 121.0, 122.0], 0.0, "ceiling"),
        ([75.0, 75.0, 75.0], 0.0, None),
        ([1.0], 0.0, None),  # one wait cannot tell
        ([0.2, 0.4, 0.3], 0.0, None),
    ],
)
def test_waits_before_probes_are_fitted_to_the_persist_timer(waits, round_trip, name):
    model = windows.persist(waits, round_trip)
    assert (model.name if model else None) == name


SHUT = OPEN + " 0.016490  server > client   ACK       win 0\n"
BY_THE_NEXT_BYTE = """
 0.516490  client > server   ACK 1     lost
 0.524600  server > client   ACK       win 0
 1.524600  client > server   again 6   lost
 1.532700  server > client   ACK       win 0
 3.532700  client > server   again 6   lost
 3.540800  server > client   ACK       win 0
"""
BY_AN_OLD_BYTE = """
 0.516490  client > server   ACK 1 seq 1448
 0.524600  server > client   ACK       win 0
 1.524600  client > server   ACK 1 seq 1448
 1.532700  server > client   ACK       win 0
 3.532700  client > server   ACK 1 seq 1448
 3.540800  server > client   ACK       win 0
"""


@pytest.mark.parametrize(
    ("lines", "form"), [(BY_THE_NEXT_BYTE, "the next byte"), (BY_AN_OLD_BYTE, "has already")]
)
def test_probes_of_other_systems_are_known_by_the_window_not_by_their_length(tmp_path, lines, form):
    report = played(tmp_path, "zero_window_probe", SHUT + lines)
    finding = found(report, "zero_window_probe")
    assert finding["numbers"]["probes"] == 3
    assert finding["numbers"]["persist_timer"] == "doubling"
    assert form in finding["explanation"]
    assert report["connections"][0]["verdict"] == "zero_window"
    assert found(report, "keepalive") is None


@pytest.mark.parametrize("hops", [2, 12])
def test_the_sender_may_be_anywhere(tmp_path, hops):
    finding = found(altered(tmp_path, "zero_window_probe", {"server": {"hops": hops}}), "zero_window_probe")
    assert finding["culprit"] == {"kind": "client", "ip": "192.0.2.83", "hops_from_capture": 0}
    assert finding["numbers"]["next_probe_s"] == pytest.approx(6.7, abs=0.1)


def test_a_connection_that_was_ended_is_not_said_to_go_on(tmp_path):
    after = [(r" 6\.620217  client > server   ACK", " 6.620217  client > server   RST,ACK")]
    report = altered(tmp_path, "zero_window_probe", change=after)
    assert found(report, "zero_window_probe") is None
    assert found(report, "zero_window")


def test_probes_that_nobody_answers_prove_no_living_host(tmp_path):
    lines = SHUT + (
        " 0.226307  client > server   window-probe\n"
        " 0.658290  client > server   window-probe\n"
        " 1.510303  client > server   window-probe\n"
    )
    report = played(tmp_path, "zero_window_probe", lines)
    assert found(report, "zero_window_probe") is None
    assert "no answer" not in found(report, "zero_window")["explanation"]


def test_waits_for_the_window_are_counted_and_measured(tmp_path):
    numbers = found(altered(tmp_path, "window_full"), "window_full")["numbers"]
    assert numbers["times_full"] == 4
    assert numbers["window_bytes"] == 8688
    assert numbers["waited_s"] == pytest.approx(0.16, abs=0.01)
    assert numbers["waited_percent"] == 100


@pytest.mark.parametrize(("window", "full"), [(8688, True), (9000, True), (10100, True), (10200, False)])
def test_a_window_is_full_when_no_whole_segment_fits_into_it(tmp_path, window, full):
    """Six segments of 1448 bytes are in flight."""
    change = [(r"SYN,ACK   win 8688", f"SYN,ACK   win {window}"), (r"window  = 8688", f"window  = {window}")]
    assert bool(found(altered(tmp_path, "window_full", change=change), "window_full")) is full


def test_full_windows_are_found_in_a_download_over_ipv6_too(tmp_path):
    """The sender is the server, the capture at the server."""
    turned = [("client", "CLIENT"), ("server", "client"), ("CLIENT", "server")]
    text = (expected.HERE / "window_full" / "experiment.toml").read_text("utf-8")
    packets = re.search(r"(?s)\[fires\].*?packets = '''\n(.*?)'''", text)[1].splitlines()[3:]
    begun = (
        " 0.000000  client > server   SYN       win 8688 mss 1460 wscale 0 sack ts\n"
        " 0.000020  server > client   SYN,ACK\n"
        " 0.040125  client > server   ACK       win 8688\n"
    )
    lines = "\n".join(packets)
    for old, new in turned:
        lines = lines.replace(old, new)
    change = [
        (r"(?s)vantage = .*?\[fires\]", 'vantage = "server"\n\n' + IPV6 + "[fires]"),
        (r"(?s)\[stays_quiet.hosts.*", ""),
    ]
    finding = found(played(tmp_path, "window_full", begun + lines, change), "window_full")
    assert finding["numbers"]["times_full"] >= 3
    assert finding["title"].startswith("2001:db8::80 filled the receive window of 2001:db8:7::9")


IPV6 = """[hosts.server]
address = "2001:db8::80"
hops    = 0
port    = 873
[hosts.client]
address = "2001:db8:7::9"
hops    = 5
window  = 8688
wscale  = 0

"""


def test_windows_of_a_stream_whose_handshake_is_not_seen_are_not_judged(tmp_path):
    text = (expected.HERE / "window_full" / "experiment.toml").read_text("utf-8")
    lines = re.search(r"(?s)\[fires\].*?packets = '''\n(.*?)'''", text)[1].splitlines()[:3]
    late = altered(tmp_path, "window_full", change=[(re.escape(line), f"{line} unseen") for line in lines])
    assert found(late, "window_full") is None


def test_a_shut_window_is_told_as_such_not_as_a_full_one(tmp_path):
    assert found(altered(tmp_path, "zero_window"), "window_full") is None


def upload(windows_then):
    """An upload over 40 ms: with each acknowledgement another window, and as many segments as it allows."""
    lines = [
        "0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 sack ts",
        f"0.040100  server > client   SYN,ACK   win {windows_then[0]}",
        "0.040125  client > server   ACK",
    ]
    at = 0.0403
    for number, window in enumerate(windows_then):
        if number:
            lines.append(f"{at:.6f} server > client ACK win {window}")
        lines += [f"{at + n / 1e5:.6f} client > server ACK 1448" for n in range(1, window // 1448 + 1)]
        at += 0.0402
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("windows_then", "said", "unsaid"),
    [([8688] * 5, "did not shrink", "shrank"), ([11584, 8688, 5792, 4344, 2896], "shrank", "did not shrink")],
)
def test_an_application_that_falls_behind_is_told_from_a_small_buffer(tmp_path, windows_then, said, unsaid):
    finding = found(played(tmp_path, "window_full", upload(windows_then)), "window_full")
    assert said in finding["explanation"]
    assert unsaid not in finding["explanation"]


def test_two_full_windows_are_everyday(tmp_path):
    assert found(played(tmp_path, "window_full", upload([8688] * 3)), "window_full") is None


def test_who_was_alive_and_fell_silent_is_told_whoever_gave_up(tmp_path):
    report = altered(tmp_path, "zero_window_dead_peer")
    finding = found(report, "zero_window_dead_peer")
    assert report["connections"][0]["verdict"] == "zero_window_dead_peer"
    assert (finding["severity"], finding["culprit"]["kind"]) == ("error", "unknown")
    assert finding["numbers"]["gave_up"] is True
    still = altered(tmp_path, "zero_window_dead_peer", change=[(r"40\.008120[^\n]*\n", "")])
    numbers = found(still, "zero_window_dead_peer")["numbers"]
    assert (numbers["gave_up"], numbers["unanswered_probes"], numbers["answered_probes"]) == (False, 5, 2)


def test_where_the_probes_are_seen_to_arrive_the_silent_host_is_named(tmp_path):
    hosts = {"client": {"hops": 4}, "server": {"hops": 0}}
    finding = found(altered(tmp_path, "zero_window_dead_peer", hosts, "server"), "zero_window_dead_peer")
    assert finding["culprit"] == {"kind": "server", "ip": "198.51.100.77", "hops_from_capture": 0}


@pytest.mark.parametrize(
    "after",
    [
        " 1.510303 client > server window-probe lost\n 3.206288 client > server window-probe lost\n",  # two
        # Within the limit of their rate:
        " 0.100000 client > server window-probe\n 0.300000 client > server window-probe\n"
        " 0.700000 client > server window-probe\n",
        # A late word of the receiver:
        " 1.510303 client > server window-probe lost\n 3.206288 client > server window-probe lost\n"
        " 6.598301 client > server window-probe\n 6.606400 server > client RST\n",
    ],
)
def test_a_few_missing_answers_are_no_death(tmp_path, after):
    assert found(played(tmp_path, "zero_window_dead_peer", SHUT + after), "zero_window_dead_peer") is None


def test_one_direction_alone_proves_no_silence(tmp_path):
    change = [(r"\[fires\]", '[fires]\nunseen_from = ["server"]')]
    report = altered(tmp_path, "zero_window_dead_peer", change=change)
    assert found(report, "zero_window_dead_peer") is None
