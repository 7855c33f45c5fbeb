"""Connection setup: what is said of SYNs without a connection, at other paces, lengths and vantage points."""

import pytest

from diagnoses import report
from experiments.scripted.__main__ import captures

HOSTS = {"client": ("192.0.2.97", 0), "server": ("203.0.113.228", 3)}


def scene(tmp_path, lines, hosts=None, vantage="client"):
    """The report of a capture with these packet lines; ``hosts``: name to address, hops, and how many."""
    text = ['name = "setup"', 'date = "2026-02-02T09:30:00Z"', f'vantage = "{vantage}"']
    text += ['claim = {en = "a test", ja = "テスト"}']
    for name, (address, hops, *many) in (HOSTS | (hosts or {})).items():
        text += [f"[hosts.{name}]", f'address = "{address}"', f"hops = {hops}"]
        text += [f"many = {count}" for count in many]
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
    assert not scene(tmp_path, BACK_IS_BROKEN)["findings"]  # its acknowledgement may be on its way
    later = "\n2.2 client > server ping"
    [finding] = scene(tmp_path, BACK_IS_BROKEN + later)["findings"]
    assert (finding["code"], finding["confidence"]) == ("syn_ack_lost", "likely")


def test_two_syns_are_unanswered_only_once_an_answer_had_its_time(tmp_path):
    assert not scene(tmp_path, syns([0, 1.02], 1.5))["findings"]
    assert scene(tmp_path, syns([0, 1.02], 2.1))["findings"][0]["code"] == "syn_unanswered"


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


CLOSED = """
 0.000 client:40001 > server:443 SYN
 0.008 server:443 > client:40001 SYN,ACK
 0.009 client:40001 > server:443 ACK
 0.020 server:443 > client:40001 FIN,ACK
 0.021 client:40001 > server:443 FIN,ACK
 0.030 server:443 > client:40001 ACK
"""
OLD_ANSWERS = """
20.000 client:40001 > server:443 SYN
20.008 server:443 > client:40001 ACK older lost
21.020 client:40001 > server:443 again 7
21.028 server:443 > client:40001 ACK older lost
23.030 client:40001 > server:443 again 7
"""
IGNORED = """
20.000 client:40001 > server:443 SYN
21.020 client:40001 > server:443 again 7
21.100 client:40002 > server:443 SYN
21.108 server:443 > client:40002 SYN,ACK
21.109 client:40002 > server:443 ACK
23.030 client:40001 > server:443 again 7
"""


def codes(found):
    return {f["code"] for f in found["findings"]}


def one(found, code):
    [finding] = [f for f in found["findings"] if f["code"] == code]
    return finding


def test_old_answers_without_a_cure_are_an_error(tmp_path):
    finding = one(scene(tmp_path, CLOSED + OLD_ANSWERS, AT_SERVER, "server"), "port_reuse_ignored")
    assert (finding["severity"], finding["confidence"]) == ("error", "certain")
    assert "No RST" in finding["explanation"]
    assert finding["culprit"]["kind"] == "unknown"


def test_a_reused_port_that_is_ignored_while_others_are_answered_is_likely_the_reason(tmp_path):
    found = scene(tmp_path, CLOSED + IGNORED)
    finding = one(found, "port_reuse_ignored")
    assert (finding["severity"], finding["confidence"]) == ("error", "likely")
    assert "syn_unanswered" not in codes(found)


FRESH_IGNORED = """21.200 client:40003 > server:443 SYN
22.210 client:40003 > server:443 again 12
23.030"""
LAST_ACK, RST_INSTEAD = "0.030 server:443 > client:40001 ACK", "0.030 server:443 > client:40001 RST"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CLOSED, "\n".join(line for line in IGNORED.splitlines() if "40002" not in line)),
        (CLOSED, IGNORED.replace("23.030", FRESH_IGNORED)),
        (CLOSED, IGNORED.replace("\n2", "\n52")),
        (CLOSED.replace(LAST_ACK, RST_INSTEAD), IGNORED),
    ],
    ids=["nobody else is answered", "a fresh port is ignored, too", "long ago", "a RST ended the older one"],
)
def test_a_reused_port_alone_proves_nothing(tmp_path, before, after):
    found = scene(tmp_path, before + after)
    assert "port_reuse_ignored" not in codes(found)
    assert codes(found) & {"syn_unanswered", "accept_queue_full"}


