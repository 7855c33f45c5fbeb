"""tshark is the oracle: what it shows of DNS, TLS and HTTP in a frame, and what stands in our rows of it."""

import shutil
import ssl
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from packets.applications import Applications
from tests.packets.applications.build import (
    CLIENT,
    SERVER,
    certificate,
    conversation,
    dns,
    over_tcp,
    question,
    record,
    write_pcap,
)

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "captures"
THEIRS = sorted(SHARED.glob("labelled/*/capture.pcap*")) + sorted(
    p for p in SHARED.glob("public/*") if p.suffix in (".pcap", ".cap", ".pcapng")
)
OURS = sorted(ROOT.glob("experiments/library/*/*.pcap"))
STARTS = (
    *(b"\x15\x03", b"\x16\x03", b"\x17\x03", b"GET ", b"POST", b"PUT ", b"HEAD", b"DELE", b"OPTI"),
    *(b"PATC", b"CONN", b"TRAC", b"HTTP/", b"PRI "),
)
FEED = (
    *("frame.number", "tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.len", "tcp.payload"),
    *("udp.stream", "udp.srcport", "udp.dstport", "udp.length", "udp.payload", "icmp.type", "icmpv6.type"),
)
DNS = (
    *("dns.id", "dns.flags.response", "dns.flags.opcode", "dns.flags.rcode", "dns.flags.truncated"),
    *("dns.flags.recdesired", "dns.flags.recavail", "dns.flags.authoritative", "dns.flags.authenticated"),
    *("dns.flags.checkdisable", "dns.count.queries", "dns.count.answers", "dns.qry.name", "dns.qry.type"),
)
TLS = (
    *("tls.handshake.type", "tls.handshake.version", "tls.handshake.extensions.supported_version"),
    *("tls.handshake.extensions_server_name", "tls.handshake.ciphersuite", "tls.alert_message.level"),
    *("tls.alert_message.desc", "tls.handshake.extensions_alpn_str"),
)
HTTP = ("http.request.method", "http.request.uri", "http.response.code", "http.host")
EVERY = (*FEED, *DNS, *TLS, *HTTP)
BETWEEN = "\x1f"  # the unit separator: stands in no URI
needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark (Debian package tshark)")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared: the labelled captures")

# Where we differ on purpose, by class. A frame that is named here must really differ.
PORT = (
    "tshark goes by the port, or missed the handshake, and takes it for another protocol; we read the bytes"
)
SETTING = "tshark, told not to wait for bodies, takes a response behind a longer body for the rest of it"
DIFFER = {
    ("capture-begins-mid-connection/capture.pcap", 1): PORT,
    ("capture-begins-mid-connection/capture.pcap", 2): PORT,
    ("half-open-peer-rebooted-rst/capture.pcap", 4): PORT,
    ("half-open-peer-rebooted-rst/capture.pcap", 6): PORT,
    ("http_exchange/healthy.pcap", 10): SETTING,
    ("public/https-to-http.pcap", 4): PORT,
    ("rst-midstream-server-linger0/capture.pcap", 6): PORT,
    ("rst-midstream-server-linger0/capture.pcap", 8): PORT,
}


