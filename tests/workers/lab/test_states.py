"""Real traces of Linux 6.1 in, changes of states out; and traces that no kernel would write."""

import contextlib
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.lab.states import changes
from workers.lab.trace import LONGEST, Lineage, events, plain, port, six

TRACES = Path(__file__).parent / "traces"
OWNED = {"client": ("10.0.1.1", "fd00:0:0:1::1"), "server": ("10.0.1.2", "fd00:0:0:1::2")}
PIDS = {88: "client", 90: "server", 102: "server", 106: "client", 108: "client"}


def trace(name: str) -> str:
    return (TRACES / f"{name}.txt").read_text()


def told(text: str, owned=OWNED, pids=PIDS) -> list:
    return changes(text, Lineage(owned, dict(pids)), 0)


def lives(text: str) -> dict[str, list[str]]:
    """The states of each socket, by host and local port's side."""
    found: dict[str, list[str]] = {}
    for change in told(text):
        found.setdefault(f"{change.host} {change.socket}", [change.before]).append(change.after)
    return found


def test_both_sides_of_an_ipv6_connection_from_request_to_the_end_of_time_wait():
    assert lives(trace("six")) == {
        "server s1": ["CLOSED", "LISTEN"],
        "client s2": ["CLOSED", "SYN-SENT", "ESTAB", "CLOSE-WAIT", "LAST-ACK", "CLOSED"],
        "server s3": [
            "CLOSED",
            "SYN-RECV",
            "ESTAB",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "TIME-WAIT",
            "CLOSED",
        ],
    }
    server = [change for change in told(trace("six")) if change.socket == "s3"]
    assert {change.local for change in server} == {"[fd00:0:0:1::2]:80"}
    assert {change.remote for change in server} == {"[fd00:0:0:1::1]:40346"}
    assert {change.family for change in server} == {6}
    assert 60 < (server[-1].at_ns - server[-2].at_ns) / 10**9 < 65


def test_times_are_microseconds_since_the_recording_began():
    lineage = Lineage(OWNED, dict(PIDS))
    first = changes(trace("six"), lineage, 32_000_000_123)[0]
    assert first.at_ns == 755_955_000


def test_an_ipv4_connection_to_an_ipv6_socket_is_shown_by_its_ipv4_addresses():
    found = told(trace("mapped"))
    ends = {(change.host, change.local, change.remote, change.family) for change in found}
    assert ends == {
        ("client", "10.0.1.1:40102", "10.0.1.2:80", 4),
        ("server", "10.0.1.2:80", "10.0.1.1:40102", 6),
    }
    assert [change.after for change in found if change.host == "server"][-2:] == ["TIME-WAIT", "CLOSED"]


def test_the_port_is_known_only_after_syn_sent_and_stands_there_all_the_same():
    assert "sport=0 dport=80" in trace("mapped")
    first = told(trace("mapped"))[0]
    assert (first.after, first.local, first.program) == ("SYN-SENT", "10.0.1.1:40102", "python3")


def test_a_request_that_nobody_answers_is_dropped_when_its_time_is_up():
    assert lives(trace("unanswered")) == {
        "client s1": ["CLOSED", "SYN-SENT", "CLOSED"],
        "server s2": ["CLOSED", "SYN-RECV", "CLOSED"],
    }


def test_a_request_that_became_a_socket_does_not_end_when_it_is_freed():
    assert "freed6" in trace("six")
    assert "CLOSED" not in lives(trace("six"))["server s3"][1:-1]


def test_a_request_that_is_dropped_at_once_ends_too():
    text = trace("unanswered").replace(
        " freed: (tcp_v4_reqsk_destructor", " dropped: (inet_csk_reqsk_queue_drop"
    )
    assert lives(text)["server s2"] == ["CLOSED", "SYN-RECV", "CLOSED"]


def test_a_socket_without_owner_in_fin_wait_2_goes_on_to_time_wait_when_the_fin_comes():
    found = lives(trace("fin_wait_2"))
    assert found["server s2"][-3:] == ["FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"]
    changed = [change for change in told(trace("fin_wait_2")) if change.after == "TIME-WAIT"]
    assert [change.at_ns // 10**6 for change in changed] == [61_961]


def test_without_the_fin_it_ends_in_fin_wait_2():
    lines = trace("fin_wait_2").splitlines()
    head = [line for line in lines if "rearm=1" not in line]
    waits = next(line for line in lines if "rearm=1" in line)
    gone = re.sub(r"waits: \(\S+", "gone: (inet_twsk_free+0x0/0x50)", waits)
    assert lives("\n".join([*head, gone]))["server s2"][-2:] == ["FIN-WAIT-2", "CLOSED"]


def test_the_full_socket_that_closes_is_not_the_end_of_what_remains():
    assert "oldstate=TCP_FIN_WAIT2 newstate=TCP_CLOSE" in trace("fin_wait_2")
    assert lives(trace("fin_wait_2"))["server s2"].count("CLOSED") == 1


def test_the_listeners_copy_is_no_socket_of_its_own():
    assert "oldstate=TCP_LISTEN newstate=TCP_SYN_RECV" in trace("six")
    assert lives(trace("six"))["server s1"] == ["CLOSED", "LISTEN"]


def test_a_listener_belongs_to_the_host_of_its_process():
    first = told(trace("six"))[0]
    assert (first.host, first.local, first.program) == ("server", "[::]:80", "python3")
    unknown = told(trace("six"), pids={})[0]
    assert unknown.host == ""


def test_on_one_host_alone_everything_is_its_own():
    assert {change.host for change in told(trace("six"), {"alone": ("127.0.0.1",)}, {})} == {"alone"}


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "# tracer: nop",
        "\0\0\0",
        "CPU:0 [LOST 123 EVENTS]",
        "x" * 10_000,
        " nc-1 [000] ..... 1.5: inet_sock_set_state: family=AF_INET",
        " nc-99999999999 [000] ..... 31.000000: inet_sock_set_state: family=AF_INET",
        " nc-1 [000] ..... 31.000000: tracing_mark_write: hello",
        " nc-1 [000] ..... 31.000000: inet_sock_set_state: family=AF_INET protocol=IPPROTO_MPTCP",
    ],
)
def test_lines_of_garbage_are_passed_over(garbage):
    lines = trace("mapped").splitlines()
    mixed = "\n".join(part for line in lines for part in (garbage, line, garbage))
    assert told(mixed) == told(trace("mapped"))


