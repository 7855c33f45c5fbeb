"""ClientHello and ServerHello (RFC 8446 section 4.1, RFC 6066, RFC 7301)."""

from typing import Any

from packets.applications.cursor import Cursor
from packets.applications.text import shown

# The random of a ServerHello that is a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3).
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_SNI, _ALPN, _VERSIONS = 0, 16, 43
_HOST_NAME = 0
_TLS_1_3 = 0x304
_MOST_EXTENSIONS = 128  # the registry of IANA has about 60 of them

Fields = dict[str, Any]


def client_hello(body: bytes, fields: Fields) -> None:
    """Fills the fields as far as they can be read; raises Unreadable where it cannot go on."""
    cursor = Cursor(body)
    fields["legacy_version"] = fields["version"] = cursor.number(2)
    cursor.take(32)
    cursor.vector(1)  # session id
    fields["ciphers"] = cursor.number(2) // 2
    cursor.take(2 * fields["ciphers"])
    cursor.vector(1)  # compression methods
    _extensions(cursor, fields, from_client=True)


def server_hello(body: bytes, fields: Fields) -> None:
    """Fills the fields as far as they can be read; raises Unreadable where it cannot go on."""
    cursor = Cursor(body)
    fields["legacy_version"] = fields["version"] = cursor.number(2)
    fields["retry"] = cursor.take(32) == RETRY
    cursor.vector(1)
    fields["cipher"] = cursor.number(2)
    cursor.take(1)
    _extensions(cursor, fields, from_client=False)


def _extensions(cursor: Cursor, fields: Fields, from_client: bool) -> None:
    if not cursor.more():  # before TLS 1.2 there need not be any
        return
    extensions = cursor.vector(2)
    for _ in range(_MOST_EXTENSIONS):
        if not extensions.more():
            return
        kind, body = extensions.number(2), extensions.vector(2)
        if kind == _SNI and from_client:
            _server_name(body, fields)
        elif kind == _ALPN:
            _protocol(body, fields)
        elif kind == _VERSIONS:
            fields["version"] = _offered(body, fields) if from_client else body.number(2)


def _server_name(body: Cursor, fields: Fields) -> None:
    names = body.vector(2)
    while names.more():
        kind, size = names.number(1), names.number(2)
        name = names.take(size)
        if kind == _HOST_NAME:
            fields["sni"] = shown(name, 253)
            return


def _protocol(body: Cursor, fields: Fields) -> None:
    names = body.vector(2)
    if names.more():
        fields["alpn"] = shown(names.take(names.number(1)), 64)


def _offered(body: Cursor, fields: Fields) -> int:
    """The highest version offered. Drafts of TLS 1.3 (0x7fxx) count only where no final one is."""
    versions = body.vector(1)
    offered = [fields["legacy_version"]]
    while versions.more():
        offered.append(versions.number(2))
    final = [version for version in offered[1:] if 0x300 <= version <= _TLS_1_3]
    drafts = [version for version in offered[1:] if version >> 8 == 0x7F]
    return max(final or drafts or offered[:1])
