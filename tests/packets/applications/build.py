"""Messages to test with: DNS, TLS and HTTP, true ones and such as an attacker would send."""

import ssl
import struct
import subprocess
from contextlib import suppress
from itertools import pairwise

import dpkt
import numpy as np

from packets.applications import Applications

CLIENT, SERVER = 0, 1
PLACE = ("frame", "first_frame", "time_ns")


def dns_name(text):
    return b"".join(bytes([len(label)]) + label for label in text.split(b".") if label) + b"\0"


def question(name=b"www.example.org", kind=1):
    return dns_name(name) + struct.pack(">HH", kind, 1)


def record(kind, data, name=b"\xc0\x0c", ttl=60, kind_class=1):
    return name + struct.pack(">HHIH", kind, kind_class, ttl, len(data)) + data


def dns(*parts, number=7, flags=0x0100, counts=(1, 0, 0, 0)):
    return struct.pack(">6H", number, flags, *counts) + b"".join(parts)


def over_tcp(message):
    return struct.pack(">H", len(message)) + message


def vector(width, data):
    return len(data).to_bytes(width, "big") + data


def tls_record(kind, data, version=0x0303):
    return struct.pack(">BH", kind, version) + vector(2, data)


def handshake(kind, body):
    return bytes([kind]) + vector(3, body)


def extension(kind, body):
    return struct.pack(">H", kind) + vector(2, body)


def sni(name):
    return extension(0, vector(2, b"\0" + vector(2, name)))


def client_hello(*extensions, ciphers=b"\x13\x01\xc0\x2f", version=0x0303):
    body = struct.pack(">H", version) + bytes(32) + vector(1, b"") + vector(2, ciphers) + vector(1, b"\0")
    return handshake(1, body + (vector(2, b"".join(extensions)) if extensions else b""))


def server_hello(*extensions, cipher=0xC02F, random=bytes(32), version=0x0303):
    body = struct.pack(">H", version) + random + vector(1, b"") + struct.pack(">HB", cipher, 0)
    return handshake(2, body + (vector(2, b"".join(extensions)) if extensions else b""))


def fed(*segments, limits=None):
    """The facts of one connection: segments are (side, seq, data) or (side, seq, data, length)."""
    applications = Applications(limits) if limits else Applications()
    for frame, (side, seq, data, *length) in enumerate(segments, 1):
        applications.segment(0, side, frame, frame * 1000, seq, data, *(length or [len(data)]))
    return applications.finish()


def stream(data, cuts=(), side=CLIENT):
    """Segments of ``data``, cut at these places."""
    places = sorted({0, *(cut for cut in cuts if 0 < cut < len(data)), len(data)})
    return [(side, start + 1, data[start:end]) for start, end in pairwise(places)]


def told(table):
    """Rows as dicts without what depends on where segments were cut."""
    names = [name for name in table.dtype.names if name not in PLACE]
    rows = [dict(zip(names, row, strict=True)) for row in table[names].tolist()]
    return sorted(rows, key=repr)


def same(one, other):
    """Whether two collections of facts tell the same."""
    return all(told(getattr(one, name)) == told(getattr(other, name)) for name in ("dns", "tls", "http"))


def row(table):
    """The only row of a table, as a dict."""
    assert len(table) == 1, table
    return dict(zip(table.dtype.names, table[0].tolist(), strict=True))


def certificate(folder):
    """A key and a certificate for example.org, as one file."""
    file = folder / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-keyout", file, "-out", folder / "certificate", "-days", "30"),
            *("-subj", "/O=Example/CN=example.org"),
            *("-addext", "subjectAltName=DNS:example.org,DNS:www.example.org,IP:192.0.2.1"),
        ],
        capture_output=True,
        check=True,
    )
    file.write_text(file.read_text() + (folder / "certificate").read_text())
    return file


def conversation(pem, version, server_groups=None, trusting=True):
    """What OpenSSL says on both sides of a short TLS connection: a list of (side, bytes)."""
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    for context in (client, server):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, version
        context.set_alpn_protocols(["h2", "http/1.1"])
    if server_groups:
        server.set_ecdh_curve(server_groups)
    if trusting:
        client.load_verify_locations(pem)
    pipes = [(ssl.MemoryBIO(), ssl.MemoryBIO()) for _ in range(2)]
    ends = [
        client.wrap_bio(*pipes[CLIENT], server_hostname="www.example.org"),
        server.wrap_bio(*pipes[SERVER], server_side=True),
    ]
    said = []
    steps = [lambda end: end.do_handshake()] * 6 + [lambda end: end.write(b"hello" * 50)]
    for step in [*steps, lambda end: end.unwrap()]:
        for side, end in enumerate(ends):
            with suppress(ssl.SSLError):  # wants more, or has refused: what it said is what counts
                step(end)
            data = pipes[side][1].read()
            if data:
                said.append((side, data))
                pipes[1 - side][0].write(data)
    return said


def write_pcap(file, said, port, most=1400):
    """A capture of a TCP connection in which this was said, in segments of at most ``most`` bytes."""
    sequence, frames = [1000, 5000], []
    frames.append(tcp_frame(CLIENT, port, 999, 0, dpkt.tcp.TH_SYN))
    frames.append(tcp_frame(SERVER, port, 4999, 1000, dpkt.tcp.TH_SYN | dpkt.tcp.TH_ACK))
    for side, data in said:
        for at in range(0, len(data), most):
            part = data[at : at + most]
            frames.append(tcp_frame(side, port, sequence[side], sequence[1 - side], dpkt.tcp.TH_ACK, part))
            sequence[side] += len(part)
    with file.open("wb") as opened:
        writer = dpkt.pcap.Writer(opened)
        for number, frame in enumerate(frames):
            writer.writepkt(frame, ts=1_700_000_000 + number / 100)


def tcp_frame(side, port, seq, ack, flags, data=b""):
    ports, hosts = (50_000, port), (b"\xc0\0\2\1", b"\xc0\0\2\2")
    tcp = dpkt.tcp.TCP(sport=ports[side], dport=ports[1 - side], seq=seq, ack=ack, flags=flags, data=data)
    ip = dpkt.ip.IP(src=hosts[side], dst=hosts[1 - side], p=dpkt.ip.IP_PROTO_TCP, data=tcp)
    return bytes(dpkt.ethernet.Ethernet(src=b"\2" * 6, dst=b"\4" * 6, data=ip))


def texts(facts):
    """Every text of every row."""
    for table in (facts.dns, facts.tls, facts.http):
        for name in table.dtype.names:
            if table.dtype[name].kind == "S":
                yield from np.unique(table[name]).tolist()
