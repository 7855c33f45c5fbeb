"""A declaration without mistakes becomes an experiment, complete: nothing in it is left to replace."""

import hashlib
import json
import re
import subprocess
import sys
import textwrap
import tomllib
from datetime import UTC, datetime

import jsonschema_rs
import pytest

from experiments.declaration import digest, read
from experiments.declaration.__main__ import main
from experiments.declaration.document import EXPERIMENT
from experiments.declaration.expectations import EXPECT
from experiments.declaration.filters import WORDS
from experiments.declaration.kinds import STATES
from experiments.declaration.links import FAULT, LINK
from experiments.declaration.network import HOST
from experiments.declaration.parameters import PARAMETER
from experiments.declaration.record import RECORD
from experiments.declaration.schema import FILE, schema, schema_text
from experiments.declaration.steps import STEP
from experiments.declaration.values import Fault, Parameter, Vantage
from tests.experiments.declarations import ALONE, GOOD, SIX, TIMEOUT
from tests.experiments.test_declaration_mistakes import GOOD as SAMPLE


@pytest.fixture(scope="module")
def timeout():
    return read(TIMEOUT, name="timeout")


def test_the_head_is_read(timeout):
    assert timeout.title == {"en": "Connect timeout", "ja": "接続のタイムアウト"}
    assert timeout.date == datetime(2026, 1, 15, 9, tzinfo=UTC)
    assert (timeout.twins, timeout.lasts_ns, timeout.settle_ns) == (
        ("connect_refused",),
        90 * 10**9,
        2 * 10**9,
    )


def test_what_is_left_out_has_its_default():
    alone = read(ALONE, name="alone")
    assert (alone.twins, alone.ipv6, alone.lasts_ns, alone.settle_ns) == ((), False, 0, 10**9)
    assert (alone.links, alone.parameters, alone.changed) == ((), {}, {})


def test_sysctls_are_texts(timeout):
    assert timeout.hosts["client"].sysctl == {
        "net.ipv4.tcp_syn_retries": "5",
        "net.ipv4.tcp_timestamps": "0",
        "net.ipv4.tcp_mem": "4096 8192 16384",
        "net.ipv4.tcp_fin_timeout": "60",
    }


def test_placeholders_are_replaced_in_rules_commands_and_keys(timeout):
    assert timeout.hosts["fw"].rules == ("iptables -A FORWARD -s 10.0.1.1 -p tcp --dport 12345 -j DROP",)
    assert timeout.steps[0].run == "telnet 10.0.2.2 12345 2>&1 | awk '{ print $1 }' > ${HOME}/5"
    assert timeout.steps[1].type == "10.0.2.2\n\x03"


def test_nothing_is_replaced_in_files(timeout):
    assert timeout.hosts["server"].files == {"idle.py": 'import time\nprint({"slept": time.sleep(5)})\n'}


def test_a_path_is_a_link_between_each_two_neighbours(timeout):
    assert [link.ends for link in timeout.links] == [("client", "fw"), ("fw", "server")]
    for link in timeout.links:
        assert (link.delay_ns, link.loss_percent, link.reorder_percent) == (5_000_000, 1.0, 25.0)
        assert (link.rate_bit, link.mtu) == (10_000_000, 1400)


def test_a_fault_is_on_the_link_between_its_ends(timeout):
    assert timeout.links[0].faults == (Fault("client", "fw", "data", (3,), "drop"),)
    second = Fault("fw", "server", "syn from client port 12345", (1, 2), "delay", 5_000_000)
    assert timeout.links[1].faults == (second,)


def test_a_vantage_is_the_end_of_a_link_or_loopback(timeout):
    assert timeout.captures == (
        Vantage("client", "client", "fw"),
        Vantage("fw:server", "fw", "server"),
        Vantage("client:lo", "client", "lo"),
    )
    assert read(ALONE, name="alone").captures == (Vantage("one", "one", "lo"),)


def test_a_step_without_a_name_has_its_number(timeout):
    assert [step.name for step in timeout.steps] == ["connect", "step 2", "step 3"]
    assert [step.at_ns for step in timeout.steps] == [10**9, 63 * 10**9, 63 * 10**9]
    assert [step.background for step in timeout.steps] == [True, False, False]


def test_ipv6_addresses_have_placeholders_of_their_own():
    assert read(SIX, name="six").steps[0].run == "ping -c 1 fd00:0:0:1::2; ping -c 1 10.0.1.2"


