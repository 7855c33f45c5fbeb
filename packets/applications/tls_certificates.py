"""The Certificate message of TLS 1.2 and before (RFC 5246 section 7.4.2), and the outside of its first
certificate (RFC 5280 section 4.1). Nothing is verified.
"""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any

from packets.applications import der
from packets.applications.cursor import Cursor, Unreadable
from packets.applications.text import fitted, shown

_COMMON_NAME, _ALT_NAMES = b"\x55\x04\x03", b"\x55\x1d\x11"  # OIDs 2.5.4.3 and 2.5.29.17
_VERSION, _EXTENSIONS = 0xA0, 0xA3  # context tags [0] and [3] of TBSCertificate
_BMP, _UTC, _GENERALIZED = 0x1E, 0x17, 0x18
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_FAMILY = {4: AF_INET, 16: AF_INET6}

Fields = dict[str, Any]


def certificates(body: bytes, fields: Fields, notes: Counter[str]) -> None:
    """Fills the fields as far as they can be read; raises Unreadable where the list of them breaks off."""
    chain = Cursor(body).vector(3)
    fields["certificates"] = 0
    while chain.more():
        size = chain.number(3)
        if not fields["certificates"]:
            _certificate(chain, size, fields, notes)
        else:
            chain.take(size)
        fields["certificates"] += 1


def _certificate(chain: Cursor, size: int, fields: Fields, notes: Counter[str]) -> None:
    raw = chain.take(size)
    try:
        _outside(raw, fields)
    except Unreadable:
        notes["certificate_unreadable"] += 1


def _outside(raw: bytes, fields: Fields) -> None:
    parts = list(der.elements(der.inside(der.inside(raw, der.SEQUENCE), der.SEQUENCE)))
    if parts and parts[0][0] == _VERSION:
        del parts[0]
    if len(parts) < 6:
        raise Unreadable
    issuer, validity, subject = (contents for _, contents in parts[2:5])
    fields["issuer"], fields["subject"] = _common_name(issuer), _common_name(subject)
    times = list(der.elements(validity))
    for name, (tag, text) in zip(("not_before", "not_after"), times, strict=False):
        fields[name] = _seconds(tag, text)
    for tag, contents in parts[6:]:
        if tag == _EXTENSIONS:
            fields["sans"] = _alternative_names(contents)


def _common_name(name: bytes) -> bytes:
    """The last common name: the most specific one, as names are written from the root."""
    found = b""
    for _, attributes in der.elements(name):
        for _, attribute in der.elements(attributes):
            found = _if_common(attribute) or found
    return found


def _if_common(attribute: bytes) -> bytes:
    parts = list(der.elements(attribute))
    if len(parts) < 2 or parts[0] != (der.OID, _COMMON_NAME):
        return b""
    tag, text = parts[1]
    if tag == _BMP:  # UTF-16, of old certificate authorities
        text = text[:512].decode("utf-16-be", "replace").encode("utf-8", "replace")
    return shown(text, 128)


def _seconds(tag: int, text: bytes) -> int:
    """UTCTime and GeneralizedTime in the one form that RFC 5280 section 4.1.2.5 allows; -1: another."""
    if tag == _UTC and len(text) == 13:
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    elif tag != _GENERALIZED:
        return -1
    digits = text[:-1]
    if len(digits) != 14 or not digits.isdigit() or text[-1:] != b"Z":
        return -1
    with suppress(ValueError):  # the 30th of February
        month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
        return int(datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=UTC).timestamp())
    return -1


def _alternative_names(contents: bytes) -> bytes:
    for _, extension in der.elements(der.inside(contents, der.SEQUENCE)):
        parts = list(der.elements(extension))
        if len(parts) > 1 and parts[0] == (der.OID, _ALT_NAMES):
            names = der.elements(der.inside(parts[-1][1], der.SEQUENCE))
            texts = [_alternative(tag, raw) for tag, raw in names]
            return fitted(b",".join(text for text in texts if text), 253)
    return b""


def _alternative(tag: int, raw: bytes) -> bytes:
    if tag == _DNS_NAME:
        return shown(raw, 253).replace(b",", b"\\x2c")
    if tag == _IP_ADDRESS and len(raw) in _FAMILY:
        return inet_ntop(_FAMILY[len(raw)], raw).encode()
    return b""
