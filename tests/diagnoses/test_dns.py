"""DNS: what is said of lookups at other paces, over several resolvers, and where nothing may be said."""

from pathlib import Path

import pytest

from diagnoses import report
from experiments.scripted.__main__ import captures

SHARED = Path(__file__).resolve().parents[3] / "shared" / "captures"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared: the labelled captures")
SCENE = """\
name = "a_scene"
claim = {{ en = "It works.", ja = "動きます。" }}
date = "2026-01-15T09:00:00Z"
vantage = "{vantage}"

[hosts.client]
address = "{client}"
hops = {near}
[hosts.resolver]
address = "{resolver}"
hops = {far}
port = 53
[hosts.second]
address = "{second}"
hops = 4
port = 53
[hosts.server]
address = "{server}"
hops = 6
port = 443

[healthy]
never = ["port_scan"]
{more}
packets = '''
{lines}
'''
"""
V4 = {
    "client": "192.0.2.10",
    "resolver": "198.51.100.53",
    "second": "198.51.100.54",
    "server": "203.0.113.80",
}
V6 = {
    "client": "2001:db8:1::10",
    "resolver": "2001:db8:2::53",
    "second": "2001:db8:2::54",
    "server": "2001:db8:3::80",
}


def told(tmp_path, lines, more="", vantage="client", hosts=V4):
    """The report of a scene with a client, two resolvers and a server."""
    near, far = (0, 3) if vantage == "client" else (3, 0)
    folder = tmp_path / "scene"
    folder.mkdir(exist_ok=True)
    text = SCENE.format(lines=lines.strip(), more=more, vantage=vantage, near=near, far=far, **hosts)
    (folder / "experiment.toml").write_text(text, "utf-8")
    [(path, content)] = captures(folder / "experiment.toml")
    path.write_bytes(content)
    return report(path)


def of(found, code):
    return [f for f in found["findings"] if f["code"] == code]


def no_answer(tmp_path, lines, **words):
    return of(told(tmp_path, lines, **words), "dns_no_answer")


ASK = "client:{port} > resolver DNS query {kind} www.example.com id {id}"
OPENS = "client > server SYN win 64240 mss 1460"


