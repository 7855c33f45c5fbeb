"""The lines of an HTTP/1 head (RFC 9112 sections 3 to 5, RFC 9110): what each says of the fields of a row."""

import re
from typing import Any

from packets.applications.text import shown

# What messages begin with. The methods of RFC 9110, PATCH (RFC 5789), WebDAV (RFC 4918) and its kin; HTTP/2
# over clear text begins like a request (RFC 9113 section 3.4).
STARTS = (
    *(b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE "),
    *(b"PROPFIND ", b"PROPPATCH ", b"MKCOL ", b"COPY ", b"MOVE ", b"LOCK ", b"UNLOCK ", b"REPORT "),
    *(b"SEARCH ", b"NOTIFY ", b"SUBSCRIBE ", b"HTTP/1.", b"PRI * HTTP/2"),
)
_STATUS = re.compile(rb"HTTP/(\d\.\d) +(\d{3})(?: (.*))?", re.DOTALL)
_VERSION = re.compile(rb"HTTP/(\d\.\d)")
_MOST_DIGITS = 18  # of a length: more do not fit 64 bits, and nobody has them

Fields = dict[str, Any]


def first_line(line: bytes) -> Fields | None:
    """The fields of a request line or a status line; None when it is none."""
    if line.startswith(b"HTTP/"):
        found = _STATUS.fullmatch(line)
        return found and {
            "request": False,
            "version": found[1],
            "status": int(found[2]),
            "reason": shown(found[3] or b"", 64),
        }
    method, _, rest = line.partition(b" ")
    target, space, last = rest.rpartition(b" ")
    version = _VERSION.fullmatch(last)
    if not version:  # HTTP/0.9, or the line was cut
        target = rest if not b"HTTP/1.1".startswith(last) or not space else target
    return {
        "request": True,
        "method": shown(method, 16),
        "target": shown(target.strip(b" "), 256),
        "version": version[1] if version else b"",
    }


def header(line: bytes, fields: Fields) -> bool:
    """Adds what a header field says, where a row has a place for it; False when it is no header field.

    The first Host, Location and Upgrade count. Lengths that contradict each other count as unknown.
    """
    if line[:1] in (b" ", b"\t"):  # obs-fold goes on with a value that is not looked at
        return True
    name, colon, value = line.partition(b":")
    reader = _READERS.get(name.lower())
    if reader:
        reader(value.strip(b" \t"), fields)
    return bool(colon)


def _host(value: bytes, fields: Fields) -> None:
    fields.setdefault("host", shown(value, 253))


def _location(value: bytes, fields: Fields) -> None:
    fields.setdefault("location", shown(value, 256))


def _upgrade(value: bytes, fields: Fields) -> None:
    fields.setdefault("upgrade", shown(value, 32))


def _content_length(value: bytes, fields: Fields) -> None:
    length = int(value) if value.isdigit() and len(value) <= _MOST_DIGITS else -1
    fields["content_length"] = length if fields.get("content_length", length) == length else -1


def _transfer_encoding(value: bytes, fields: Fields) -> None:
    fields["chunked"] = value.lower().endswith(b"chunked")


def _expect(value: bytes, fields: Fields) -> None:
    fields["expect_continue"] = value.lower() == b"100-continue"


def _connection(value: bytes, fields: Fields) -> None:
    words = [word.strip() for word in value.lower().split(b",")]
    fields["close"] = b"close" in words or fields.get("close", False)


_READERS = {
    b"host": _host,
    b"location": _location,
    b"upgrade": _upgrade,
    b"content-length": _content_length,
    b"transfer-encoding": _transfer_encoding,
    b"expect": _expect,
    b"connection": _connection,
}
