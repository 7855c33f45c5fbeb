"""Real lines lead to the diagnoses that they may be."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from diagnoses.registry import CODES
from experiments.bound import codes
from experiments.shipped import Shipped, every
from kb.search.symptoms import counters, errors, names, notices, programs, sockets
from kb.search.symptoms.recognise import recognise

BOOK = Path(__file__).resolve().parent.parent.parent / "experiments" / "shipped"
TABLES = {table.__name__: table.TABLE for table in (counters, errors, names, notices, programs, sockets)}

LINES = [
    ("connect(3, {sa_family=AF_INET}, 16) = -1 ETIMEDOUT (Connection timed out) <65.29>", "syn_unanswered"),
    ("接続がタイムアウトしました", "syn_unanswered"),
    ("the party did not properly respond after a period of time", "syn_unanswered"),
    ("System.Net.Sockets.SocketException (10060)", "syn_unanswered"),
    ("WSAECONNREFUSED 10061", "port_closed"),
    ("because the target machine actively refused it. 10.0.0.1:443", "port_closed"),
    ("telnet: Unable to connect to remote host: 接続を拒否されました", "port_closed"),
    ("WSAECONNRESET (10054): was forcibly closed by the remote host.", "reset_on_path"),
    ("既存の接続はリモート ホストに強制的に切断されました。", "reset_on_path"),
    ("ピアによって接続がリセットされました", "reset_on_path"),
    ("java.net.SocketException: Broken pipe (Write failed)", "data_after_close"),
    ("ssh: connect to host 10.0.0.9 port 22: No route to host", "arp_unanswered"),
    ("curl: (7) Failed to connect to 10.0.0.1 port 80 after 3 ms: Connection refused", "port_closed"),
    ("curl: (28) Failed to connect to b.example port 443 after 130000 ms: Timed out", "syn_unanswered"),
    ("curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received", "slow_server"),
    ("curl: (52) Empty reply from server", "closed_before_answer"),
    ("curl: (56) Recv failure: Connection reset by peer", "reset_on_path"),
    ("java.net.SocketTimeoutException: Read timed out", "slow_server"),
    ("ConnectionResetError: [Errno 104] Connection reset by peer", "reset_on_path"),
    ("dial tcp 10.0.0.1:5432: i/o timeout", "syn_unanswered"),
    ("Error: read ECONNRESET at TLSWrap.onStreamRead", "reset_on_path"),
    ("upstream timed out (110: Connection timed out) while reading response header", "slow_server"),
    ("SSL routines:ssl3_get_record:wrong version number", "plaintext_on_tls_port"),
    ("ssl/record/rec_layer_s3.c: alert certificate expired", "tls_certificate_rejected"),
    ("x509: certificate signed by unknown authority", "tls_certificate_rejected"),
    ("tlsv1 alert protocol version", "tls_no_common_version"),
    ("net::ERR_CONNECTION_RESET", "reset_on_path"),
    ("net::ERR_CONNECTION_TIMED_OUT", "syn_unanswered"),
    ("net::ERR_NAME_NOT_RESOLVED", "dns_nxdomain"),
    ("client_loop: send disconnect: Broken pipe", "idle_flow_dropped"),
    ("kex_exchange_identification: Connection closed by remote host", "closed_before_answer"),
    ("possible SYN flooding on port 443. Sending cookies.", "syn_flood"),
    ("SYN-SENT 0 1 192.0.2.10:47340 203.0.113.80:443 timer:(on,6.104ms,3)", "syn_unanswered"),
    ("tcp 0 0 192.0.2.10:47340 203.0.113.80:443 SYN_SENT", "syn_unanswered"),
    ("CLOSE-WAIT 1 0 192.0.2.10:47340 203.0.113.80:443", "half_close_stuck"),
    ("FIN-WAIT-2 0 0 192.0.2.10:47340 203.0.113.80:443", "half_close_stuck"),
    ("LAST-ACK 0 1 192.0.2.10:47340 203.0.113.80:443", "fin_unanswered"),
    ("ESTAB 0 0 10.0.0.1:22 10.0.0.2:40000 timer:(keepalive,14sec,0)", "keepalive"),
    ("ESTAB 0 9000 10.0.0.1:22 10.0.0.2:40000 timer:(persist,1min,0)", "zero_window"),
    ("LISTEN 129 128 0.0.0.0:443 0.0.0.0:*", "accept_queue_full"),
    ("TcpExtListenOverflows            17                 0.0", "accept_queue_full"),
    ("TcpExtTCPAbortOnData             3                  0.0", "application_abort"),
    (";; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 4711", "dns_servfail"),
    (";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 4711", "dns_nxdomain"),
    (";; connection timed out; no servers could be reached", "dns_no_answer"),
    ("IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.9.9 unreachable - need to frag (mtu 1400)", "pmtu_discovery"),
    ("IP 10.0.0.1 > 10.0.0.2: ICMP host 10.0.9.9 unreachable - admin prohibited", "icmp_unreachable"),
    ("IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.1 udp port 53 unreachable, length 36", "udp_port_unreachable"),
    ("IP 10.0.0.1 > 10.0.0.2: ICMP time exceeded in-transit, length 68", "ttl_expired"),
    ("871 packets dropped by kernel", "capture_drops"),
    ("4 packets transmitted, 0 received, 100% packet loss, time 3050ms", "ping_loss"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code"), LINES)
def test_a_line_leads_to_its_diagnosis(line, code):
    assert code in recognise(f"some text before\n{line}\nand after").codes[:3]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "All is well.",
        "TcpExtListenOverflows 0 0.0",
        "4 received, 0% packet loss",
        "0 packets dropped by kernel",
        "\0\ud800",
    ],
)
def test_what_says_nothing_leads_nowhere(line):
    assert recognise(line).codes == ()


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_diagnoses_that_exist_and_speaks_both_languages(name):
    for row in TABLES[name]:
        assert row.codes
        assert [code for code in row.codes if code not in CODES] == []
        assert row.en.isascii()
        assert row.en.endswith(".")
        assert row.ja.endswith("。")


# Their terminals show nothing of the trouble; the packets do, or a capture is needed.
QUIET = {
    *("data_after_close", "high_latency", "idle_timeout_by_server", "idle_timeout_many", "nagle_delayed_ack"),
    *(
        "nagle_off",
        "quick_server",
        "receive_buffer_large",
        "slow_server",
        "reset_by_own_timeout",
        "window_scaling",
    ),
    *("simultaneous_close", "no_window_scaling", "receive_buffer_small", "dns_truncated", "port_scan"),
    *(
        "loss_fast_retransmit",
        "loss_tail_probe",
        "loss_timeout",
        "reordering",
        "repeat_needless",
        "syn_flood",
    ),
    *("pmtu_black_hole", "udp_port_unreachable", "idle_cut_silently", "dns_port_unreachable"),
}
RECORDED = [one for one in every() if (one.folder / "recorded/6.1/steps.json").is_file()]


@pytest.mark.parametrize("one", [one for one in RECORDED if one.name not in QUIET], ids=lambda one: one.name)
def test_what_an_experiment_printed_leads_to_what_it_proves(one: Shipped):
    steps = json.loads((one.folder / "recorded/6.1/steps.json").read_text())
    assert codes(one.experiment) & set(recognise("\n".join(step["output"] for step in steps)).codes)


SHOWN_BY_TCPDUMP = {
    "connect_timeout": "syn_unanswered",
    "connect_refused": "port_closed",
    "syn_ack_lost": "syn_ack_lost",
    "reset_by_firewall": "refused_on_path",
    "idle_cut_with_reset": "idle_flow_reset_on_path",
    "idle_cut_silently": "idle_flow_dropped",
    "reset_by_own_timeout": "reset_by_own_timeout",
    "zero_window": "zero_window",
    "loss_timeout": "timeout_retransmission",
    "port_scan": "port_scan",
    "port_reuse_nat": "port_reuse_ignored",
    "dns_no_answer": "dns_no_answer",
    "arp_unanswered": "arp_unanswered",
    "half_open": "fin_unanswered",
    "pmtu_discovery": "pmtu_discovery",
}


@pytest.mark.skipif(shutil.which("tcpdump") is None, reason="needs tcpdump")
@pytest.mark.parametrize("name", SHOWN_BY_TCPDUMP)
@pytest.mark.parametrize("options", ["-n", "-nv"])
def test_what_tcpdump_prints_of_an_experiment_leads_to_what_it_proves(name, options):
    found = set()
    for capture in sorted((BOOK / name / "recorded/6.1/captures").glob("*.pcap")):
        command = ["tcpdump", options, "-r", str(capture)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        found |= set(recognise(done.stdout).codes[:6])
    assert SHOWN_BY_TCPDUMP[name] in found


def test_a_long_text_is_looked_at_in_bounded_time():
    assert recognise("10:00:00.0 IP a > b: Flags [S], seq 1, win 0, length 0\n" * 50_000).codes is not None
    assert recognise("((((" * 50_000 + "a" * 200_000).codes == ()