ARGUMENTS = [
    ("finding", {"code": "syn_unanswered", "at": "client"}),
    ("no_finding", {"code": "*", "at": "fw:server"}),
    ("numbers", {"of": "syn_unanswered", "at": "client",
                 "numbers": {"syn_retransmissions": 5, "gaps_s": [1, 2.5]}}),
    ("packets", {"at": "client", "filter": "syn from client port 12345", "count": 6}),
    ("packets", {"at": "client", "filter": "syn", "count": {"most": 5}}),
    ("no_packets", {"at": "fw:server", "filter": "any"}),
    ("order", {"at": "client", "filters": ("syn from client", "syn-ack from server", "ack from client")}),
    ("gaps", {"at": "client", "filter": "syn", "seconds": (1.0, 2.0, 5.0), "tolerance_percent": 10.0}),
    ("ttl", {"at": "client", "filter": "rst", "equals": 63}),
    ("output", {"step": "connect", "contains": "10.0.2.2", "lacks": "{",
                "duration_ns": 63 * 10**9, "tolerance_percent": 5.0}),
    ("output", {"step": "step 3", "exit": 0}),
    ("socket", {"on": "client", "at_ns": 10 * 10**9, "state": "SYN-SENT", "port": 12345, "none": True}),
    ("states", {"on": "client", "sequence": ("SYN-SENT", "ESTAB", "CLOSED"), "port": 12345}),
    ("counter", {"on": "client", "name": "TcpRetransSegs", "grows": {"least": 1, "most": 5}}),
]  # fmt: skip


def test_every_kind_of_expectation_has_its_arguments(timeout):
    assert [(one.kind, one.arguments) for one in timeout.expectations] == ARGUMENTS
    assert [one.kernel for one in timeout.expectations[:3]] == ["", ">=6.5", ""]
    assert timeout.expectations[0].says == {"en": "Nothing answers.", "ja": "応答がありません。"}


def test_an_expectation_knows_its_line(timeout):
    lines = TIMEOUT.splitlines()
    assert all(lines[one.row - 1] == "[[expect]]" for one in timeout.expectations)
    assert len({one.row for one in timeout.expectations}) == len(ARGUMENTS)


def test_the_only_vantage_need_not_be_named():
    assert read(ALONE, name="alone").expectations[0].arguments == {"code": "port_closed", "at": "one"}
    assert read(SIX, name="six").expectations[0].arguments["at"] == "a"


def test_a_parameter_that_is_changed_is_changed_wherever_it_stands():
    changed = read(TIMEOUT, name="timeout", changes={"syn_retries": 2, "delay_ms": 5})
    assert changed.changed == {"syn_retries": 2}
    says = {"en": "How often the SYN is repeated.", "ja": "SYN を再送する回数です。"}
    assert changed.parameters["syn_retries"] == Parameter("syn_retries", 2, 0, 8, says)
    assert changed.hosts["client"].sysctl["net.ipv4.tcp_syn_retries"] == "2"
    assert changed.steps[0].run.endswith("/2")
    assert {"most": 2} in [one.arguments.get("count") for one in changed.expectations]


def test_what_holds_for_the_declared_parameters_only_is_left_out_when_one_is_changed():
    kinds = [one.kind for one in read(TIMEOUT, name="timeout", changes={"delay_ms": 7}).expectations]
    assert len(kinds) == len(ARGUMENTS) - 1
    same = read(TIMEOUT, name="timeout", changes={"delay_ms": 5})
    assert len(same.expectations) == len(ARGUMENTS)


def test_line_ends_of_windows_change_nothing(timeout):
    assert read(TIMEOUT.replace("\n", "\r\n"), name="timeout") == timeout


def test_the_digest_is_of_the_bytes_and_the_changed_parameters():
    assert digest(b"text", {}) == hashlib.sha256(b"text{}").hexdigest()
    assert digest(b"text", {"b": 1, "a": 2}) == hashlib.sha256(b'text{"a":2,"b":1}').hexdigest()


# The schema, for editors.


def as_json(text):
    return json.loads(
        json.dumps(tomllib.loads(text), default=lambda date: date.isoformat().replace("+00:00", "Z"))
    )


@pytest.fixture(scope="module")
def validator():
    return jsonschema_rs.Draft202012Validator(schema())


def test_the_committed_schema_is_up_to_date():
    assert FILE.read_text("utf-8") == schema_text(), "run python -m experiments.declaration schema"


def test_the_schema_is_one():
    assert jsonschema_rs.meta.is_valid(schema())


