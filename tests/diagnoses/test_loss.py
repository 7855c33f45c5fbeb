"""Loss and what looks like it: each late segment is told once, by what it is, on either side of a loss."""

import re

import pytest

from diagnoses import expected, report
from tests.diagnoses.scene import AT_CLIENT, AT_SERVER, BETWEEN, V4, V6, found

LOSS = {"timeout_retransmission", "fast_retransmission", "reordering", "spurious_retransmission"}
OPENING = """
 0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 {options}
 0.020000  server > client   SYN,ACK
 0.020100  client > server   ACK
 0.020500  client > server   PSH,ACK 120
 0.040500  server > client   ACK
 0.040600  server > client   PSH,ACK 300
 0.040700  client > server   ACK
"""
LOST_REQUEST = """
 1.500000  client > server   PSH,ACK 120   lost
"""


def opening(options="sack ts"):
    return OPENING.format(options=options)


def codes(folder, name="fires"):
    return {f["code"] for f in report(expected.HERE / folder / f"{name}.pcap")["findings"]}


def burst(ids, late_at, late_id, ack="ack 2897", options="sack ts"):
    """At the server: the second of four segments is missing, and fills its gap at a time, with an IP ID."""
    return f"""
 0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 {options}  id {ids}
 0.000020  server > client   SYN,ACK
 0.020100  client > server   ACK  id {(ids + 1) % 65536 if ids else 0}
 0.020500  client > server   ACK 1440  id {(ids + 2) % 65536 if ids else 0}
 0.020510  server > client   ACK
 0.020700  client > server   ACK 1440  seq 2881  id {(ids + 4) % 65536 if ids else 0}
 0.020710  server > client   ACK
 0.020800  client > server   ACK 1440  id {(ids + 5) % 65536 if ids else 0}
 0.020810  server > client   ACK
 0.020900  client > server   ACK 1440  id {(ids + 6) % 65536 if ids else 0}
 0.020910  server > client   ACK
 {late_at}  client > server   ACK 1440  seq 1441  id {late_id}
 {late_at[:-1]}9  server > client   ACK
"""


@pytest.mark.parametrize("hosts", [V4, V6])
@pytest.mark.parametrize("place", [AT_CLIENT, BETWEEN])
def test_a_loss_behind_the_capture_point_shows_both_sendings(tmp_path, hosts, place):
    packets = (
        opening()
        + """
 0.100000  client > server   ACK 1200   lost
 0.100010  client > server   ACK 1200
 0.100020  client > server   ACK 1200
 0.120100  server > client   ACK
 0.120110  server > client   ACK
 0.120200  client > server   again 8
 0.140300  server > client   ACK
"""
    )
    told = found(tmp_path, packets, hosts, place)
    assert set(told) & LOSS == {"fast_retransmission"}
    finding = told["fast_retransmission"]
    assert finding["numbers"]["first_sending_unseen"] == 0
    assert finding["confidence"] == "certain"
    assert "behind the capture point" in finding["explanation"]
    assert finding["numbers"]["lost_percent"] == 20.0  # one of five sendings


@pytest.mark.parametrize(
    ("ids", "late_id", "options", "confidence"),
    [
        (7000, 7007, "sack ts", "certain"),
        (0, 0, "sack ts", "certain"),
        (7000, 7007, "sack", "certain"),
        (0, 0, "sack", "likely"),
        (65530, 1, "sack", "certain"),
    ],
)
def test_a_loss_before_the_capture_point_shows_one_sending_newer_than_what_came_before(
    tmp_path, ids, late_id, options, confidence
):
    told = found(tmp_path, burst(ids, "0.041000", late_id, options=options), place=AT_SERVER)
    assert set(told) & LOSS == {"fast_retransmission"}
    assert told["fast_retransmission"]["confidence"] == confidence
    assert told["fast_retransmission"]["numbers"]["first_sending_unseen"] == 1
    assert "before the capture point" in told["fast_retransmission"]["explanation"]


