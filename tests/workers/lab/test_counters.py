"""/proc/net/snmp and netstat before and after."""

from workers.lab.counters import changed, read

SNMP = """\
Ip: Forwarding DefaultTTL InReceives
Ip: 2 64 17
Icmp: InMsgs
Icmp: 0
Tcp: RtoMin MaxConn RetransSegs
Tcp: 200 -1 0
"""
NETSTAT = "TcpExt: SyncookiesSent TCPTimeouts\nTcpExt: 0 6\n"


def test_counters_are_named_as_nstat_names_them():
    assert read(SNMP + NETSTAT) == {
        "IpForwarding": 2,
        "IpDefaultTTL": 64,
        "IpInReceives": 17,
        "IcmpInMsgs": 0,
        "TcpRtoMin": 200,
        "TcpMaxConn": -1,
        "TcpRetransSegs": 0,
        "TcpExtSyncookiesSent": 0,
        "TcpExtTCPTimeouts": 6,
    }


def test_only_what_changed_is_kept_in_order_of_names():
    after = SNMP.replace("200 -1 0", "200 -1 5").replace("64 17", "64 20")
    both = changed({"a": SNMP, "b": SNMP}, {"a": after, "b": SNMP})
    assert both == {"a": {"IpInReceives": [17, 20], "TcpRetransSegs": [0, 5]}, "b": {}}
    assert list(both["a"]) == ["IpInReceives", "TcpRetransSegs"]


def test_a_counter_that_is_there_only_once_is_left_out():
    assert changed({"a": SNMP}, {"a": SNMP + NETSTAT}) == {"a": {}}


def test_what_is_no_table_is_passed_over():
    for text in (
        "",
        "\n\n",
        "Tcp:",
        "Tcp: A B\nTcp: 1\n",
        "Tcp: A\nUdp: 1\n",
        "Tcp: A\nTcp: x\n",
        "\0 \ufffd\n" * 9,
    ):
        assert read(text) == {}


def test_numbers_are_bounded():
    assert read("T: A\nT: " + "9" * 10_000 + "\n") == {"TA": int("9" * 20)}
