"""What a dissector of DNS, HTTP or TLS would stumble over, and what must never come out."""

import struct
from functools import partial

from tests.packets.hostile.form import CANARY, BadInput, Read
from tests.packets.hostile.frames import (
    ACK,
    UDP,
    answered,
    capture,
    ethernet,
    handshake,
    ipv4,
    sent,
    talk,
    udp,
)

bad = partial(BadInput, "application")
DNS, HTTPS = (50_000, 53), (49_152, 443)
POINTER_TO_ITSELF, POINTER_AHEAD = b"\xc0\x0c", b"\xc0\xff"


def dns(questions: bytes, counts=(1, 0, 0, 0), flags=0x0100) -> bytes:
    """A frame with a DNS message, however many records it claims."""
    message = struct.pack(">HH4H", 0x1234, flags, *counts) + questions
    return ethernet(ipv4(udp(message, DNS), UDP))


def question(name: bytes) -> bytes:
    return name + struct.pack(">HH", 1, 1)


def named(label: bytes) -> bytes:
    """A capture of a query and its answer for a name with this label."""
    name = bytes([len(label)]) + label + b"\7example\0"
    answer = b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 60, len(name)) + name
    return capture([dns(question(name)), dns(question(name) + answer, (1, 1, 0, 0), 0x8180)])


def pointer_loops() -> bytes:
    names = [
        POINTER_TO_ITSELF,
        b"\1a" + POINTER_TO_ITSELF,
        POINTER_AHEAD,
        b"\x3f" * 64,
        b"\x80\x01",
        b"\1a" * 200,
    ]
    return capture([dns(question(name)) for name in names])


def lying_counts() -> bytes:
    return capture([dns(question(b"\0"), (65_535,) * 4, flags) for flags in (0x0100, 0x8180)] + [dns(b"")])


def huge_header() -> bytes:
    """One header line that never ends, in segments of 1,400 bytes."""
    text = b"GET / HTTP/1.1\r\nX: " + CANARY.encode() * 80_000
    pieces = [(at, text[at : at + 1_400]) for at in range(0, len(text), 1_400)]
    data = [sent(1001 + at, 5001, ACK, piece) for at, piece in pieces]
    return capture([*handshake(), *data, answered(5001, 1001 + len(text))])


def hello(name: bytes, *, record=None, message=None, extensions=None, listed=None, told=None) -> bytes:
    """A TLS ClientHello with a server name; every length in it can lie."""
    sni = struct.pack(">HBH", _(listed, len(name) + 3), 0, _(told, len(name))) + name
    extension = struct.pack(">HH", 0, len(sni)) + sni
    fixed = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0"  # version, random, no session, one cipher
    body = fixed + struct.pack(">H", _(extensions, len(extension))) + extension
    whole = b"\1" + struct.pack(">I", _(message, len(body)))[1:] + body
    return b"\x16\3\1" + struct.pack(">H", _(record, len(whole))) + whole


def _(lie: int | None, truth: int) -> int:
    return truth if lie is None else lie


def lying_tls() -> bytes:
    lies = ("record", "message", "extensions", "listed", "told")
    hellos = [hello(b"example", **{lie: length}) for lie in lies for length in (0, 1, 65_535)]
    return capture([f for n, text in enumerate(hellos) for f in talk(text, ports=(40_000 + n, 443))])


def said(text: str) -> bytes:
    """A connection in which both sides say this."""
    return capture(talk(f"GET /{text} HTTP/1.1\r\n\r\n".encode(), f"HTTP/1.1 200 OK\r\n\r\n{text}".encode()))


INJECTIONS = f"{{{{7*7}}}}{{% debug %}}${{jndi:ldap://{CANARY}}}<%= 7*7 %>%s%n{{0.__class__}}"
LOG_LINES = f"x\r\n2026-01-01 ERROR {CANARY}\n\x1b[31m\x00"
SECRETS = (
    f"Authorization: Basic {CANARY}\r\nCookie: session={CANARY}\r\nSet-Cookie: {CANARY}\r\n"
    f"password={CANARY}&token={CANARY}\r\nUSER {CANARY}\r\nPASS {CANARY}\r\n"
)
HTML = b"<script>alert(1)</script>"

INPUTS = [
    bad("DNS pointer loops", pointer_loops, Read(6, (), 1)),
    bad("DNS counts of 65,535", lying_counts, Read(3, (), 1)),
    bad("DNS names with HTML", lambda: named(HTML), Read(2, (), 1)),
    bad(
        "DNS names with control characters",
        lambda: named(b"\x1b[2J\r\n\0\xe2\x80\xae"),
        Read(2, (), 1),
    ),
    bad("DNS names with a formula", lambda: named(b"=cmd|' /C calc'!A0"), Read(2, (), 1)),
    bad("HTTP header of 1 MB", huge_header, Read(747, (), 1)),
    bad("TLS lengths that lie", lying_tls, Read(150, (), 15)),
    bad("SNI with HTML", lambda: capture(talk(hello(HTML), ports=HTTPS)), Read(10, (), 1)),
    bad("template injection", lambda: said(INJECTIONS), Read(10, (), 1)),
    bad("log injection", lambda: said(LOG_LINES), Read(10, (), 1)),
    bad("secrets", lambda: said(SECRETS), Read(10, (), 1)),
]
