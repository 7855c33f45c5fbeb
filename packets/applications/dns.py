"""A DNS message (RFC 1035 section 4, RFC 6891), from its header to the last record that is looked at."""

import struct
from collections import Counter
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any

from packets.applications.cursor import Unreadable
from packets.applications.dns_names import name_at, skip_name

HEADER = struct.Struct(">6H")
_QUESTION = struct.Struct(">HH")
_RECORD = struct.Struct(">HHIH")  # type, class, TTL, bytes of data
_A, _CNAME, _AAAA, _OPT, _IN = 1, 5, 28, 41, 1
_FAMILY = {_A: (AF_INET, 4), _AAAA: (AF_INET6, 16)}
_MOST_ADDRESSES = 4
_DO = 0x8000  # in the flags of EDNS, the lower half of the TTL

Fields = dict[str, Any]


def decode(data: bytes, whole: bool, most_records: int, notes: Counter[str]) -> Fields | None:
    """The fields of DNS_DTYPE that the message tells; None when not even its header is there."""
    if len(data) < HEADER.size:
        notes["dns_short"] += 1
        return None
    fields = _header(data)
    fields["whole"] = whole
    try:
        at = _questions(data, fields)
        _records(data, at, fields, most_records, notes)
    except Unreadable:
        notes["dns_malformed" if whole else "dns_cut"] += 1
        fields["whole"] = False
    return fields


def _header(data: bytes) -> Fields:
    number, flags, questions, answers, authorities, additionals = HEADER.unpack_from(data)
    return {
        "length": len(data),
        "id": number,
        "response": flags & 0x8000 != 0,
        "opcode": flags >> 11 & 15,
        "aa": flags & 0x400 != 0,
        "tc": flags & 0x200 != 0,
        "rd": flags & 0x100 != 0,
        "ra": flags & 0x80 != 0,
        "ad": flags & 0x20 != 0,
        "cd": flags & 0x10 != 0,
        "rcode": flags & 15,
        "questions": questions,
        "answers": answers,
        "authorities": authorities,
        "additionals": additionals,
    }


def _questions(data: bytes, fields: Fields) -> int:
    """Reads the first question, walks over the others. Returns where the records begin.

    A question has at least five bytes, so that a count that lies ends with the message.
    """
    at = HEADER.size
    for number in range(fields["questions"]):
        end = skip_name(data, at)
        if number == 0:
            fields["qname"] = name_at(data, at)
        at = end + _QUESTION.size
        if at > len(data):
            raise Unreadable
        if number == 0:
            fields["qtype"], fields["qclass"] = _QUESTION.unpack_from(data, end)
    return at


def _records(data: bytes, at: int, fields: Fields, most: int, notes: Counter[str]) -> None:
    answers = fields["answers"]
    count = answers + fields["authorities"] + fields["additionals"]
    addresses: list[str] = []
    try:
        for number in range(min(count, most)):
            at = _record(data, at, number < answers, fields, addresses)
    finally:
        fields["addresses"] = ",".join(addresses).encode()
    if count > most:
        notes["dns_records_left_out"] += 1


def _record(data: bytes, at: int, is_answer: bool, fields: Fields, addresses: list[str]) -> int:
    """Reads one record; returns where the next begins."""
    start = skip_name(data, at) + _RECORD.size
    if start > len(data):
        raise Unreadable
    kind, kind_class, ttl, size = _RECORD.unpack_from(data, start - _RECORD.size)
    if start + size > len(data):
        raise Unreadable
    if kind == _OPT:
        _edns(kind_class, ttl, fields)
    elif is_answer:
        fields["smallest_ttl"] = min(ttl, fields.get("smallest_ttl", ttl))
        if kind in _FAMILY and kind_class & 0x7FFF == _IN:  # mDNS: the top bit says "flush the cache"
            _address(data[start : start + size], kind, addresses)
        elif kind == _CNAME and "cname" not in fields:
            fields["cname"] = name_at(data, start)
    return start + size


def _edns(size: int, ttl: int, fields: Fields) -> None:
    """The OPT record keeps its own things in the places of class and TTL (RFC 6891 section 6.1.3)."""
    fields["edns_size"] = size
    fields["edns_do"] = ttl & _DO != 0
    fields["rcode"] = fields["rcode"] & 15 | ttl >> 24 << 4


def _address(raw: bytes, kind: int, addresses: list[str]) -> None:
    family, size = _FAMILY[kind]
    if len(raw) != size:
        raise Unreadable
    if len(addresses) < _MOST_ADDRESSES:
        addresses.append(inet_ntop(family, raw))
