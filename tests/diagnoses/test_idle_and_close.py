"""Resets after a pause, for late data, by one's own patience; closes that cross, or never come."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

OPEN = """
 0.000 client > server SYN win 64240 mss 1460 wscale 7 sack ts
 0.010 server > client SYN,ACK
 0.011 client > server ACK
 0.012 client > server PSH,ACK 100
 0.022 server > client PSH,ACK 400
 0.023 client > server ACK
"""
TALK = OPEN + " 0.030 server > client ACK win 501\n"  # three packets of the server: a baseline
FW = {"fw": {"address": '"10.30.1.1"', "hops": 2}}


# A RST by a device, after a pause


@pytest.mark.parametrize("idle", [4, 60, 7200])
@pytest.mark.parametrize("hops", [(1, 3), (2, 4), (6, 12)])
def test_a_device_that_resets_the_first_packet_after_a_pause_is_placed(tmp_path, idle, hops):
    device, server = hops
    lines = f"{TALK}{idle} client > server PSH,ACK 50\n{idle + 0.004} fw > client RST as server"
    found = judged(tmp_path, lines, fw=FW["fw"] | {"hops": device}, server={"hops": server})
    told = finding(found, "idle_flow_reset_on_path")
    assert told["culprit"] == {"kind": "path", "ip": None, "hops_from_capture": device}
    assert told["numbers"]["idle_before_s"] == pytest.approx(idle - 0.03)
    assert "reset_on_path" not in codes(found)


def test_two_segments_after_the_pause_are_still_the_first_words(tmp_path):
    lines = TALK + "90 client > server PSH,ACK 50\n90.0001 client > server PSH,ACK 60\n"
    found = judged(tmp_path, lines + "90.004 fw > client RST as server", **FW)
    assert finding(found, "idle_flow_reset_on_path")["numbers"]["idle_before_s"] == pytest.approx(89.97)


def test_the_bound_of_the_timeout_is_told_from_both_sides(tmp_path):
    lines = (
        OPEN + "40 client > server PSH,ACK 50\n40.01 server > client PSH,ACK 9\n40.011 client > server ACK\n"
    )
    lines += "140 client > server PSH,ACK 50\n140.004 fw > client RST as server"
    told = finding(judged(tmp_path, lines, **FW), "idle_flow_reset_on_path")
    assert told["numbers"]["idle_survived_s"] == pytest.approx(39.977)
    assert "between that and" in told["explanation"]


IDLE_TRAPS = {
    "no pause": "0.5 client > server PSH,ACK 50\n0.504 fw > client RST as server",
    "the server's own RST": "90 client > server PSH,ACK 50\n90.01 server > client RST",
    "the server spoke after the pause": "90 client > server PSH,ACK 50\n90.01 server > client PSH,ACK 10\n"
    "90.2 client > server PSH,ACK 50\n90.204 fw > client RST as server",
    "the server's own timeout": "90 server > client FIN,ACK\n90.01 client > server FIN,ACK\n"
    "90.02 server > client ACK",
}


@pytest.mark.parametrize("trap", IDLE_TRAPS)
def test_what_is_no_forgotten_connection_is_not_called_one(tmp_path, trap):
    found = judged(tmp_path, TALK + IDLE_TRAPS[trap], **FW)
    assert "idle_flow_reset_on_path" not in codes(found)


# Data for a closed socket


@pytest.mark.parametrize("seen_from", ["client", "server"])
def test_data_to_a_closed_socket_is_the_closers_deed_from_either_end(tmp_path, seen_from):
    lines = OPEN + "5 server > client FIN,ACK\n5.04 client > server ACK\n6 client > server PSH,ACK 70\n"
    far = {"client": {"hops": 4}, "server": {"hops": 0}} if seen_from == "server" else {}
    found = judged(tmp_path, lines + "6.01 server > client RST", vantage=seen_from, **far)
    told = finding(found, "data_after_close")
    assert (told["severity"], told["culprit"]["kind"]) == ("error", "server")
    assert told["numbers"]["lost_bytes"] == 70
    assert "had that FIN" in told["explanation"]


def test_data_that_crossed_the_fin_is_told_as_a_crossing(tmp_path):
    lines = (
        OPEN
        + "5 server > client FIN,ACK\n5.0001 client > server PSH,ACK 70 ack 401\n5.01 server > client RST"
    )
    told = finding(judged(tmp_path, lines), "data_after_close")
    assert "crossed that FIN" in told["explanation"]


def test_a_client_that_wants_no_more_harms_nobody(tmp_path):
    lines = OPEN + "1 client > server FIN,ACK\n1.01 server > client PSH,ACK 900\n1.011 client > server RST"
    assert finding(judged(tmp_path, lines), "data_after_close")["severity"] == "note"


LATE_TRAPS = {
    "nothing was lost": "5 server > client FIN,ACK\n5.04 client > server FIN,ACK\n5.05 server > client RST",
    "no FIN before": "6 client > server PSH,ACK 70\n6.01 server > client RST",
    "a device made it": "5 server > client FIN,ACK\n5.04 client > server ACK\n6 client > server PSH,ACK 70\n"
    "6.004 fw > client RST as server",
    "the data was read": "5 server > client FIN,ACK\n5.04 client > server ACK\n6 client > server PSH,ACK 70\n"
    "6.01 server > client ACK\n6.5 client > server FIN,ACK\n6.51 server > client ACK",
}


@pytest.mark.parametrize("trap", LATE_TRAPS)
def test_what_is_no_data_after_close_is_not_called_so(tmp_path, trap):
    assert "data_after_close" not in codes(judged(tmp_path, TALK + LATE_TRAPS[trap], **FW))


# A RST by one's own patience


def waiting(gaps, last, probe=False, at=1.0):
    """Data sent in vain with these gaps, and a RST by the sender."""
    lines = [f"{at} client > server " + ("keepalive lost" if probe else "PSH,ACK 60 lost")]
    for gap in gaps:
        at += gap
        lines.append(f"{at:.3f} client > server " + ("keepalive lost" if probe else "again 7 lost"))
    return "\n".join([*lines, f"{at + last:.3f} client > server RST,ACK lost"])


@pytest.mark.parametrize("rto", [0.2, 0.3, 1.0])
def test_a_stack_that_gives_up_when_the_next_repeat_is_due(tmp_path, rto):
    gaps = [rto * 2**n for n in range(5)]
    told = finding(judged(tmp_path, OPEN + waiting(gaps, rto * 32)), "reset_by_own_timeout")
    assert told["numbers"]["by_timer"] is True
    assert told["confidence"] == "certain"
    assert told["culprit"]["kind"] == "unknown"


def test_an_application_that_gives_up_at_its_own_time(tmp_path):
    told = finding(judged(tmp_path, OPEN + waiting([0.2, 0.4, 0.8, 1.6], 7.0)), "reset_by_own_timeout")
    assert told["numbers"]["by_timer"] is False
    assert told["numbers"]["gave_up_after_s"] == 10.0


def test_after_a_pause_the_forgotten_connection_explains_the_rst_as_well(tmp_path):
    found = judged(tmp_path, OPEN + waiting([0.2, 0.4, 0.8, 1.6], 3.2, at=90.0))
    assert codes(found) == {"idle_flow_dropped"}
    assert "itself: it gave up" in finding(found, "idle_flow_dropped")["explanation"]


def test_keepalives_at_a_fixed_pace_have_a_diagnosis_of_their_own(tmp_path):
    found = judged(tmp_path, OPEN + waiting([1, 1, 1], 1, probe=True))
    assert codes(found) == {"keepalive_failed"}


OWN_TRAPS = {
    "answered in between": "1 client > server PSH,ACK 60 lost\n1.2 client > server again 7\n"
    "1.21 server > client ACK\n5 client > server RST,ACK",
    "one repeat only": waiting([0.2], 3),
    "the peer's RST": "1 client > server PSH,ACK 60 lost\n1.2 client > server again 7 lost\n"
    "1.6 client > server again 7\n1.61 server > client RST",
}


@pytest.mark.parametrize("trap", OWN_TRAPS)
def test_other_resets_are_nobodys_own_timeout(tmp_path, trap):
    assert "reset_by_own_timeout" not in codes(judged(tmp_path, OPEN + OWN_TRAPS[trap]))


# A side that never closes


def later(at):
    """Another connection, which shows that time has passed."""
    return f"""
{at} client:50001 > server SYN win 64240 mss 1460 wscale 7 sack ts
{at + 0.01} server > client:50001 SYN,ACK
{at + 0.011} client:50001 > server ACK
"""


@pytest.mark.parametrize("closer", ["client", "server"])
def test_the_side_that_never_closes_is_named(tmp_path, closer):
    other = "server" if closer == "client" else "client"
    lines = OPEN + f"2 {closer} > {other} FIN,ACK\n2.04 {other} > {closer} ACK"
    told = finding(judged(tmp_path, lines + later(90)), "half_close_stuck")
    assert told["culprit"]["kind"] == other
    assert told["severity"] == "warning"


STUCK_TRAPS = {
    "not long enough": "2 client > server FIN,ACK\n2.04 server > client ACK" + later(50),
    "data still flows": "2 client > server FIN,ACK\n2.04 server > client ACK\n"
    "80 server > client PSH,ACK 100\n"
    "80.01 client > server ACK" + later(90),
    "it closed in the end": "2 client > server FIN,ACK\n2.04 server > client ACK\n"
    "80 server > client FIN,ACK\n"
    "80.01 client > server ACK" + later(190),
    "nobody acknowledged the FIN": "2 client > server FIN,ACK lost" + later(90),
    "reset": "2 client > server FIN,ACK\n2.04 server > client ACK\n3 server > client RST,ACK" + later(90),
}


@pytest.mark.parametrize("trap", STUCK_TRAPS)
def test_a_half_close_in_use_is_healthy(tmp_path, trap):
    assert "half_close_stuck" not in codes(judged(tmp_path, OPEN + STUCK_TRAPS[trap]))


def test_without_the_other_direction_a_missing_fin_proves_nothing(tmp_path):
    lines = OPEN + "2 client > server FIN,ACK\n2.04 server > client ACK"
    found = judged(tmp_path, lines + later(90), more='unseen_from = ["server"]')
    assert "half_close_stuck" not in codes(found)


# FINs that cross


@pytest.mark.parametrize("first", ["client", "server"])
def test_crossed_fins_are_one_healthy_verdict_whoever_was_first(tmp_path, first):
    second = "server" if first == "client" else "client"
    ack = 101 if second == "server" else 401
    lines = OPEN + f"2 {first} > {second} FIN,ACK\n2.03 {second} > {first} FIN,ACK ack {ack}\n"
    found = judged(tmp_path, lines + f"2.031 {first} > {second} ACK\n2.06 {second} > {first} ACK")
    assert codes(found) == {"simultaneous_close"}
    assert [c["verdict"] for c in found["connections"]] == ["simultaneous_close"]


def test_a_fin_that_acknowledges_the_other_is_an_ordinary_close(tmp_path):
    lines = OPEN + "2 client > server FIN,ACK\n2.03 server > client FIN,ACK\n2.031 client > server ACK\n"
    assert codes(judged(tmp_path, lines + "2.06 server > client ACK")) == {"clean_close"}