@pytest.mark.parametrize(
    ("ids", "late_id", "confidence"), [(7000, 7003, "certain"), (65531, 65534, "certain"), (0, 0, "likely")]
)
def test_a_segment_that_was_sent_first_and_came_last_was_overtaken(tmp_path, ids, late_id, confidence):
    told = found(tmp_path, burst(ids, "0.023000", late_id, options="sack"), place=AT_SERVER)
    assert set(told) & LOSS == {"reordering"}
    assert told["reordering"]["confidence"] == confidence
    assert told["reordering"]["numbers"]["most_overtakers"] == 3
    assert told["reordering"]["culprit"]["kind"] == "path"


def test_what_id_and_timestamp_contradict_is_not_told(tmp_path):
    told = found(tmp_path, burst(7000, "0.041000", 7003), place=AT_SERVER)  # an older IP ID, a newer TSval
    assert not set(told) & LOSS


def stalled(*times, answer=True):
    again = "".join(f" {t:.6f}  client > server  again 8  lost\n" for t in times[:-1])
    end = f" {times[-1]:.6f}  client > server  again 8{'' if answer else '  lost'}\n"
    return again + end + (f" {times[-1] + 0.02:.6f}  server > client  ACK\n" if answer else "")


@pytest.mark.parametrize(
    ("times", "answer", "severity"),
    [
        ((1.72,), True, "note"),
        ((1.72, 2.16), True, "note"),
        ((1.72, 2.16, 3.04), True, "warning"),
        ((1.72,), False, "note"),  # the capture ends with it: an answer may be on its way
        ((1.72, 2.7), False, "warning"),
        ((2.5,), True, "note"),
        ((4.5,), True, "warning"),
    ],
)
def test_a_short_stall_is_a_note_and_a_long_or_open_one_a_warning(tmp_path, times, answer, severity):
    told = found(tmp_path, opening() + LOST_REQUEST + stalled(*times, answer=answer))
    assert set(told) & LOSS == {"timeout_retransmission"}
    finding = told["timeout_retransmission"]
    assert finding["severity"] == severity
    assert finding["numbers"]["timeouts"] == len(times)
    assert finding["numbers"]["repaired"] is answer
    assert finding["numbers"]["stood_still_s"] == pytest.approx(times[-1] - 1.5)


def test_a_short_stall_that_nobody_ended_is_a_warning_once_an_answer_had_its_time(tmp_path):
    later = " 1.72  client > server  again 8  lost\n 2.0  client > server  ping\n"
    told = found(tmp_path, opening() + LOST_REQUEST + later)
    assert told["timeout_retransmission"]["severity"] == "warning"


def test_at_the_receiver_data_that_arrives_again_and_again_was_not_lost_on_the_way(tmp_path):
    told = found(tmp_path, opening() + LOST_REQUEST + stalled(1.72, 2.16), place=AT_SERVER)
    assert "every sending arrived there" in told["timeout_retransmission"]["explanation"]


def test_without_the_other_side_the_finding_says_what_it_cannot_know(tmp_path):
    packets = opening() + LOST_REQUEST + stalled(1.72, 2.16, 3.04, answer=False)
    unseen = re.sub(r"(?m)^(.*server > client.*)$", r"\1  unseen", packets)
    told = found(tmp_path, unseen)
    assert "no packet of 198.51.100.25" in told["timeout_retransmission"]["explanation"]


def test_a_repeat_below_the_least_timer_without_signs_is_not_told(tmp_path):
    packets = (
        opening() + " 1.500000 client > server PSH,ACK 120 lost\n 1.500100 client > server ACK 120 lost\n"
    )
    assert not set(found(tmp_path, packets + " 1.600000 client > server again 8\n")) & LOSS


def needless(proof):
    return (
        opening()
        + f"""
 1.500000  client > server   PSH,ACK 120
 1.721204  client > server   again 8
 1.800310  server > client   ACK  {proof}
"""
    )


@pytest.mark.parametrize("hosts", [V4, V6])
@pytest.mark.parametrize("proof", ["echo 8", "dsack 8", "echo 8 dsack 8"])
def test_each_proof_alone_shows_that_nothing_was_lost(tmp_path, hosts, proof):
    told = found(tmp_path, needless(proof), hosts)
    assert set(told) & LOSS == {"spurious_retransmission"}
    assert told["spurious_retransmission"]["severity"] == "note"


