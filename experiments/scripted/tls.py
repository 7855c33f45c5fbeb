"""TLS records in words, for the payload of a segment: TLS "client-hello sni shop.example version 1.2".

    client-hello sni NAME version V ciphers N alpn NAME     all but the first word may be left out
    server-hello version V cipher N
    certificate subject NAME issuer NAME sans A,B from DATE until DATE
    server-hello-done, client-key-exchange, finished        the last one encrypted
    change-cipher-spec
    data N                                                  application data, N bytes
    alert NUMBER                                            fatal; a warning when "warning" follows

Records are joined by " + ". Versions are 1.0, 1.1, 1.2 and 1.3 (RFC 8446, RFC 5246), dates 2026-01-31.
Random fields, keys and signatures are filler: nothing here could be verified.
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from experiments.scripted.mistakes import SceneError

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
VERSIONS = {"1.0": 0x301, "1.1": 0x302, "1.2": 0x303, "1.3": 0x304}
# What a client of today offers: the suites of TLS 1.3, then those of 1.2 and before, strongest first.
SUITES = (
    0x1301,
    0x1302,
    0x1303,
    0xC02B,
    0xC02F,
    0xC02C,
    0xC030,
    0xC013,
    0xC014,
    0x9C,
    0x9D,
    0x2F,
    0x35,
    0x0A,
)
_SNI, _ALPN, _SUPPORTED_VERSIONS = 0, 16, 43
_ENCRYPTED_FINISHED = 40
_GIVEN_ONCE = ("sni", "version", "ciphers", "cipher", "alpn", "subject", "issuer", "sans", "from", "until")

Said = dict[str, str]


def records(text: str, row: int) -> bytes:
    """The records that a text names.

    Raises:
        SceneError: with the word that is not understood.
    """
    return b"".join(_record(part.split(), row) for part in text.split(" + "))


def _record(words: list[str], row: int) -> bytes:
    kind, rest = (words[0], words[1:]) if words else ("", [])
    if kind not in _MESSAGES and kind not in _OTHERS:
        raise SceneError(f"'{kind}' is no TLS record; there are {', '.join((*_MESSAGES, *_OTHERS))}", row)
    try:
        if kind in _OTHERS:
            content_type, body = _OTHERS[kind](rest)
            return _framed(content_type, body, 0x303)
        said = _said(rest)
        number, make = _MESSAGES[kind]
        body = make(said)
        first = kind == "client-hello"
        message = bytes([number]) + len(body).to_bytes(3, "big") + body
        return _framed(HANDSHAKE, message, 0x301 if first else min(_version(said), 0x303))
    except (KeyError, ValueError, IndexError):
        raise SceneError(f"'{' '.join(words)}' is not how a TLS record is written", row) from None


def _said(words: list[str]) -> Said:
    if len(words) % 2 or not set(words[::2]) <= set(_GIVEN_ONCE):
        raise ValueError
    return dict(zip(words[::2], words[1::2], strict=True))


def _framed(kind: int, body: bytes, version: int) -> bytes:
    return struct.pack("!BHH", kind, version, len(body)) + body


def _version(said: Said) -> int:
    return VERSIONS[said.get("version", "1.2")]


def _filler(size: int, *about: object) -> bytes:
    """Bytes that look random and are the same each time."""
    seed = "/".join(map(str, about)).encode()
    return b"".join(sha256(seed + bytes([at])).digest() for at in range(-(-size // 32)))[:size]


def _vector(body: bytes, size: int) -> bytes:
    return len(body).to_bytes(size, "big") + body


def _extension(number: int, body: bytes) -> bytes:
    return struct.pack("!H", number) + _vector(body, 2)


def _extensions(said: Said, versions: bytes) -> bytes:
    found = b""
    if "sni" in said:
        found += _extension(_SNI, _vector(b"\0" + _vector(said["sni"].encode(), 2), 2))
    if "alpn" in said:
        found += _extension(_ALPN, _vector(_vector(said["alpn"].encode(), 1), 2))
    if versions:
        found += _extension(_SUPPORTED_VERSIONS, versions)
    return _vector(found, 2)


def _client_hello(said: Said) -> bytes:
    highest = _version(said)
    suites = [suite for suite in SUITES if highest == VERSIONS["1.3"] or suite >> 8 != 0x13]
    count = int(said.get("ciphers", len(suites)))
    chosen = [suites[at] if at < len(suites) else 0xC0A0 + at for at in range(count)]
    offered = [version for version in (0x304, 0x303) if version <= highest]
    versions = _vector(struct.pack(f"!{len(offered)}H", *offered), 1) if highest == 0x304 else b""
    head = struct.pack("!H", min(highest, 0x303)) + _filler(32, "client", *said.values())
    head += _vector(_filler(32, "session", *said.values()), 1)
    return head + _vector(struct.pack(f"!{count}H", *chosen), 2) + b"\1\0" + _extensions(said, versions)


def _server_hello(said: Said) -> bytes:
    version = _version(said)
    suite = int(said.get("cipher", "0x1301" if version == 0x304 else "0xc02f"), 0)
    head = struct.pack("!H", min(version, 0x303)) + _filler(32, "server", *said.values()) + _vector(b"", 1)
    versions = struct.pack("!H", version) if version == 0x304 else b""
    return head + struct.pack("!HB", suite, 0) + _extensions({}, versions)


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def _name(common: str) -> bytes:
    text = _der(0x0C, common.replace("_", " ").encode())
    return _der(0x30, _der(0x31, _der(0x30, _der(6, b"\x55\x04\x03"), text)))


def _date(day: str) -> bytes:
    when = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return _der(0x17, when.strftime("%y%m%d%H%M%SZ").encode())


def _certificate(said: Said) -> bytes:
    """One certificate (RFC 5280 section 4.1); a space in a name is written as "_"."""
    subject, issuer = said["subject"], said.get("issuer", "Example_CA")
    signed_with = _der(0x30, _der(6, b"\x2a\x86\x48\xce\x3d\x04\x03\x02"))  # ecdsa-with-SHA256
    curve = _der(6, b"\x2a\x86\x48\xce\x3d\x02\x01") + _der(6, b"\x2a\x86\x48\xce\x3d\x03\x01\x07")
    key = _der(0x30, _der(0x30, curve), _der(3, b"\0\4", _filler(64, "key", subject)))
    sans = b"".join(_der(0x82, one.encode()) for one in said.get("sans", subject).split(","))
    names = _der(0x30, _der(6, b"\x55\x1d\x11"), _der(4, _der(0x30, sans)))
    outside = _der(
        0x30,
        _der(0xA0, _der(2, b"\2")),
        _der(2, b"\x40" + _filler(7, "serial", *said.values())),
        signed_with,
        _name(issuer),
        _der(0x30, _date(said["from"]), _date(said["until"])),
        _name(subject),
        key,
        _der(0xA3, _der(0x30, names)),
    )
    numbers = (_der(2, b"\x40" + _filler(31, half, *said.values())) for half in "rs")
    whole = _der(0x30, outside, signed_with, _der(3, b"\0", _der(0x30, *numbers)))
    return _vector(_vector(whole, 3), 3)


def _key_exchange(said: Said) -> bytes:
    return _vector(b"\4" + _filler(64, "exchange", *said.values()), 1)


_MESSAGES: dict[str, tuple[int, Callable[[Said], bytes]]] = {
    "client-hello": (1, _client_hello),
    "server-hello": (2, _server_hello),
    "certificate": (11, _certificate),
    "server-hello-done": (14, lambda _: b""),
    "client-key-exchange": (16, _key_exchange),
}
_OTHERS: dict[str, Callable[[list[str]], tuple[int, bytes]]] = {
    "change-cipher-spec": lambda _: (CHANGE_CIPHER_SPEC, b"\1"),
    "finished": lambda words: (HANDSHAKE, b"\xa7" + _filler(_ENCRYPTED_FINISHED - 1, "finished", *words)),
    "data": lambda words: (DATA, _filler(int(words[0]), "data", *words)),
    "alert": lambda words: (ALERT, bytes([1 if "warning" in words else 2, int(words[0])])),
}
