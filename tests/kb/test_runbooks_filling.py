"""A capture is a stranger's text: what it says is shown, and never becomes part of a command."""

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.stepping import filling, showing
from kb.stepping.reading import parse
from tests.kb.runbook_text import BODY

VALUES = {
    "client": "192.0.2.1",
    "server": "2001:db8::1",
    "server_port": "443",
    "frames": "2, 4, 6",
    "capture": "ssh-refused.pcap",
    "time": "2026-01-01T00:00:00.002100Z",
    "rto": "1 min 3 s",
}
HOSTILE = [
    "x; rm -rf /",
    "$(reboot)",
    "`reboot`",
    "a'b",
    'a"b',
    "a\nreboot",
    "a && reboot",
    "-oProxyCommand=reboot",
    "/etc/shadow",
    "~root",
    "!!",
    "a b.pcap",
    "a\u202egpj.pcap",
    "<script>alert(1)</script>",
    "*",
    "\u2212-x",
    "１２３; reboot",
    "",
    "..",
    "x\0y",
]


def test_commands_and_words_are_filled():
    step = showing.step(parse(BODY), parse(BODY).first, VALUES)
    assert step.commands[0].filled.text == (
        "ss -ltn 'sport = :443'\ntshark -r ssh-refused.pcap -Y 'frame.number in {2, 4, 6}'"
    )
    assert step.commands[0].filled.left == ()
    assert 'a line with <code>LISTEN</code> and <span class="value">2001:db8::1</span>.' in step.expect
    assert step.outcomes[2].message == "Send the output and ssh-refused.pcap, and say who runs 2001:db8::1."


def test_without_a_value_the_name_stands_in_its_place():
    step = showing.step(parse(BODY), parse(BODY).first, {})
    assert "ss -ltn 'sport = :SERVER_PORT'" in step.commands[0].filled.text
    assert '<span class="placeholder">SERVER</span>' in step.expect
    assert step.outcomes[2].message.startswith("Send the output and CAPTURE,")


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["client", "server_port", "frames", "time", "capture", "hop", "server_name"])
def test_hostile_text_stays_out_of_commands_and_is_shown_beside_them(name, value):
    template = f"run {{{{{name}}}}} '{{{{{name}}}}}' \"{{{{{name}}}}}\""
    filled = filling.command(template, {name: value})
    assert filled.text == f"run {name.upper()} '{name.upper()}' \"{name.upper()}\""
    assert [label for label, _ in filled.left] == ([name.upper()] if value else [])
    assert value not in str(filled.html) or not value
    assert "<script" not in filling.html("<p>{{server_name}}</p>", {"server_name": value})


@pytest.mark.parametrize(
    ("name", "value", "stays_out"),
    [
        ("server", "fe80::1%$(reboot)", True),
        ("server", "fe80::1%eth0", True),
        ("server", "192.0.2.1/24", True),
        ("server", "2001:db8::1", False),
        ("server_port", "65536", True),
        ("server_port", "٤٤٣", True),
        ("server_port", "443", False),
        ("frames", "2, 4, 6\n", True),
        ("time", "2026-01-01T00:00:00Z", False),
        ("time", "2026-01-01T00:00:00Z; reboot", True),
        ("rto", "1.5 s", False),
        ("rto", "8.0 秒, 16 秒", False),
        ("rto", "12,345", False),
        ("server_name", "www.example.org", False),
        ("server_name", "--help", True),
    ],
)
def test_each_placeholder_takes_its_own_kind_only(name, value, stays_out):
    assert bool(filling.command(f"x {{{{{name}}}}}", {name: value}).left) is stays_out


def test_a_number_goes_into_a_command_without_unit_and_commas():
    values = {"mss_bytes": "1.4 kB", "=mss_bytes": "1448", "count": "12,345", "=count": "12345"}
    assert filling.command("ping -s {{mss_bytes}} -c {{count}}", values).text == "ping -s 1448 -c 12345"
    assert filling.text("{{mss_bytes}}", values) == "1.4 kB"


@given(st.text(max_size=40), st.sampled_from([*sorted(filling.KINDS), "retries"]))
def test_whatever_is_filled_in_is_one_harmless_word_of_a_shell(value, name):
    filled = filling.command(f"{{{{{name}}}}}", {name: value})
    assert re.fullmatch(r"[\w.,:+ %−-]+", filled.text)
    assert "\n" not in filled.text
    assert not filled.text.startswith("-") or filled.text[1:2].isdigit()


@pytest.mark.parametrize("value", [*VALUES.values(), "8.0 秒", "1.4 kB"])
def test_a_shell_reads_what_was_filled_in_as_it_is(value):
    script = f"printf '%s' '{value}'; printf '|%s' \"{value}\"; printf '|'; echo {value}"
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == f"{value}|{value}|{value}\n"


def test_values_stay_within_attributes_and_never_make_a_tag():
    template = '<p title="a > {{server}}">{{server}}</p>'
    shown = filling.html(template, {"server": '"><img src=x onerror=alert(1)>'})
    assert "<img" not in shown
    assert shown.count('"') == 4  # those of title, and those of the class of the value
    assert 'title="a > &quot;' in shown


def test_the_words_of_an_outcome_lose_their_marks():
    assert showing.plain("A line with `LISTEN`, **not** [this](/x)\nand more", {}) == (
        "A line with LISTEN, not this and more"
    )