def asks(times, ports=(41000,), ids=(7,), kind="A"):
    """The same question at these times; ports and ids in turn."""
    lines = [
        f"{time} {ASK.format(port=ports[at % len(ports)], id=ids[at % len(ids)], kind=kind)}"
        for at, time in enumerate(times)
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("hosts", [V4, V6], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize(
    ("times", "timer"),
    [
        ((0, 5.01), "glibc"),
        ((0, 2.0, 4.01), "constant"),
        ((0, 1.0, 2.01, 4.02, 8.02), "windows"),
        ((0, 1.0, 3.01, 7.03), "doubling"),
        ((0, 1.0, 4.7, 5.0), None),
    ],
)
def test_the_pace_of_the_questions_is_named_where_it_fits_one_timer(tmp_path, times, timer, hosts):
    [found] = no_answer(tmp_path, f"{asks(times)}\n30 client > server ping", hosts=hosts)
    assert (found["severity"], found["confidence"]) == ("error", "certain")
    assert found["numbers"].get("resend_timer") == timer
    assert found["numbers"]["queries"] == len(times)
    assert found["culprit"]["kind"] == "unknown"


def test_five_seconds_from_new_ports_or_with_new_ids_is_not_glibc(tmp_path):
    for ports, ids in (((41000, 41001), (7,)), ((41000,), (7, 8))):
        found = no_answer(tmp_path, f"{asks((0, 5.0), ports, ids)}\n30 client > server ping")
        assert {f["numbers"].get("resend_timer") for f in found} == {None}


def test_the_next_try_of_a_program_is_a_lookup_of_its_own(tmp_path):
    again = asks((13, 18.01), (41001,), (8,))
    found = no_answer(tmp_path, f"{asks((0, 5.01))}\n{again}\n40 client > server ping")
    assert [f["frames"] for f in found] == [[1, 2], [3, 4]]
    assert {f["numbers"]["resend_timer"] for f in found} == {"glibc"}


def test_repeats_with_other_ids_from_other_ports_are_one_lookup(tmp_path):
    lines = f"{asks((0, 1.0, 2.0), (41000, 41001, 41002), (7, 8, 9))}\n9 client > server ping"
    found = no_answer(tmp_path, lines)
    assert len(found) == 3
    assert {tuple(f["frames"]) for f in found} == {(1, 2, 3)}
    assert {f["numbers"]["same_id"] for f in found} == {False}


END = "\n30 client > server ping"
QUIET = {
    "the capture ends too early": asks((0, 2.0)) + "\n4.9 client > server ping",
    "and also before the third wait is over": asks((0, 1.0, 2.0)) + "\n2.5 client > server ping",
    "asked once, without any answer of anybody": asks((0,)) + END,
    "late": asks((0, 5.0)) + "\n5.1 resolver > client:41000 DNS answer 7 A 203.0.113.80" + END,
    "from elsewhere": asks((0, 5.0)) + "\n5.1 second:53 > client:41000 DNS answer 7 A 203.0.113.80" + END,
    "refused by ICMP": asks((0, 5.0)) + "\n5.1 resolver > client ICMP port-unreachable about 1" + END,
    "between servers": asks((0, 5.0)).replace(" id 7", " id 7 norec") + END,
    "the client goes on": asks((0, 5.0)) + f"\n5.02 {OPENS}" + END,
    "LLMNR": asks((0, 5.0)).replace("resolver", "resolver:5355") + END,
}


@pytest.mark.parametrize("lines", QUIET.values(), ids=QUIET.keys())
def test_nothing_is_said_where_an_answer_may_exist_or_need_not(tmp_path, lines):
    assert not no_answer(tmp_path, lines)


def test_a_question_asked_once_counts_where_answers_pass_the_capture_point(tmp_path):
    other = """
    0.3 client:41009 > resolver DNS query A other.example.com id 99
    0.4 resolver > client:41009 DNS answer 99 A 203.0.113.81
    """
    [found] = no_answer(tmp_path, f"{asks((0,))}{other}30 client > server ping")
    assert found["numbers"]["queries"] == 1
    assert "asked" in found["title"]


SECOND = """
{at} client:41005 > second DNS query A www.example.com id 7
{then} second > client:41005 DNS answer 7 A 203.0.113.80
30 client > server ping
"""


@pytest.mark.parametrize(
    ("at", "then", "severity"),
    [("5.0", "5.02", "warning"), ("0.001", "0.03", "note"), ("1.0", "1.9", "warning")],
)
def test_a_second_resolver_repairs_it_and_what_it_cost_is_said(tmp_path, at, then, severity):
    [found] = no_answer(tmp_path, asks((0,)) + SECOND.format(at=at, then=then))
    assert found["severity"] == severity
    assert "another resolver did" in found["title"]
    assert V4["second"] in found["explanation"]


def test_one_missing_type_costs_time_while_the_other_is_answered(tmp_path):
    both = """
    0.001 client:41000 > resolver DNS query AAAA www.example.com id 8
    0.020 resolver > client:41000 DNS answer 7 A 203.0.113.80
    5.001 client:41000 > resolver DNS query AAAA www.example.com id 8
    30 client > server ping
    """
    [found] = no_answer(tmp_path, asks((0,)) + both)
    assert (found["severity"], found["frames"]) == ("warning", [2, 3, 4])
    assert "AAAA" in found["title"]


def test_at_the_resolver_the_path_is_clear(tmp_path):
    other = """
    6.3 client:41009 > resolver DNS query A other.example.com id 99
    6.4 resolver > client:41009 DNS answer 99 A 203.0.113.81
    30 client > server ping
    """
    [found] = no_answer(tmp_path, asks((0, 5.0)) + other, vantage="resolver")
    assert found["culprit"] == {"kind": "server", "ip": V4["resolver"], "hops_from_capture": 0}


def test_a_client_whose_connections_show_one_direction_is_not_told_that_its_resolver_is_silent(tmp_path):
    stream = """
    8.0 client > server SYN win 64240 mss 1460
    8.1 server > client SYN,ACK
    8.2 client > server ACK
    8.3 client > server PSH,ACK 100
    8.4 server > client PSH,ACK 100
    8.5 client > server ACK
    """
    lines = asks((0, 5.0)) + stream
    assert no_answer(tmp_path, lines)
    assert not no_answer(tmp_path, lines, more='unseen_from = ["server", "resolver"]')


def answered(
    rcode, name="www.example.com", at=0.0, kind="A", after=0.02, port=41000, number=7, to="resolver"
):
    """A question and its answer."""
    return f"""
    {at:.6f} client:{port} > {to} DNS query {kind} {name} id {number}
    {at + after:.6f} {to} > client:{port} DNS answer {number} {rcode}
    """


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("1.2.0.192.in-addr.arpa", "reverse lookup"),
        ("2.0.0.127.bl.example.org", "block list"),
        ("db.shop.corp", "private networks"),
        ("printer", "no dot"),
        ("1.2.3.4.example", "block list"),
    ],
)
def test_the_form_of_a_missing_name_is_explained(tmp_path, name, said):
    [found] = of(told(tmp_path, answered("NXDOMAIN", name)), "dns_nxdomain")
    assert (found["severity"], found["confidence"]) == ("note", "certain")
    assert said in found["explanation"]


