"""The two diagnoses of the path MTU: with other parameters, other vantage points, and all that could be
mistaken for them.
"""

import re

import pytest

from tests.diagnoses.scene import AT_CLIENT, AT_SERVER, BETWEEN, V4, V6, found

OPENING = """
 0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 sack ts
 0.021300  server > client   SYN,ACK
 0.021322  client > server   ACK
 0.021590  client > server   PSH,ACK 82
 0.042904  server > client   ACK
"""
BIG = """
 0.044020  client > server   ACK {size}  lost
 0.044022  client > server   ACK {size}  lost
"""
TAIL = """
 0.044024  client > server   PSH,ACK 300
 0.065310  server > client   ACK
"""
AGAIN = """
 0.312402  client > server   again 6   lost
 0.744398  client > server   again 6   lost
 1.608401  client > server   again 6   lost
"""


@pytest.mark.parametrize(("hosts", "size"), [(V4, 1448), (V4, 1300), (V4, 700), (V6, 1428), (V6, 1300)])
def test_a_black_hole_of_any_size_is_found(tmp_path, hosts, size):
    hole = found(tmp_path, OPENING + BIG.format(size=size) + TAIL + AGAIN, hosts)["pmtu_black_hole"]
    assert (hole["severity"], hole["confidence"]) == ("error", "certain")
    assert hole["numbers"]["lost_segment_bytes"] == size
    assert hole["numbers"]["largest_arrived_bytes"] == 300
    assert hole["culprit"] == {"kind": "path", "ip": None, "hops_from_capture": None}


@pytest.mark.parametrize(("hosts", "size"), [(V4, 536), (V6, 1208)])
def test_what_passes_on_every_path_is_no_black_hole(tmp_path, hosts, size):
    assert "pmtu_black_hole" not in found(tmp_path, OPENING + BIG.format(size=size) + TAIL + AGAIN, hosts)


def test_it_is_found_between_the_ends_and_of_the_servers_segments(tmp_path):
    packets = """
 0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 sack ts
 0.021300  server > client   SYN,ACK
 0.021322  client > server   ACK
 0.021590  client > server   PSH,ACK 82
 0.042904  server > client   ACK 1448 lost
 0.042906  server > client   ACK 1448 lost
 0.042908  server > client   PSH,ACK 300
 0.065310  client > server   ACK
 0.312402  server > client   again 5   lost
 0.744398  server > client   again 5   lost
 1.608401  server > client   again 5   lost
"""
    for place in (AT_SERVER, BETWEEN):
        hole = found(tmp_path, packets, place=place)["pmtu_black_hole"]
        assert hole["title"].startswith("Large segments of 198.51.100.25 never reach 192.0.2.40")


def test_three_sendings_are_too_few_unless_smaller_ones_then_pass(tmp_path):
    three = OPENING + BIG.format(size=1448) + TAIL + "\n".join(AGAIN.splitlines()[:3])
    assert "pmtu_black_hole" not in found(tmp_path, three)
    smaller = """
 1.608401  client > server   ACK 536 seq 83
 1.629801  server > client   ACK ack 619
"""
    hole = found(tmp_path, three + smaller)["pmtu_black_hole"]
    assert hole["severity"] == "warning"
    assert "segments of 536 bytes" in hole["explanation"]


def test_one_large_segment_that_arrives_excludes_it(tmp_path):
    packets = OPENING + BIG.format(size=1448).replace("1448  lost", "1448", 1) + TAIL
    packets += AGAIN.replace("again 6", "again 7")
    assert "pmtu_black_hole" not in found(tmp_path, packets)


def test_with_nothing_after_it_a_short_pause_makes_it_likely_and_a_long_one_decides_nothing(tmp_path):
    hole = found(tmp_path, OPENING + BIG.format(size=1448) + AGAIN)["pmtu_black_hole"]
    assert hole["confidence"] == "likely"
    assert "right before" in hole["explanation"]
    assert hole["rejected"][1]["code"] == "half_open_silent"
    assert "Not excluded" in hole["rejected"][1]["why"]
    later = re.sub(r"(?m)^ (\d)\.(\d+)", lambda m: f" {int(m[1]) + 9}.{m[2]}", BIG.format(size=1448) + AGAIN)
    assert "pmtu_black_hole" not in found(tmp_path, OPENING + later)


@pytest.mark.parametrize(
    ("place", "kind", "says"),
    [(BETWEEN, "path", "between the capture point and"), (AT_CLIENT, "client", "its own packet filter")],
)
def test_a_message_that_changes_nothing_is_told(tmp_path, place, kind, says):
    message = " 0.{}  r1 > client  ICMP frag-needed about {} mtu 1400\n"
    packets = OPENING + BIG.format(size=1448) + message.format("044030", 6) + TAIL.replace("044024", "044034")
    hole = found(tmp_path, packets + AGAIN, place=place)["pmtu_black_hole"]
    assert hole["culprit"]["kind"] == kind
    assert says in hole["explanation"]
    assert hole["numbers"]["next_hop_mtu"] == 1400


def test_the_width_of_the_path_is_never_told_without_a_message(tmp_path):
    hole = found(tmp_path, OPENING + BIG.format(size=1448) + TAIL + AGAIN)["pmtu_black_hole"]
    assert "next_hop_mtu" not in hole["numbers"]
    assert "is not in this capture" in hole["explanation"]


def discovery(mtu, size):
    return f"""
 0.052110  r1     > client   ICMP frag-needed about 6 mtu {mtu}
 0.052180  client > server   ACK {size}  seq 83
 0.073502  server > client   ACK  ack {83 + size}
"""


@pytest.mark.parametrize(("hosts", "mtu", "size"), [(V4, 1400, 1348), (V4, 0, 536), (V6, 1280, 1208)])
def test_discovery_is_healthy_and_names_the_router_and_its_mtu(tmp_path, hosts, mtu, size):
    told = found(tmp_path, OPENING + BIG.format(size=1400) + discovery(mtu, size), hosts)
    assert set(told) == {"pmtu_discovery"}
    assert told["pmtu_discovery"]["severity"] == "info"
    assert told["pmtu_discovery"]["culprit"] == {
        "kind": "path",
        "ip": hosts["router"],
        "hops_from_capture": 3,
    }
    assert told["pmtu_discovery"]["numbers"].get("next_hop_mtu", 0) == mtu
    assert told["pmtu_discovery"]["numbers"]["segment_after_bytes"] == size


def test_of_several_routers_the_narrowest_is_named(tmp_path):
    second = discovery(1300, 1248).replace(" 0.0", " 0.1")
    told = found(tmp_path, OPENING + BIG.format(size=1448) + discovery(1400, 1348) + second)
    assert told["pmtu_discovery"]["numbers"]["next_hop_mtu"] == 1300