@pytest.mark.parametrize("text", [*GOOD.values(), SAMPLE], ids=[*GOOD, "sample"])
def test_a_declaration_without_mistakes_is_valid(text, validator):
    assert [str(error) for error in validator.iter_errors(as_json(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name     = "timeout"', 'name = "Timeout"'),
        ('name     = "timeout"', 'colour = "red"'),
        ('title.ja = "接続のタイムアウト"', ""),
        ('lasts    = "90s"', "lasts = 90"),
        ('lasts    = "90s"', 'lasts = "90 s"'),
        ('twins    = ["connect_refused"]', 'twins = "connect_refused"'),
        ("+09:00", ""),
        ("value = 5", 'value = "5"'),
        ("value = 5\n", ""),
        ("[hosts.fw]", "[hosts.FW]"),
        ("[hosts.fw]", "[hosts.lo]"),
        ("[hosts.fw]", "[hosts.fw]\ncpu = 1"),
        ('"net.ipv4.tcp_mem"', "net.ipv4.tcp_mem"),
        ('"idle.py"', '"a/idle.py"'),
        ('path    = ["client", "fw", "server"]', 'path = ["client"]'),
        ('"10mbit"', '"10mb"'),
        ("1400", "20"),
        ("[3]", "[0]"),
        ('"drop"', '"lose"'),
        ('match = "data"', 'match = "dat"'),
        ('["client", "fw:server", "client:lo"]', "[]"),
        ('into = "connect"\n', ""),
        ('run  = "python3 idle.py"', ""),
        ('run  = "python3 idle.py"', 'run = "a\\u0007"'),
        ("only_default = true", "only_default = 1"),
        ('finding = "syn_unanswered"\nat', "at"),
        ('kernel  = ">=6.5"', 'kernel = ">6.5"'),
        ("count = 6", "count = -1"),
        ("equals = 63", "equals = 256"),
        ('state = "SYN-SENT"', 'state = "SYN_SENT"'),
        ("port = 12345", "port = 0"),
        (', exit = 0 }', " }"),
        ('"TcpRetransSegs"', '"tcp_retrans"'),
        ("grows = { least = 1, most = 5 }", "grows = {}"),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_is_wrong(old, new, validator):
    assert old in TIMEOUT
    assert not validator.is_valid(as_json(TIMEOUT.replace(old, new, 1)))


def test_every_key_is_explained():
    def keys(part):
        for name, value in part.get("properties", {}).items():
            yield name, value.get("description") or name in ("en", "ja")
            for below in (value, value.get("items", {}), value.get("additionalProperties") or {}):
                if isinstance(below, dict):
                    yield from keys(below)

    assert [name for name, explained in keys(schema()) if not explained] == []


# The command.


def test_the_command_says_ok(tmp_path, capsys):
    path = tmp_path / "timeout.toml"
    path.write_text(TIMEOUT, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == "ok\n"


def test_the_command_names_every_mistake_with_file_and_line(tmp_path, capsys):
    path = tmp_path / "timeout.toml"
    path.write_text(TIMEOUT.replace("= 63", "= 256").replace('"90s"', "90"), encoding="utf-8")
    row = next(k for k, line in enumerate(TIMEOUT.splitlines(), 1) if "= 63" in line)
    assert main(["check", str(path), str(tmp_path / "none.toml")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{path}:9: 'lasts' must be written with its unit, such as \"5s\", not 90.",
        f"{path}:{row}: 'equals' must be from 0 to 255, not 256.",
        f"{tmp_path}/none.toml:0: No such file or directory.",
    ]
    assert main(["check", "--language", "ja", str(path)]) == 1
    assert "256 は使えません。" in capsys.readouterr().out


def test_declarations_are_read_without_django():
    words = "import sys; sys.modules['django'] = None; from experiments.declaration import read, schema"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# The README.


def test_the_example_of_the_readme_is_a_declaration():
    words = (FILE.parent / "README.md").read_text("utf-8")
    block = re.search(r"(?ms)^    # A firewall.*?(?=^\n    python)", words)[0]
    example = read(textwrap.dedent(block), name="connect_timeout")
    assert [one.kind for one in example.expectations] == ["finding", "no_packets", "gaps"]


def test_the_readme_names_every_key_kind_and_word():
    words = (FILE.parent / "README.md").read_text("utf-8")
    tables = (EXPERIMENT, PARAMETER, HOST, LINK, FAULT, RECORD, STEP, EXPECT)
    keys = {key for table in tables for key in table.keys} | set(WORDS) | set(STATES)
    assert {key for key in keys if not re.search(rf"[\s`.\[]{re.escape(key)}[\s`.\]\"|;=]", words)} == set()