def oracle(path):
    """One dict a frame: field to the list of its values."""
    command = [
        "tshark",
        "-r",
        path,
        "-o",
        "http.desegment_body:FALSE",
        "-o",
        "tcp.reassemble_out_of_order:TRUE",
    ]
    command += ["-T", "fields", "-E", "separator=/t", "-E", f"aggregator={BETWEEN}"]
    command += [word for field in EVERY for word in ("-e", field)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in text.splitlines():
        values = line.split("\t")
        yield {
            field: value.split(BETWEEN) if value else [] for field, value in zip(EVERY, values, strict=True)
        }


def collected(frames):
    """The frames as the reader of captures would hand them over."""
    applications, followed = Applications(), set()
    for said in frames:
        number = int(said["frame.number"][0])
        if said["tcp.payload"]:
            segment(applications, followed, number, said)
        elif said["udp.payload"] and "53" in said["udp.srcport"] + said["udp.dstport"]:
            data = bytes.fromhex(said["udp.payload"][0])
            whole = len(data) == int(said["udp.length"][0]) - 8
            side = int(said["udp.dstport"] == ["53"])
            applications.datagram(int(said["udp.stream"][0]), side, number, number, data, whole)
    return applications.finish()


def segment(applications, followed, number, said):
    ports, connection = (*said["tcp.srcport"], *said["tcp.dstport"]), int(said["tcp.stream"][0])
    side = int(int(ports[0]) < int(ports[1]))
    data = bytes.fromhex(said["tcp.payload"][0])
    if (connection, side) not in followed and not data.startswith(STARTS) and "53" not in ports:
        return
    followed.add((connection, side))
    seq, length = int(said["tcp.seq"][0]), int(said["tcp.len"][0])
    applications.segment(connection, side, number, number, seq, data, length)


def numbers(values):
    return [int(value, 0) for value in values]


def seen_by_tshark(said):
    """(protocol, what it says) of one frame, in a form that our rows can take too."""
    if said["dns.id"]:
        flags = [(numbers(said[name]) or [0])[0] for name in DNS[:12]]  # a query does not show all of them
        yield "dns", (*flags, *said["dns.qry.name"][:1], *numbers(said["dns.qry.type"][:1]))
    for kind in numbers(said["tls.handshake.type"]):
        yield "handshake", kind
    hello = [kind for kind in numbers(said["tls.handshake.type"]) if kind in (1, 2)]
    if hello:
        versions = [v for v in numbers(said[TLS[2]]) if v & 0x0F0F != 0x0A0A]
        legacy = numbers(said["tls.handshake.version"])
        ciphers = numbers(said["tls.handshake.ciphersuite"])
        chosen = len(ciphers) if hello == [1] else ciphers[0]
        name, protocol = said["tls.handshake.extensions_server_name"], said[TLS[7]]
        yield "hello", (legacy[0], max(versions or legacy), chosen, *name[:1], *protocol[:1])
    yield from (("alert", pair) for pair in zip(*(numbers(said[name]) for name in TLS[5:7]), strict=True))
    if said["http.request.method"]:
        target = said["http.request.uri"][0]
        target = target if len(target) <= 256 else target[:254] + "\\~"
        yield "request", (said["http.request.method"][0], target, *said["http.host"][:1])
    yield from (("response", status) for status in numbers(said["http.response.code"]))


def seen_by_us(facts):
    """The same, by frame."""
    found = defaultdict(list)
    for row in facts.dns:
        names = (
            "id",
            "response",
            "opcode",
            "rcode",
            "tc",
            "rd",
            "ra",
            "aa",
            "ad",
            "cd",
            "questions",
            "answers",
        )
        flags = [int(row[name]) for name in names]
        name = row["qname"].decode().replace("\\x2e", ".")
        found[row["frame"]].append(("dns", (*flags, name, int(row["qtype"]))))
    for row in facts.tls:
        found[row["frame"]].extend(tls_row(row))
    for row in facts.http:
        if row["request"]:
            words = [row[name].decode() for name in ("method", "target", "host") if row[name]]
            found[row["frame"]].append(("request", tuple(words)))
        else:
            found[row["frame"]].append(("response", int(row["status"])))
    return found


def tls_row(row):
    if row["handshake"] >= 0:
        yield "handshake", int(row["handshake"])
    if row["handshake"] in (1, 2):
        chosen = int(row["ciphers"] if row["handshake"] == 1 else row["cipher"])
        names = [row[name].decode() for name in ("sni", "alpn") if row[name]]
        yield "hello", (int(row["legacy_version"]), int(row["version"]), chosen, *names)
    if row["alert_level"] >= 0:
        yield "alert", (int(row["alert_level"]), int(row["alert_description"]))


def differences(path):
    """(capture, frame): (what tshark sees, what we see)."""
    return differences_and_facts(path)[0]


def differences_and_facts(path):
    # What an ICMP error quotes is no conversation.
    frames = [said for said in oracle(path) if not said["icmp.type"] and not said["icmpv6.type"]]
    facts = collected(frames)
    ours = seen_by_us(facts)
    found = {}
    for said in frames:
        number = int(said["frame.number"][0])
        want, have = sorted(seen_by_tshark(said), key=repr), sorted(ours.pop(number, []), key=repr)
        if want != have:
            found[name(path), number] = (want, have)
    assert not ours, "rows of frames that do not exist"
    return found, facts


def name(path):
    return f"{path.parent.name}/{path.name}"


@needs_tshark
@pytest.mark.parametrize("path", OURS, ids=name)
def test_our_own_captures_say_what_tshark_sees(path):
    compare(path)


@needs_tshark
@needs_shared
@pytest.mark.parametrize("path", THEIRS, ids=name)
def test_real_captures_say_what_tshark_sees(path):
    compare(path)


def compare(path):
    found = differences(path)
    expected = {place for place in DIFFER if place[0] == name(path)}
    assert {place: what for place, what in found.items() if place not in expected} == {}
    assert expected <= set(found), "no longer differs"


@needs_tshark
@needs_shared
def test_every_difference_is_of_a_capture_that_exists():
    assert {place for place, _ in DIFFER} <= {name(path) for path in THEIRS + OURS}


needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="needs openssl (Debian package openssl)"
)