def test_a_reused_port_that_is_answered_at_once_is_healthy(tmp_path):
    lines = """
20.000 client:40001 > server:443 SYN
20.008 server:443 > client:40001 SYN,ACK
20.009 client:40001 > server:443 ACK
"""
    found = scene(tmp_path, CLOSED + lines)
    assert not [f for f in found["findings"] if f["severity"] != "info"]


WAITING = """
0.000 client:40001 > server:443 SYN
0.010 server:443 > client:40001 SYN,ACK
0.020 client:40001 > server:443 ACK
0.021 client:40001 > server:443 PSH,ACK "one"
0.031 server:443 > client:40001 ACK
"""
SYNS_IGNORED = """
1.000 client:40004 > server:443 SYN lost
2.010 client:40004 > server:443 again 6 lost
2.500 client:40001 > server:443 PSH,ACK "more"
2.510 server:443 > client:40001 ACK
4.030 client:40004 > server:443 again 6 lost
"""
ACK_IGNORED = """
1.000 client:40003 > server:443 SYN
1.010 server:443 > client:40003 SYN,ACK
1.020 client:40003 > server:443 ACK lost
2.030 server:443 > client:40003 again 7
2.040 client:40003 > server:443 ACK lost
4.050 server:443 > client:40003 again 7
4.060 client:40003 > server:443 ACK lost
"""
OTHERS_ANSWERED = """
1.000 client:40004 > server:443 SYN lost
2.010 client:40004 > server:443 again 1 lost
2.500 client:40005 > server:443 SYN
2.510 server:443 > client:40005 SYN,ACK
2.520 client:40005 > server:443 ACK
2.530 server:443 > client:40005 PSH,ACK "welcome"
4.030 client:40004 > server:443 again 1 lost
"""
AT_CLIENT_6 = {"client": ("2001:db8:7::9", 0), "server": ("2001:db8::80", 3)}


@pytest.mark.parametrize(
    ("lines", "hosts", "vantage", "sure", "culprit"),
    [
        (WAITING + ACK_IGNORED, AT_SERVER, "server", "certain", ("server", 0)),
        (WAITING + ACK_IGNORED, HOSTS, "client", "likely", ("server", 3)),
        (WAITING + SYNS_IGNORED, AT_SERVER, "server", "likely", ("server", 0)),
        (WAITING + SYNS_IGNORED, HOSTS, "client", "likely", ("unknown", None)),
        (WAITING + SYNS_IGNORED, AT_CLIENT_6, "client", "likely", ("unknown", None)),
        (OTHERS_ANSWERED, AT_SERVER, "server", "likely", ("server", 0)),
        (OTHERS_ANSWERED, HOSTS, "client", "possible", ("unknown", None)),
        (OTHERS_ANSWERED, BETWEEN, "tap", "possible", ("unknown", None)),
    ],
)
def test_a_full_queue_is_as_sure_as_the_capture_point_allows(tmp_path, lines, hosts, vantage, sure, culprit):
    found = scene(tmp_path, lines, hosts, vantage)
    finding = one(found, "accept_queue_full")
    assert (finding["severity"], finding["confidence"]) == ("error", sure)
    assert (finding["culprit"]["kind"], finding["culprit"]["hops_from_capture"]) == culprit
    assert "syn_unanswered" not in codes(found)
    assert "ss -ltn" in finding["would_settle"]
    assert "ListenOverflows" in finding["would_settle"]


NOBODY_ELSE = "\n".join(line for line in OTHERS_ANSWERED.splitlines() if "40005" not in line)
SERVED = (
    WAITING
    + '0.040 server:443 > client:40001 PSH,ACK "welcome"\n'
    + SYNS_IGNORED.replace("again 6", "again 7")
)
ONE_LOSS = OTHERS_ANSWERED.replace("4.030 client:40004 > server:443 again 1 lost", "")
OTHER_CLIENT = OTHERS_ANSWERED.replace("client:40005", "tap:40005")
DEFERRED = WAITING + "\n".join(ACK_IGNORED.splitlines()[:5])


