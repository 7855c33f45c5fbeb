"""From the guest's answer to a run folder: exact files of a good one, Malformed for everything else."""

import copy
import hashlib
import json
import struct
import time

import pytest

from tests.workers.lab.declared import experiment
from workers.lab import record
from workers.lab.channel import Malformed
from workers.lab.record import PACKETS, Origin, packets_in, write

PCAP = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
PACKET = struct.pack("<IIII", 1, 2, 3, 3) + b"abc"
SNMP = "Tcp: InSegs RetransSegs\nTcp: {} {}\n"
GOOD = {
    "lasted_ns": 3_500_000_000,
    "lost": 0,
    "kernel": "6.1.0-50-cloud-amd64",
    "zero_ns": 30_000_000_000,
    "rules": [{"host": "client", "run": "ip route show", "output": "default\n"}],
    "steps": [
        {"began": 1_000_000_100, "ended": 1_500_000_000, "exit": 1, "cut": False},
        {"began": 2_000_000_000, "ended": None, "exit": None, "cut": True},
    ],
    "events": [[1_200_000_000, 0, "é".encode().decode("latin-1") + "\r\n"], [2_100_000_000, 1, "x"]],
    "before": {"client": SNMP.format(7, 0), "server": SNMP.format(1, 0)},
    "after": {"client": SNMP.format(7, 5), "server": SNMP.format(1, 0)},
    "hosts": {"client": 88, "server": 90},
    "pids": {"101": "client", "102": "server"},
}
TRACE = b"""# tracer: nop
              nc-101     [000] .....    31.000000: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP \
sport=0 dport=80 saddr=10.0.1.1 daddr=10.0.1.2 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT
"""


def folder(tmp_path, said=GOOD, trace=TRACE, capture=PCAP + PACKET):
    """The folder that is written for the record."""
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    origin = Origin(experiment(), "d" * 64, {"n": 5}, "i" * 64)
    write(tmp_path, origin, {"record.json": data, "trace.txt": trace, "captures/client.pcap": capture})
    return tmp_path


def changed(path, value):
    """The good record with another value at the path."""
    said = copy.deepcopy(GOOD)
    inside = said
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = value
    return said


def read(path):
    return json.loads(path.read_bytes())


def test_a_good_record_becomes_exactly_these_files(tmp_path):
    made = folder(tmp_path)
    files = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    assert files == [
        "captures/client.pcap",
        "counters.json",
        "run.json",
        "sockets.json",
        "steps.json",
        "terminals/client.cast",
        "terminals/server.cast",
    ]
    assert read(made / "run.json") == {
        "format": 1,
        "experiment": "trial",
        "declaration": "d" * 64,
        "parameters": {"n": 5},
        "image": "i" * 64,
        "kernel": "6.1.0-50-cloud-amd64",
        "date": "2026-01-15T09:00:00Z",
        "virtual_s": 3.5,
        "hosts": {"client": ["10.0.1.1"], "server": ["10.0.1.2"]},
        "captures": [
            {
                "vantage": "client",
                "file": "captures/client.pcap",
                "packets": 1,
                "sha256": hashlib.sha256(PCAP + PACKET).hexdigest(),
            }
        ],
    }
    assert read(made / "counters.json") == {"client": {"TcpRetransSegs": [0, 5]}, "server": {}}
    assert read(made / "sockets.json") == [
        {
            "at_ns": 1_000_000_000,
            "host": "client",
            "socket": "s1",
            "local": "10.0.1.1:0",
            "remote": "10.0.1.2:80",
            "family": 4,
            "from": "CLOSED",
            "to": "SYN-SENT",
            "program": "nc",
        }
    ]
    first, second = read(made / "steps.json")
    assert (first["run"], first["output"], first["exit"], first["cut"]) == ("nc 10.0.1.2 80", "é\n", 1, False)
    assert (second["began_ns"], second["ended_ns"], second["cut"]) == (2_000_000_000, None, True)


def test_the_same_answer_is_the_same_bytes(tmp_path):
    once, again = folder(tmp_path / "once"), folder(tmp_path / "again")
    for path in once.rglob("*.*"):
        assert path.read_bytes() == (again / path.relative_to(once)).read_bytes()


def test_a_cast_shows_rules_then_commands_at_prompts_then_what_they_said(tmp_path):
    head, *lines = (folder(tmp_path) / "terminals/client.cast").read_text("utf-8").splitlines()
    header = json.loads(head)
    assert (header["version"], header["title"], header["timestamp"]) == (2, "client", 1768467600)
    assert (header["width"], header["height"]) == (100, 30)
    assert [json.loads(line) for line in lines] == [
        [0.0, "o", "client# ip route show\r\ndefault\r\n"],
        [1.0, "o", "client# nc 10.0.1.2 80\r\n"],
        [1.2, "o", "é\r\n"],
    ]
    assert "server# ss -tan &" in (tmp_path / "terminals/server.cast").read_text("utf-8")


def test_times_of_a_cast_never_go_back_even_if_the_guest_says_so(tmp_path):
    said = changed(["events"], [[3 * 10**9, 0, "c"], [0, 0, "a"], [2 * 10**9, 0, "b"]])
    lines = (folder(tmp_path, said) / "terminals/client.cast").read_text("utf-8").splitlines()[1:]
    times = [json.loads(line)[0] for line in lines]
    assert times == sorted(times)