def test_a_row_of_names_none_of_which_exists_is_one_story_from_the_first(tmp_path):
    names = ("printer.a.example", "printer.b.example", "printer")
    lines = "".join(answered("NXDOMAIN", name, at=0.03 * n, port=41000 + n) for n, name in enumerate(names))
    found = of(told(tmp_path, lines), "dns_nxdomain")
    assert len(found) == 3
    assert "printer.a.example, printer.b.example and printer" in found[0]["explanation"]


@pytest.mark.parametrize(
    ("name", "later", "silent"),
    [
        ("www.example.com", 0.03, True),  # name.suffix first, then the name
        ("www.example.com.b.example", 0.03, True),  # the next suffix of the list
        ("www.example.com", 9.0, False),  # much later: another wish
        ("mail.example.com", 0.03, False),  # another name
        ("www.example.com.b.example", 1.0, False),  # begins alike, and comes too late for a program
    ],
)
def test_a_search_list_that_finds_the_name_is_no_finding(tmp_path, name, later, silent):
    lines = answered("NXDOMAIN", "www.example.com.a.example") + answered(
        "A 203.0.113.80", name, at=later, port=41001
    )
    assert (not of(told(tmp_path, lines), "dns_nxdomain")) is silent


def test_a_name_that_another_resolver_knows_is_not_called_missing(tmp_path):
    lines = """
    0.000 client:41000 > resolver DNS query A www.example.com id 7
    0.000 client:41001 > second DNS query A www.example.com id 7
    0.020 resolver > client:41000 DNS answer 7 NXDOMAIN
    0.030 second > client:41001 DNS answer 7 A 203.0.113.80
    """
    assert not of(told(tmp_path, lines), "dns_nxdomain")


@pytest.mark.parametrize(
    ("rest", "severity"),
    [
        ("", "error"),
        (answered("A 203.0.113.80", at=0.03, port=41001, to="second"), "note"),
        (answered("A 203.0.113.80", at=5.0, port=41001, to="second"), "warning"),
        (answered("AAAA 2001:db8::1", at=0.001, kind="AAAA", number=8), "warning"),
        (answered("A 203.0.113.80", at=60.0, port=41001), "warning"),
    ],
    ids=["never", "at once by the second", "late by the second", "only the other type", "a minute later"],
)
def test_a_failure_weighs_as_much_as_it_cost(tmp_path, rest, severity):
    lines = [line for line in (answered("SERVFAIL") + rest).splitlines() if line.strip()]
    lines.sort(key=lambda line: float(line.split()[0]))
    [found] = of(told(tmp_path, "\n".join(lines)), "dns_servfail")
    assert found["severity"] == severity