@pytest.mark.parametrize(
    ("lines", "hosts", "vantage"),
    [
        (NOBODY_ELSE, HOSTS, "client"),  # a firewall, or a host that is down
        (SERVED, HOSTS, "client"),  # the only other connection is served: it may be older than a new rule
        (ONE_LOSS, HOSTS, "client"),  # two SYNs of one connection: chance
        (OTHER_CLIENT, BETWEEN, "tap"),  # a rule may be about this client
        (DEFERRED, AT_SERVER, "server"),  # TCP_DEFER_ACCEPT waits for data
        (CLOSED + IGNORED, AT_SERVER, "server"),  # a reused port is another story
    ],
    ids=["nobody else", "others are served", "one loss", "another client", "deferred accept", "reused port"],
)  # fmt: skip
def test_what_only_resembles_a_full_queue_is_not_called_one(tmp_path, lines, hosts, vantage):
    assert "accept_queue_full" not in codes(scene(tmp_path, lines, hosts, vantage))


def test_a_connection_that_is_taken_late_is_a_warning(tmp_path):
    late = """
8.060 client:40004 > server:443 again 6
8.070 server:443 > client:40004 SYN,ACK
8.080 client:40004 > server:443 ACK
"""
    finding = one(scene(tmp_path, WAITING + SYNS_IGNORED + late), "accept_queue_full")
    assert finding["severity"] == "warning"


def attempts(count, every, lines, start=0):
    """A block of a scene: one attempt after the other."""
    return f"{start}.000 repeat {count} every {every}\n{lines}\nend"


CLOSED_PORTS = """
0.000 client:41000+ > server:1000+ SYN win 1024 mss 1460
0.001 server:1000+ > client:41000+ RST,ACK about 1
"""
FILTERED_PORTS = """
0.000 client:41000+ > server:1000+ SYN lost
1.010 client:41000+ > server:1000+ again 1 lost
"""
INSISTING = (
    FILTERED_PORTS
    + """
3.030 client:41000+ > server:1000+ again 1 lost
7.060 client:41000+ > server:1000+ again 1 lost
"""
)
NETWORK = "0.000 client:41000+ > net+:22 SYN lost"
USED = """
0.000 client:41000+ > server:1000+ SYN
0.001 server:1000+ > client:41000+ SYN,ACK
0.002 client:41000+ > server:1000+ ACK
0.003 client:41000+ > server:1000+ PSH,ACK "get"
0.004 server:1000+ > client:41000+ PSH,ACK "here"
0.005 client:41000+ > server:1000+ RST,ACK
"""
CHECKS = """
0.000 client:41000+ > server:443 SYN
0.001 server:443 > client:41000+ SYN,ACK
0.002 client:41000+ > server:443 RST about 2
"""
NET = HOSTS | {"net": ("198.51.100.1", 3, 40)}
NET_6 = {"client": ("2001:db8:7::9", 0), "server": ("2001:db8::80", 3), "net": ("2001:db8:5::1", 3, 40)}


@pytest.mark.parametrize(
    ("lines", "hosts", "kind"),
    [
        (attempts(15, "0.010", CLOSED_PORTS), HOSTS, "ports"),
        (attempts(20, "0.500", FILTERED_PORTS), HOSTS, "ports"),
        (attempts(15, "20", CLOSED_PORTS), HOSTS, "ports"),
        (attempts(30, "0.020", NETWORK), NET, "hosts"),
        (attempts(30, "0.020", NETWORK), NET_6, "hosts"),
    ],
)
def test_a_scan_is_one_finding_and_no_error(tmp_path, lines, hosts, kind):
    found = scene(tmp_path, lines, hosts)
    [finding] = found["findings"]
    assert (finding["code"], finding["severity"], finding["connection"]) == ("port_scan", "note", None)
    assert f"different_{kind}" in finding["numbers"]
    assert set(verdicts(found)) == {"port_scan"}


@pytest.mark.parametrize(
    ("lines", "hosts"),
    [
        (attempts(14, "0.010", CLOSED_PORTS), HOSTS),  # a monitor with many checks
        (attempts(20, "40", CLOSED_PORTS), HOSTS),  # too slow
        (attempts(20, "0.100", INSISTING), HOSTS),  # a program that wants the connections
        (attempts(60, "0.010", CHECKS), HOSTS),  # one port
        (attempts(20, "0.010", USED), HOSTS),  # passive FTP, remote procedure calls
        (attempts(24, "0.020", NETWORK), NET),
        ("\n".join(attempts(20, "0.010", CLOSED_PORTS, at) for at in (0, 60, 120)), HOSTS),  # comes back
    ],
    ids=["few", "slow", "insists", "one port", "data", "few hosts", "comes back"],
)
def test_what_only_resembles_a_scan_is_not_called_one(tmp_path, lines, hosts):
    assert "port_scan" not in codes(scene(tmp_path, lines, hosts))