@needs_tshark
@needs_openssl
@pytest.mark.parametrize("most", [1400, 7])
@pytest.mark.parametrize("groups", [None, "secp521r1"], ids=["direct", "retry"])
@pytest.mark.parametrize("trusting", [True, False], ids=["trusting", "refusing"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_what_openssl_says_is_read_as_tshark_reads_it(tmp_path, version, trusting, groups, most):
    said = conversation(certificate(tmp_path), version, groups, trusting)
    write_pcap(tmp_path / "tls.pcap", said, 443, most)
    found, facts = differences_and_facts(tmp_path / "tls.pcap")
    assert found == {}
    retried = groups is not None and version == ssl.TLSVersion.TLSv1_3
    assert sum(facts.tls["retry"]) == retried
    assert sum(facts.tls["handshake"] == 1) == 1 + retried
    is_1_3 = version == ssl.TLSVersion.TLSv1_3
    assert sum(facts.tls["content_type"] == 23) == (2 if trusting else is_1_3)  # with data: each side's first
    assert facts.notes == {}


EXCHANGES = {
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "length": b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
    "continue": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
    "upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello",
}


@needs_tshark
@pytest.mark.parametrize("answer", EXCHANGES.values(), ids=EXCHANGES)
def test_an_http_exchange_is_read_as_tshark_reads_it(tmp_path, answer):
    request = b"PUT /a%20b?c=d&e=;f HTTP/1.1\r\nHost: example.org\r\nContent-Length: 3\r\n\r\nabc"
    said = [(CLIENT, request), (SERVER, answer)] * (1 if b"101" in answer else 3)
    write_pcap(tmp_path / "http.pcap", said, 80)
    assert differences(tmp_path / "http.pcap") == {}


@needs_tshark
@pytest.mark.parametrize("most", [1400, 10, 1])
def test_dns_over_tcp_is_read_as_tshark_reads_it(tmp_path, most):
    query = dns(question(b"a-b_c.example.org", 28), record(41, b"", b"\0", 0x8000, 1232), counts=(1, 0, 0, 1))
    answer = dns(question(), record(5, b"\3cdn\xc0\x10"), flags=0x8583, counts=(1, 1, 0, 0))
    write_pcap(
        tmp_path / "dns.pcap", [(CLIENT, over_tcp(query)), *[(SERVER, over_tcp(answer))] * 2], 53, most
    )
    assert differences(tmp_path / "dns.pcap") == {}