def test_a_reverse_lookup_that_fails_is_a_note(tmp_path):
    [found] = of(told(tmp_path, answered("SERVFAIL", "1.2.0.192.in-addr.arpa", kind="PTR")), "dns_servfail")
    assert found["severity"] == "note"


@pytest.mark.parametrize("hosts", [V4, V6], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("later", [3.0, 50.0])
def test_an_answer_without_the_check_names_the_signatures(tmp_path, later, hosts):
    lines = f"""
    {answered("SERVFAIL").strip()}
    {later} client:41001 > resolver DNS query A www.example.com id 8 cd
    {later + 0.1} resolver > client:41001 DNS answer 8 A 203.0.113.80
    """
    [found] = of(told(tmp_path, lines, hosts=hosts), "dns_servfail")
    assert found["severity"] == "error"
    assert found["numbers"]["answered_unchecked"] is True
    assert "DNSSEC" in found["explanation"]
    assert {3, 4} <= set(found["frames"])


def test_a_late_failure_says_that_the_resolver_waited_itself(tmp_path):
    for after, said in ((4.0, "waited for others"), (0.02, "did not wait for long")):
        [found] = of(told(tmp_path, answered("SERVFAIL", after=after)), "dns_servfail")
        assert said in found["explanation"]


def test_answers_are_not_silence(tmp_path):
    for rcode in ("NXDOMAIN", "SERVFAIL", "REFUSED", "NOERROR"):
        assert not no_answer(tmp_path, answered(rcode) + "30 client > server ping")


CUT = answered("TC", "long.example.com", kind="TXT")
SYN = "client:41000 > resolver:53 SYN win 64240 mss 1460"
SILENT = f"0.1 {SYN}\n1.1 {SYN.replace('SYN win 64240 mss 1460', 'again 3')}\n"
OTHER_TCP = f"0.2 {OPENS}\n0.3 server > client SYN,ACK\n0.4 client > server ACK\n"
LATE = "9 client > server ping"
BLOCKED = "dns_truncated_tcp_blocked"


@pytest.mark.parametrize("hosts", [V4, V6], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize(
    ("after", "how"),
    [
        (SILENT + LATE, "silent"),
        (f"0.1 {SYN}\n{LATE}", "silent"),
        (f"0.1 {SYN}\n0.2 resolver:53 > client:41000 RST,ACK", "refused"),
        (f"0.1 {SYN}\n0.2 resolver > client ICMP port-unreachable about 3", "icmp"),
    ],
)
def test_tcp_that_does_not_come_about_after_a_cut_answer_is_the_verdict(tmp_path, after, how, hosts):
    found = told(tmp_path, CUT + after, hosts=hosts)
    [finding] = of(found, BLOCKED)
    assert (finding["severity"], finding["confidence"]) == ("error", "certain")
    assert finding["numbers"]["tcp"] == how
    assert BLOCKED in {c["verdict"] for c in found["connections"] if c["protocol"] == "tcp"}
    assert not of(found, "syn_unanswered")


@pytest.mark.parametrize(
    "lines",
    [
        CUT + LATE,  # no TCP at all in the capture: its filter may hide it
        CUT + f"0.1 {SYN}\n2 client > server ping",  # too early
        CUT + OTHER_TCP + LATE,  # it goes on at once: the part was enough
        CUT + f"0.1 {SYN}\n0.2 resolver:53 > client:41000 SYN,ACK\n{LATE}",
        answered("TXT").replace("DNS answer 7 TXT", "DNS answer 7 NOERROR") + SILENT,  # not cut
        CUT + SILENT.replace("0.1 ", "30 ").replace("1.1 ", "31 "),  # much later: another matter
    ],
    ids=["no tcp", "early", "content", "works", "whole", "later"],
)
def test_a_cut_answer_alone_accuses_nobody(tmp_path, lines):
    assert not of(told(tmp_path, lines), BLOCKED)


def test_a_client_that_does_not_turn_to_tcp_is_a_possibility(tmp_path):
    stream = OTHER_TCP.replace("0.2 ", "0.02 ").replace("0.3 ", "0.03 ").replace("0.4 ", "0.04 ")
    [found] = of(told(tmp_path, stream + CUT.replace("0.0", "5.0") + "30 client > server ping"), BLOCKED)
    assert (found["severity"], found["confidence"]) == ("warning", "possible")
    assert found["numbers"]["tcp"] == "not_tried"


def test_a_whole_answer_of_the_second_resolver_makes_it_a_warning(tmp_path):
    whole = answered("A 203.0.113.80", "long.example.com", at=5.0, kind="TXT", port=41001, to="second")
    [found] = of(told(tmp_path, CUT + SILENT + whole), BLOCKED)
    assert found["severity"] == "warning"


@pytest.mark.parametrize(
    ("lines", "waited", "said"),
    [
        (answered("A 203.0.113.80", after=2.4), 2.4, "slow"),
        (answered("NXDOMAIN", after=1.2), 1.2, "slow"),
        (asks((0,)) + answered("A 203.0.113.80", at=5.0, after=0.02), 5.02, "lost"),
        (asks((0,)) + answered("A 203.0.113.80", at=2.0, after=1.5, port=41001, number=8), 3.5, "slow"),
    ],
    ids=["once", "no such name", "lost", "impatient"],
)
def test_a_late_answer_is_measured_from_the_first_question(tmp_path, lines, waited, said):
    [found] = of(told(tmp_path, lines), "dns_slow")
    assert (found["severity"], found["numbers"]["waited_s"]) == ("warning", waited)
    assert said in found["explanation"]


@pytest.mark.parametrize(
    "lines",
    [
        answered("A 203.0.113.80", after=0.9),
        answered("SERVFAIL", after=4.0),
        answered("A 203.0.113.80", after=4.0).replace("id 7", "id 7 norec"),
        asks((0,)) + answered("A 203.0.113.80", at=5.0, port=41001, to="second"),  # the second is not slow
    ],
    ids=["quick", "failed", "between servers", "second"],
)
def test_what_is_quick_or_has_another_story_is_not_called_slow(tmp_path, lines):
    assert not of(told(tmp_path, lines), "dns_slow")


@pytest.mark.parametrize(("rcode", "number"), [("REFUSED", 5), ("NOTIMP", 4)])
@pytest.mark.parametrize(
    ("rest", "severity"),
    [
        ("", "error"),
        (answered("A 203.0.113.80", at=0.03, port=41001, to="second"), "note"),
        (answered("A 203.0.113.80", at=5.0, port=41001, to="second"), "warning"),
    ],
    ids=["nobody", "at once by the second", "late by the second"],
)
def test_a_refusal_weighs_as_much_as_it_cost(tmp_path, rcode, number, rest, severity):
    [found] = of(told(tmp_path, answered(rcode) + rest), "dns_refused")
    assert (found["severity"], found["numbers"]["rcode"]) == (severity, number)
    assert found["culprit"] == {"kind": "server", "ip": V4["resolver"], "hops_from_capture": 3}


# Of all captures at hand, those that show trouble with DNS.
TOLD = {
    "dns-timeout": {"dns_no_answer"},
    "dns-nx": {"dns_nxdomain"},
    "dns_query_nonexistent.pcapng": {"dns_nxdomain"},
}


@needs_shared
def test_no_public_capture_and_no_other_labelled_one_is_told_of_dns():
    paths = [*SHARED.glob("public/*.*cap*"), *SHARED.glob("labelled/*/capture.pcap*")]
    found = {
        (path.parent if "labelled" in path.parts else path).name: codes
        for path in paths
        if (codes := {f["code"] for f in report(path)["findings"] if f["code"].startswith("dns_")})
    }
    assert found == TOLD