def test_an_outage_of_hosts_anywhere_is_no_scan_of_a_network(tmp_path):
    hosts = HOSTS | {f"far{n}": (f"198.{20 + 3 * n}.{7 * n}.9", 9) for n in range(30)}
    lines = "\n".join(f"{n / 100:.3f} client:{41000 + n} > far{n}:443 SYN lost" for n in range(30))
    assert not scene(tmp_path, lines, hosts)["findings"]


CROWD = AT_SERVER | {"bots": ("203.0.113.1", 7, 60)}
CROWD_6 = {"client": ("2001:db8:1::9", 6), "server": ("2001:db8::80", 0), "bots": ("2001:db8:6::1", 7, 60)}
INVENTED = """
0.000 bots+:2000+ > server:443 SYN win 512
0.001 server:443 > bots+:2000+ SYN,ACK
1.010 server:443 > bots+:2000+ again 2
3.030 server:443 > bots+:2000+ again 2
7.060 server:443 > bots+:2000+ again 2
"""
ONCE = "\n".join(INVENTED.splitlines()[:3])  # SYN cookies: the answer is not repeated
RESET = ONCE + "\n0.020 bots+:2000+ > server:443 RST about 2"
SERVED_LATER = """
9.000 client:40001 > server:443 SYN
9.001 server:443 > client:40001 SYN,ACK
9.020 client:40001 > server:443 ACK
"""
WAY_BACK = (
    INVENTED
    + """
1.100 bots+:2000+ > server:443 again 1
3.100 bots+:2000+ > server:443 again 1
"""
)
SUFFERS = """
9.000 client:40009 > server:443 SYN lost
10.010 client:40009 > server:443 again {at} lost
"""


@pytest.mark.parametrize("hosts", [CROWD, CROWD_6], ids=["IPv4", "IPv6"])
def test_a_flood_is_one_warning_and_names_no_culprit(tmp_path, hosts):
    found = scene(tmp_path, attempts(60, "0.050", INVENTED), hosts, "server")
    [finding] = found["findings"]
    assert (finding["code"], finding["severity"]) == ("syn_flood", "warning")
    assert finding["culprit"]["kind"] == "unknown"
    assert finding["numbers"]["half_open"] == 60
    assert set(verdicts(found)) == {"syn_flood"}


def test_a_flood_that_real_clients_suffer_from_is_an_error(tmp_path):
    lines = attempts(60, "0.010", INVENTED) + SUFFERS.format(at=301)
    finding = one(scene(tmp_path, lines, CROWD, "server"), "syn_flood")
    assert finding["severity"] == "error"
    assert finding["numbers"]["clients_ignored"] == 1


def test_answers_that_are_not_repeated_are_a_flood_where_others_get_through(tmp_path):
    with_cookies = scene(tmp_path, attempts(60, "0.010", ONCE) + SERVED_LATER, CROWD, "server")
    assert "cookies" in one(with_cookies, "syn_flood")["explanation"]


@pytest.mark.parametrize(
    "lines",
    [
        attempts(60, "0.010", ONCE) + "\n9.0 client > server ping",  # a filter that keeps SYNs only
        attempts(29, "0.010", INVENTED),
        attempts(60, "3", INVENTED),  # a minute sees twenty
        attempts(60, "0.010", RESET),  # health checks
        attempts(60, "0.010", WAY_BACK),  # real clients without a way back
        attempts(60, "0.010", INVENTED.replace("bots+", "client")),  # one sender
    ],
    ids=["SYNs only", "few", "slow", "reset", "way back", "one sender"],
)
def test_what_only_resembles_a_flood_is_not_called_one(tmp_path, lines):
    assert "syn_flood" not in codes(scene(tmp_path, lines, CROWD, "server"))


def test_half_open_connections_at_the_end_of_a_capture_may_still_be_completed(tmp_path):
    lines = attempts(60, "0.010", "\n".join(INVENTED.splitlines()[:4]))
    assert "syn_flood" not in codes(scene(tmp_path, lines, CROWD, "server"))
