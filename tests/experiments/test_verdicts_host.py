"""Expectations of what happens on a host: commands, sockets, counters."""

import pytest

from tests.experiments import runs
from tests.experiments.runs import SECOND, STEP, change, verdict_on


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runs.run_of(tmp_path_factory.mktemp("talk"))


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ({"contains": "ETIMEDOUT"}, True), ({"contains": "ECONNREFUSED"}, False), ({"contains": ""}, False),
        ({"lacks": "ECONNREFUSED"}, True), ({"lacks": "Trying"}, False), ({"lacks": ""}, False),
        ({"exit": 1}, True), ({"exit": 0}, False),
        ({"duration_ns": 63 * SECOND, "tolerance_percent": 1.0}, True),
        ({"duration_ns": 69 * SECOND, "tolerance_percent": 10.0}, True),
        ({"duration_ns": 71 * SECOND, "tolerance_percent": 10.0}, False),
        ({"duration_ns": 63 * SECOND, "tolerance_percent": 0.0}, False),
        ({"contains": "ETIMEDOUT", "exit": 1}, True), ({"contains": "ETIMEDOUT", "exit": 0}, False),
        ({"contains": "x", "exit": 1}, False), ({}, False),
    ],
)  # fmt: skip
def test_a_command_says_and_ends(run, said, held):
    assert verdict_on(run, "output", step="connect", **said).held is held


def test_the_output_is_quoted_harmlessly(run):
    verdict = verdict_on(run, "output", step="connect", contains="ETIMEDOUT", exit=1)
    assert verdict.text["en"] == "Step “connect” prints “ETIMEDOUT” and ends with exit code 1."
    assert (
        verdict.evidence["en"] == r"The output says “telnet: \x1b[31mETIMEDOUT\u202e”. The exit code was 1."
    )
    assert (
        verdict.evidence["ja"]
        == r"出力に “telnet: \x1b[31mETIMEDOUT\u202e” とあります。終了コードは 1 でした。"
    )


@pytest.mark.parametrize(
    "noise", ["\x1b" * 9000, "x" * 9000, "\u202e\n" * 900, "\U000e0001" * 900, "\0\r\x9b"]
)
@pytest.mark.parametrize("said", [{"contains": "needle"}, {"contains": "hay"}, {"lacks": "needle"}])
def test_whatever_a_guest_prints_evidence_is_short_and_printable(tmp_path, noise, said):
    run = runs.run_of(tmp_path, steps=[STEP | {"output": noise + "needle" + noise}])
    verdict = verdict_on(run, "output", step="connect", **said)
    assert verdict.held is (said == {"contains": "needle"})
    assert len(verdict.evidence["en"]) < 300
    assert (verdict.evidence["en"] + verdict.evidence["ja"]).isprintable()


def test_output_that_was_cut_may_hold_anything(tmp_path):
    run = runs.run_of(tmp_path, steps=[STEP | {"cut": True}])
    assert verdict_on(run, "output", step="connect", contains="ETIMEDOUT").held is True
    verdict = verdict_on(run, "output", step="connect", lacks="needle")
    assert verdict.held is False
    assert "was cut" in verdict.evidence["en"]


@pytest.mark.parametrize("said", [{"exit": 0}, {"duration_ns": 0, "tolerance_percent": 100.0}])
def test_a_command_that_still_runs_has_not_ended(tmp_path, said):
    run = runs.run_of(tmp_path, steps=[STEP | {"ended_ns": None, "exit": None}])
    assert verdict_on(run, "output", step="connect", **said).held is False


@pytest.mark.parametrize("step", ["typed", "nowhere"])
@pytest.mark.parametrize("said", [{"lacks": "x"}, {"exit": 0}])
def test_a_step_that_ran_nothing_shows_nothing(run, step, said):
    assert verdict_on(run, "output", step=step, **said).held is False


def test_a_command_that_was_never_begun_shows_nothing(tmp_path):
    run = runs.run_of(
        tmp_path, steps=[STEP | {"began_ns": None, "ended_ns": None, "exit": None, "output": ""}]
    )
    assert verdict_on(run, "output", step="connect", lacks="x").held is False


@pytest.mark.parametrize(
    ("at_s", "state", "more", "held"),
    [
        (2, "SYN-SENT", {}, True), (2, "ESTAB", {}, False), (5, "ESTAB", {}, True),
        (0, "SYN-SENT", {}, False),
        (1, "SYN-SENT", {}, True), (0.999, "SYN-SENT", {}, False), (41, "FIN-WAIT-1", {}, False),
        (2, "SYN-SENT", {"port": 80}, True), (2, "SYN-SENT", {"port": 40000}, True),
        (2, "SYN-SENT", {"port": 81}, False), (2, "SYN-SENT", {"none": True}, False),
        (2, "ESTAB", {"none": True}, True), (2, "SYN-SENT", {"none": True, "port": 81}, True),
        (0, "SYN-SENT", {"none": True}, True), (2, "SYN-SENT", {"none": False}, True),
        (71, "ESTAB", {}, False), (71, "ESTAB", {"none": True}, False),
        (70, "ESTAB", {"none": True}, True),
    ],
)  # fmt: skip
def test_a_socket_is_in_a_state_at_a_time(run, at_s, state, more, held):
    assert verdict_on(run, "socket", on="client", at_ns=int(at_s * SECOND), state=state, **more).held is held