def test_a_program_may_have_any_name():
    line = next(line for line in trace("mapped").splitlines() if "python3-109" in line)
    for name in ("a b", "x-1", "[000]", "a-b-c", "日本"):
        (event,) = events(line.replace("python3-109", f"{name}-109"))
        assert (event.program, event.pid) == (name, 109)


STATE = (
    " nc-1 [000] ..... 31.000000: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=1 dport=2 "
    "saddr=10.0.1.1 daddr=10.0.1.2 saddrv6=::1 daddrv6=::2 newstate=TCP_SYN_SENT"
)
ARRAY = "{" + ",".join(["0x1"] * 16) + "}"
GONE = (
    " nc-1 [000] ..... 31.000000: remains: (x) daddr=1 saddr=2 dport=3 sport=4 family=2 "
    f"daddr6={ARRAY} saddr6={ARRAY} state=6"
)


@pytest.mark.parametrize(
    ("line", "was", "becomes"),
    [
        (STATE, "sport=1", "sport=65536"),
        (STATE, "sport=1", "sport=-1"),
        (STATE, "sport=1", "sport=x"),
        (STATE, "sport=1 ", ""),
        (STATE, "saddr=10.0.1.1", "saddr=10.0.1"),
        (STATE, "daddr=10.0.1.2", "daddr=::"),
        (STATE, "TCP_SYN_SENT", "TCP_BOUND_INACTIVE_X"),
        (GONE, "saddr=2", "saddr=4294967296"),
        (GONE, "saddr=2", "saddr=-1"),
        (GONE, "saddr=2", "saddr=" + "9" * 500),
        (GONE, "dport=3", "dport=99999"),
        (GONE, "family=2", "family=AF_INET"),
        (GONE, "state=6", "state="),
        (GONE.replace("family=2", "family=10"), "0x1,", "0x100,"),
        (GONE.replace("family=2", "family=10"), "0x1,", ""),
    ],
)
def test_a_hostile_trace_is_a_value_error_or_a_key_error(line, was, becomes):
    told(line)
    with pytest.raises((ValueError, KeyError)):
        told(line.replace(was, becomes))


PARTS = st.sampled_from(
    [*re.split(r"(\s+|=|,)", STATE), *re.split(r"(\s+|=|,)", GONE), "\n", "{", "}", "9" * 30]
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(PARTS | st.text(max_size=3), max_size=60), st.sampled_from([STATE, GONE]), st.data())
def test_nothing_else_escapes_from_any_text(parts, line, data):
    at = data.draw(st.integers(0, len(line)))
    for text in ("".join(parts), line[:at] + "".join(parts[:3]) + line[at:]):
        with contextlib.suppress(ValueError, KeyError):
            told(text)


@pytest.mark.parametrize("rest", ["a" * 20_000_000, "a={" * 5_000_000, "a=" * 9_000_000, " " * 20_000_000])
def test_long_lines_take_no_time(rest):
    began = time.monotonic()
    assert told(STATE.replace("family", rest + " family")) == []
    assert told(rest) == []
    assert time.monotonic() - began < 5


def test_many_long_lines_take_little_time():
    text = f" nc-1 [000] ..... 31.000000: sched_process_x: {'a' * (LONGEST - 100)}\n" * 2000
    began = time.monotonic()
    assert told(text) == []
    assert time.monotonic() - began < 5


def test_many_sockets_that_get_their_ports_late_take_little_time():
    pairs = [
        STATE.replace("sport=1", f"sport={sport}").replace("dport=2", f"dport={remote}").replace(was, state)
        for remote in range(1, 9000)
        for sport, was, state in ((0, "@", ""), (7, "SYN_SENT", "ESTABLISHED"))
    ]
    began = time.monotonic()
    found = told("\n".join(pairs))
    assert time.monotonic() - began < 10
    assert {change.local for change in found} == {"10.0.1.1:7"}


def test_addresses_and_ports():
    assert str(
        plain(six("{" + ",".join(["0x0"] * 10 + ["0xff"] * 2 + ["0xa", "0x0", "0x1", "0x2"]) + "}"))
    ) == ("10.0.1.2")
    assert (port("0"), port("65535")) == (0, 65535)


def test_a_child_is_where_its_parent_is():
    lineage = Lineage(OWNED, {102: "server"})
    for event in events(trace("six")):
        if event.name == "sched_process_fork":
            lineage.fork(event)
    assert lineage.hosts == {102: "server", 104: "server"}