def test_output_may_be_any_bytes(tmp_path):
    pieces = ["\x1b[31mred\x1b[0m\x00", "\xff\xfe", "\xe3\x81", "\x82\r\n", "\x85\xe2\x80\xa8"]
    said = changed(["events"], [[1_200_000_000 + at, 0, piece] for at, piece in enumerate(pieces)])
    made = folder(tmp_path, said)
    assert read(made / "steps.json")[0]["output"].startswith("\x1b[31mred\x1b[0m\0\ufffd\ufffdあ\n")
    with (made / "terminals/client.cast").open(encoding="utf-8") as file:
        events = [json.loads(line) for line in file][3:]
    assert [text for _, _, text in events][:3] == ["\x1b[31mred\x1b[0m\0", "\ufffd\ufffd", "あ\r\n"]


WRONG = (None, True, -1, 1.5, "text", "\ud800", "\n", [], {}, [[]], {"host": []}, 1 << 70, "x" * 100)
PATHS = [
    *([name] for name in GOOD),
    ["rules", 0],
    *(["rules", 0, name] for name in ("host", "run", "output")),
    ["steps", 0],
    *(["steps", 0, name] for name in ("began", "ended", "exit")),
    ["events", 0],
    *(["events", 0, part] for part in range(3)),
    ["before", "client"],
    ["after", "server"],
    ["hosts", "client"],
]
ALLOWED = {  # values of WRONG that are right there
    "rules": ([],),
    "events": ([],),
    "before": (),
    "pids": ({},),
    "hosts": ({}, {"host": []}),
    "kernel": ("text", "x" * 100),
    "output": ("text", "\n", "x" * 100),
    "began": (None,),
    "ended": (None,),
    "exit": (None,),
    2: ("text", "\n", "x" * 100),
    "client": ("text", "\n", "x" * 100),
    "server": ("text", "\n", "x" * 100),
}


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_every_wrong_value_is_malformed(tmp_path, path):
    for value in WRONG:
        right = any(
            value is one or (value == one and type(value) is type(one)) for one in ALLOWED.get(path[-1], ())
        )
        if not right:
            with pytest.raises(Malformed):
                folder(tmp_path, changed(path, value))


@pytest.mark.parametrize("name", GOOD)
def test_every_missing_value_is_malformed(tmp_path, name):
    with pytest.raises(Malformed):
        folder(tmp_path, {key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"null", b"[]", b'"x"', b"[" * 100_000, b'{"lasted_ns":' + b"9" * 5000 + b"}"]
)
def test_what_is_no_record_at_all_is_malformed(tmp_path, data):
    with pytest.raises(Malformed):
        folder(tmp_path, data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["rules", 0, "run"], "rm -rf /"),
        (["rules", 0, "host"], "server"),
        (["events", 0, 1], 2),
        (["events", 0], [0, 0]),
        (["steps"], GOOD["steps"][:1]),
        (["steps"], GOOD["steps"] * 2),
        (["lost"], 1),
        (["lasted_ns"], record.DAY_NS + 1),
        (["hosts"], {"client": "88"}),
        (["pids"], {"one": "client"}),
        (["before"], {"client": ""}),
    ],
)
def test_what_does_not_fit_the_experiment_is_malformed(tmp_path, path, value):
    with pytest.raises(Malformed):
        folder(tmp_path, changed(path, value))


def test_hosts_that_nobody_declared_are_passed_over(tmp_path):
    said = changed(["pids"], {"101": "client", "5": "/etc"})
    assert record.read_record(json.dumps(said).encode(), experiment()).pids == {
        88: "client",
        90: "server",
        101: "client",
    }


@pytest.mark.parametrize(
    "line",
    [
        b"newstate=TCP_NOTHING",
        b"family=AF_INET",
        b"family=AF_INET sport=1 dport=2 saddr=10.0.1.999 daddr=10.0.1.2 newstate=TCP_CLOSE",
    ],
)
def test_a_trace_that_no_kernel_writes_is_malformed(tmp_path, line):
    start = b" nc-1 [000] ..... 31.000000: inet_sock_set_state: protocol=IPPROTO_TCP "
    with pytest.raises(Malformed, match="the trace"):
        folder(tmp_path, trace=start + line + b"\n")


def test_packets_are_counted_by_their_headers():
    assert packets_in(PCAP) == 0
    assert packets_in(PCAP + PACKET * 3) == 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        PCAP[:23],
        b"\0" * 100,
        struct.pack("<I", 0xA1B2C3D4) + PCAP[4:],
        PCAP + b"x",
        PCAP + PACKET[:-1],
        PCAP + PACKET + PACKET[:15],
        PCAP + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0),
        PCAP + struct.pack("<IIII", 0, 0, 4, 4) + b"abc",
    ],
)
def test_a_capture_that_is_cut_or_garbage_is_malformed(data):
    with pytest.raises(Malformed):
        packets_in(data)


def test_a_prompt_begins_a_line_also_where_another_program_has_not_ended_its_own(tmp_path):
    said = changed(["rules", 0, "output"], "no end of a line")
    lines = (folder(tmp_path, said) / "terminals/client.cast").read_text("utf-8").splitlines()
    assert json.loads(lines[2])[2] == "\r\nclient# nc 10.0.1.2 80\r\n"


def test_more_packets_than_the_recorder_holds_are_not_believed_and_soon_counted():
    began = time.monotonic()
    assert packets_in(PCAP + bytes(16) * PACKETS) == PACKETS
    with pytest.raises(Malformed, match="more packets"):
        packets_in(PCAP + bytes(16) * 10**6)
    assert time.monotonic() - began < 10