def test_bytes_acknowledged_before_their_repeat_passes_are_proof(tmp_path):
    packets = needless("").replace("1.721204", "1.921204").replace("1.800310", "1.600310")
    told = found(tmp_path, "\n".join(sorted(packets.split("\n"))), place=AT_SERVER)
    assert set(told) & LOSS == {"spurious_retransmission"}
    assert "before the repeat passed here" in told["spurious_retransmission"]["explanation"]


def test_without_a_proof_it_is_a_timeout(tmp_path):
    assert set(found(tmp_path, needless(""))) & LOSS == {"timeout_retransmission"}


def test_of_two_repeats_with_one_report_one_was_needed(tmp_path):
    packets = (
        opening()
        + LOST_REQUEST
        + """
 1.721204  client > server   again 8
 2.161204  client > server   again 8
 2.200310  server > client   ACK  dsack 8
"""
    )
    told = found(tmp_path, packets)
    assert set(told) & LOSS == {"timeout_retransmission", "spurious_retransmission"}
    assert told["spurious_retransmission"]["numbers"]["needless_repeats"] == 1
    assert told["timeout_retransmission"]["numbers"]["timeouts"] == 1


def test_a_needless_probe_of_the_tail_is_healthy(tmp_path):
    packets = needless("dsack 8").replace("1.721204", "1.545204").replace("1.800310", "1.565310")
    told = found(tmp_path, packets)
    assert told["spurious_retransmission"]["severity"] == "info"
    assert "tail loss probe" in told["spurious_retransmission"]["explanation"]


@pytest.mark.parametrize(
    "folder",
    [
        "keepalive",
        "keepalive_failed",
        "pmtu_discovery",
        "pmtu_black_hole",
        "duplicate_frames",
        "capture_drops",
        "fin_unanswered",
        "idle_flow_dropped",
        "half_open_silent",
        "syn_unanswered",
        "offloaded_segments",
        "zero_window",
        "zero_window_probe",
    ],
)
def test_what_others_explain_is_not_told_again(folder):
    assert not codes(folder) & LOSS


def test_frequent_loss_is_a_warning(tmp_path):
    lines, time, number = [opening()], 0.1, 8
    for _ in range(6):
        lines.append(f" {time:.6f}  client > server  ACK 1000  lost\n")
        lines += [f" {time + step:.6f}  client > server  ACK 1000\n" for step in (1e-5, 2e-5)]
        lines += [
            f" {time + 0.02:.6f}  server > client  ACK\n",
            f" {time + 0.0201:.6f}  server > client  ACK\n",
        ]
        lines += [f" {time + 0.021:.6f}  client > server  again {number}\n"]
        lines += [f" {time + 0.041:.6f}  server > client  ACK\n"]
        time, number = time + 0.05, number + 7
    told = found(tmp_path, "".join(lines))
    assert told["fast_retransmission"]["severity"] == "warning"
    assert told["fast_retransmission"]["numbers"]["lost_segments"] == 6
    assert told["fast_retransmission"]["numbers"]["lost_percent"] == 24.0  # six of 25 sendings


def test_the_thinned_middle_of_a_very_long_connection_is_not_judged(tmp_path, monkeypatch):
    """What asked for a repeat is not among its rows there: it would look like the end of a timer."""
    lines, time = [opening()], 0.1
    for number in range(60):
        lost = "  lost" if number == 20 else ""
        lines.append(f" {time:.6f}  client > server  ACK 1000{lost}\n")
        if number == 24:
            lines.append(f" {time + 0.3:.6f}  server > client  ACK\n")
            lines.append(f" {time + 0.3001:.6f}  client > server  again 28\n")
            lines.append(f" {time + 0.32:.6f}  server > client  ACK\n")
        time += 0.02 if number != 24 else 0.4
    assert set(found(tmp_path, "".join(lines))) & LOSS == {"fast_retransmission"}
    for module in ("packets.store", "diagnoses.resends"):
        monkeypatch.setattr(f"{module}.MOST_ROWS", 30)
    assert not set(found(tmp_path, "".join(lines))) & LOSS
