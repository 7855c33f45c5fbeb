"""A resolver answers that the name a client asks for does not exist.

Holds when all of these are true:

- a question of this connection was answered with "no such name" (NXDOMAIN)
- nobody gave the client records for the same question
- the client did not go on to a variant of the name that exists, as a search list makes it do

Supersedes nothing: the answer came, and it is a clear one.
"""

import re

from diagnoses.case import NS, Connection
from diagnoses.finding import Finding, Rejected, Sentence, say
from diagnoses.lookups import (
    NO_ERROR,
    NXDOMAIN,
    SEARCH_S,
    Lookup,
    Query,
    Trial,
    answered_with,
    candidates,
    is_reverse,
    lookups,
    resolver_shown,
)

CODE = "dns_nxdomain"
SUPERSEDES: tuple[str, ...] = ()
# Names with the same beginning and different endings are one wish when the second follows the "no" to the
# first faster than a person types.
AT_ONCE_S = 0.1
# RFC 6761 (test, localhost, invalid), RFC 6762 (local; appendix G: intranet, internal, private, corp, home,
# lan), RFC 8375 (home.arpa): no public zone holds them.
PRIVATE = (
    "test",
    "local",
    "localdomain",
    "intranet",
    "internal",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
)
# 2.0.0.127.zone: an address turned round before the zone of a block list (RFC 5782 section 2.1).
BLOCK_LIST = re.compile(r"(?:\d{1,3}\.){4}(?!in-addr\.arpa$)\w|(?:[0-9a-f]\.){32}(?!ip6\.arpa$)\w")

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "candidates", "find"]


def mine(c: Connection, lookup: Lookup) -> list[Query]:
    """The questions of this connection that were answered so."""
    return answered_with(c, lookup, NXDOMAIN)


def said_no(c: Connection, lookup: Lookup) -> bool:
    return bool(mine(c, lookup))


def nobody_said_yes(_: Connection, lookup: Lookup) -> bool:
    return not any(answer["rcode"] == NO_ERROR for answer in lookup.answers)


def no_variant_exists(c: Connection, lookup: Lookup) -> bool:
    return not any(_exists(one) for one in tried_after(c, lookup))


def _exists(lookup: Lookup) -> bool:
    return any(a["rcode"] == NO_ERROR and a["answers"] > 0 for a in lookup.answers)


def tried_after(c: Connection, lookup: Lookup) -> list[Lookup]:
    """What the client asked next, when it is a variant of the name."""
    return [one for one in lookups(c.case).after(lookup, SEARCH_S) if _is_variant(lookup, one)]


def _is_variant(lookup: Lookup, other: Lookup) -> bool:
    """One name is the other with a suffix; or both begin alike, and the second follows at once."""
    one, two = lookup.name, other.name
    if is_reverse(one) or one == two:
        return False
    if one.startswith(two + ".") or two.startswith(one + "."):
        return True
    answers = [int(answer["time_ns"]) for answer in lookup.answers]
    at_once = any(0 <= other.started_ns - time <= AT_ONCE_S * NS for time in answers)
    return at_once and one.partition(".")[0] == two.partition(".")[0]


TRIAL = Trial(said_no, nobody_said_yes, no_variant_exists)
CONDITIONS = TRIAL.conditions


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = TRIAL.passing(c)
    lookup = found[0]
    queries = mine(c, lookup)
    answers = [q.answer for q in queries if q.answer is not None]
    frames = sorted({int(answer["frame"]) for answer in answers})
    names = list(dict.fromkeys(one.name for one in found if one.name != lookup.name))
    tried = list(dict.fromkeys([lookup.name, *(one.name for one in tried_after(c, lookup))]))
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "resolver": resolver_shown(c, c.server.endpoint),
        "name": lookup.name,
        "type": lookup.type,
        "queries": [q.frame for q in queries],
        "answers": frames,
        "delay": queries[0].delay_s,
    }
    told = [
        say("said", **values),
        say("authoritative" if answers[0]["aa"] else "passed_on"),
        *_kind(lookup.name),
        *([say("searched", names=tried)] if len(tried) > 1 else []),
        *([say("others", n=len(names), names=names)] if names else []),
    ]
    return Finding(
        CODE,
        "note",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        tuple(frame for one in found for q in mine(c, one) for frame in q.frames),
        say("title", **values),
        tuple(told),
        numbers={
            "delay_s": queries[0].delay_s,
            "authoritative": bool(answers[0]["aa"]),
            "names_missing": len({one.name for one in found}),
        },
        rejected=(
            Rejected("dns_no_answer", say("not_silent", **values)),
            Rejected("dns_servfail", say("not_failed")),
        ),
        would_settle=say("settle", **values),
    )


def _kind(name: str) -> list[Sentence]:
    """What the form of the name says about the meaning of the "no"."""
    if is_reverse(name):
        return [say("reverse")]
    if BLOCK_LIST.match(name):
        return [say("block_list")]
    top = next((some for some in PRIVATE if name.endswith("." + some)), None)
    return [say("private", top=top)] if top else [] if "." in name else [say("bare")]