def test_the_socket_is_named(run):
    verdict = verdict_on(run, "socket", on="client", at_ns=10 * SECOND, state="SYN-SENT", port=80)
    assert verdict.text["en"] == "At 10 s a socket with port 80 is in SYN-SENT at client."
    assert verdict.text["ja"] == "10 秒の時点で、client に SYN-SENT 状態のポート 80 のソケットがあります。"
    assert verdict.evidence["en"] == "At 10 s: 10.0.1.1:40000 → 10.0.1.2:80 ESTAB."


@pytest.mark.parametrize("none", [True, False])
def test_sockets_of_other_hosts_do_not_count(run, none):
    verdict = verdict_on(run, "socket", on="server", at_ns=2 * SECOND, state="SYN-SENT", none=none)
    assert verdict.held is none
    assert verdict_on(run, "socket", on="nobody", at_ns=0, state="ESTAB", none=none).held is False


WAY = ("SYN-SENT", "ESTAB", "FIN-WAIT-1")


@pytest.mark.parametrize(
    ("sequence", "port", "held"),
    [
        (WAY, None, True), (WAY, 80, True), (WAY, 40000, True), (WAY, 81, False),
        ((*WAY, "CLOSED"), 80, True),
        (WAY[:2], 80, False), (WAY[1:], 80, False), (("SYN-SENT", "FIN-WAIT-1"), 80, False),
        ((*WAY, "TIME-WAIT"), 80, False), (WAY[::-1], 80, False), ((), None, False),
        (("CLOSED",), None, False),
    ],
)  # fmt: skip
def test_a_socket_goes_through_exactly_these_states(run, sequence, port, held):
    more = {"port": port} if port else {}
    assert verdict_on(run, "states", on="client", sequence=sequence, **more).held is held


def test_a_socket_that_is_not_closed_has_not_closed(tmp_path):
    run = runs.run_of(tmp_path, sockets=runs.SOCKETS[:-1])
    assert verdict_on(run, "states", on="client", sequence=WAY).held is True
    assert verdict_on(run, "states", on="client", sequence=(*WAY, "CLOSED")).held is False


def test_two_sockets_are_not_one(tmp_path):
    run = runs.run_of(
        tmp_path, sockets=[change(1, "CLOSED", "SYN-SENT"), change(2, "CLOSED", "ESTAB", socket="s2")]
    )
    assert verdict_on(run, "states", on="client", sequence=("SYN-SENT", "ESTAB")).held is False


def test_a_state_in_which_a_change_begins_is_counted(tmp_path):
    run = runs.run_of(tmp_path, sockets=[change(1, "SYN-SENT", "ESTAB"), change(2, "CLOSE-WAIT", "LAST-ACK")])
    verdict = verdict_on(run, "states", on="client", sequence=("ESTAB", "LAST-ACK"))
    assert verdict.held is False
    assert verdict.evidence["en"].endswith(": SYN-SENT, ESTAB, CLOSE-WAIT, LAST-ACK.")


def test_without_sockets_there_are_no_states(run):
    assert verdict_on(run, "states", on="server", sequence=WAY).held is False
    assert verdict_on(run, "states", on="nobody", sequence=WAY).held is False


@pytest.mark.parametrize(
    ("name", "grows", "held"),
    [
        ("TcpRetransSegs", 2, True), ("TcpRetransSegs", 5, False),
        ("TcpRetransSegs", {"least": 1, "most": 2}, True),
        ("TcpRetransSegs", {"least": 3}, False), ("TcpRetransSegs", {"most": 1}, False),
        ("TcpOutRsts", 0, True), ("TcpOutRsts", 1, False), ("TcpOutRsts", {"most": 3}, True),
        ("RetransSegs", 0, False),
    ],
)  # fmt: skip
def test_a_counter_grows(run, name, grows, held):
    assert verdict_on(run, "counter", on="client", name=name, grows=grows).held is held


def test_the_counter_is_told(run):
    verdict = verdict_on(run, "counter", on="client", name="TcpRetransSegs", grows={"least": 3})
    assert verdict.text["en"] == "TcpRetransSegs grows by at least 3 at client."
    assert verdict.text["ja"] == "client の TcpRetransSegs の増分は 3 以上です。"
    assert verdict.evidence["en"] == "TcpRetransSegs went from 3 to 5 at client."


def test_where_no_counter_was_recorded_none_stood_still(tmp_path):
    run = runs.run_of(tmp_path, counters={})
    assert verdict_on(run, "counter", on="client", name="TcpRetransSegs", grows=0).held is False


def test_a_counter_of_nobody(run):
    assert verdict_on(run, "counter", on="nobody", name="TcpRetransSegs", grows=0).held is False
