"""What the diagnoses of DNS have in common: questions, repeats and answers, put together as lookups.

A lookup is one wish of a client, "the address of this name": the first question, its repeats with the same or
another id, from the same or another port, to the same or another resolver, over UDP or TCP, and all answers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import NS, Case, Connection, endpoint_text
from packets.capture import Capture
from packets.columns import TCP
from packets.table import Table

PORT = 53  # multicast DNS (5353) and LLMNR (5355) ask everybody: nobody has to answer
NO_ERROR, SERVFAIL, NXDOMAIN, NOT_IMPLEMENTED, REFUSED = 0, 2, 3, 4, 5  # RFC 1035 section 4.1.1
A, PTR, AAAA, SVCB, HTTPS, IXFR, AXFR = 1, 12, 28, 64, 65, 251, 252
_TYPES = {A: "A", 2: "NS", 5: "CNAME", 6: "SOA", PTR: "PTR", 15: "MX", 16: "TXT", AAAA: "AAAA", 33: "SRV"}
_TYPES |= {43: "DS", 48: "DNSKEY", SVCB: "SVCB", HTTPS: "HTTPS", 255: "ANY"}
# The usual wait for an answer: glibc, dig, Go and Android wait 5 s (glibc resolv.h, RES_TIMEOUT), musl and
# Windows less. A question that is younger when the capture ends may yet be answered.
USUAL_WAIT_S = 5.0
# The same question after so long a pause is a new wish: no resolver library waits longer between repeats
# (macOS is the most patient with 27 s).
LULL_S = 30.0
# Libraries that take another id and another port for a repeat (Go, systemd-resolved) wait the usual 5 s, and
# timers run late. After more than that, other numbers are another program's, or the next try of the same one.
PATIENCE = 1.2
# No library asks so often; a client that never stops is told in pieces.
MOST_QUERIES = 64
# What is looked at around a lookup to find a variant of its name: glibc's search list has six names at most.
MOST_VARIANTS = 64
# And to find the same name asked again, or for another type: programs ask for A and AAAA side by side.
MOST_ALIKE = 12
# Shorter than this nobody notices that a resolver did not answer: Windows and macOS repeat after a second.
NOTICED_S = 1.0
# A client that has its answer opens the connection at once; a second is generous.
GOES_ON_S = 1.0
# Programs try the names of a search list one right after the other.
SEARCH_S = 2.0
# A capture of two cards or two threads, each with its own queue or clock, may hold an answer before its
# question.
CROSSED_NS = 10_000_000


@dataclass(eq=False)
class Query:
    """A question as it was sent once; ``row`` and ``answer`` are rows of DNS_DTYPE."""

    row: np.void
    client: int  # endpoint
    resolver: int  # endpoint
    answer: np.void | None = None
    elsewhere: int = 0  # frame of an answer that came from another address than was asked
    lookup: "Lookup | None" = None

    def __post_init__(self) -> None:
        self.connection, self.frame = int(self.row["connection"]), int(self.row["frame"])
        self.time_ns, self.number = int(self.row["time_ns"]), int(self.row["id"])

    @property
    def delay_s(self) -> float | None:
        """From the question to its answer."""
        return None if self.answer is None else round(int(self.answer["time_ns"] - self.time_ns) / NS, 6)

    @property
    def concluded(self) -> bool:
        """Its answer ends the wish."""
        return self.answer is not None and concludes(self.answer)

    @property
    def frames(self) -> tuple[int, ...]:
        """The question's, and its answer's where there is one."""
        return (self.frame,) if self.answer is None else (self.frame, int(self.answer["frame"]))

    def since_s(self, time_ns: int) -> float:
        """From a time to its answer; infinite without one."""
        return float("inf") if self.answer is None else int(self.answer["time_ns"] - time_ns) / NS


@dataclass(eq=False)
class Lookup:
    """One wish of a client for the records of a name."""

    client: int  # host
    name: str  # in lower case
    kind: int  # type of the records
    queries: list[Query] = field(default_factory=list)
    ids: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)  # endpoints of the client
    conclusion: np.void | None = None  # the first answer that ends the wish: records, or that there are none

    @property
    def type(self) -> str:
        """The type of the records by name: A, AAAA; TYPE999 (RFC 3597 section 5)."""
        return _TYPES.get(self.kind, f"TYPE{self.kind}")

    def add(self, query: Query) -> None:
        """One more question of it."""
        query.lookup = self
        self.queries.append(query)
        self.ids.add(query.number)
        self.ends.add(query.client)

    @property
    def started_ns(self) -> int:
        """When it was asked first."""
        return self.queries[0].time_ns

    @property
    def answers(self) -> list[np.void]:
        """All answers, by frame."""
        found = {int(q.answer["frame"]): q.answer for q in self.queries if q.answer is not None}
        return [found[frame] for frame in sorted(found)]

    def to(self, resolver: int) -> list[Query]:
        """What was asked of one resolver (an endpoint)."""
        return [q for q in self.queries if q.resolver == resolver]


Test = Callable[[Connection, Lookup], bool]  # asked about a lookup, from the place of one of its connections


def concludes(answer: np.void) -> bool:
    """The client need not ask anybody else: the records are there, or it is said that there are none."""
    return int(answer["rcode"]) in (NO_ERROR, NXDOMAIN) and not answer["tc"]


class Lookups:
    """The lookups of a capture."""

    def __init__(self, case: Case) -> None:
        facts = case.capture.applications
        rows = facts.dns
        self._client, self._server = case.column("client"), case.column("server")
        self._icmp_errors = case.column("icmp_errors")
        self._open: dict[tuple[int, bytes, int], Lookup] = {}
        self._asked: dict[tuple[int, int], list[Query]] = {}  # by connection and id
        self._by_client: dict[tuple[int, int], Query] = {}  # by the client's endpoint and id
        self._of: dict[int, dict[int, Lookup]] = {}  # by connection, each lookup once
        self._clients: dict[int, list[Lookup]] = {}  # by the client's host, as they were begun
        self._starts: dict[int, list[int]] = {}  # when those were begun
        self._names: dict[tuple[int, str], list[Lookup]] = {}  # by the client's host and the name
        self._early: dict[tuple[int, int], np.void] = {}  # answers to nothing so far, by connection and id
        self.answered: set[int] = set()  # hosts that some answer in the capture was sent to
        left_out = "dns_rows_left_out" in facts.notes
        self.last_ns = int(rows["time_ns"][-1]) if left_out else case.last_ns  # until then answers are known
        to_resolver = (self._server[rows["connection"]] & 0xFFFF) == PORT
        for row in rows[to_resolver & (rows["opcode"] == 0)]:
            self._see(row)

    def _see(self, row: np.void) -> None:
        if row["response"] and row["side"] == 1:
            self._answer(row)
        elif not row["response"] and row["side"] == 0 and row["qname"] and row["qtype"] not in (IXFR, AXFR):
            self._question(row)

    def _question(self, row: np.void) -> None:
        connection = int(row["connection"])
        query = Query(row, int(self._client[connection]), int(self._server[connection]))
        host, name = query.client >> 16, bytes(row["qname"]).lower()
        key = (host, name, int(row["qtype"]))
        lookup = self._open.get(key)
        if lookup is None or _over(lookup, query):
            lookup = self._open[key] = Lookup(host, name.decode("ascii", "replace"), key[2])
            self._clients.setdefault(host, []).append(lookup)
            self._starts.setdefault(host, []).append(query.time_ns)
            self._names.setdefault((host, lookup.name), []).append(lookup)
        lookup.add(query)
        self._of.setdefault(query.connection, {})[id(lookup)] = lookup
        self._asked.setdefault((query.connection, int(row["id"])), []).append(query)
        self._by_client[(query.client, int(row["id"]))] = query
        early = self._early.pop((connection, query.number), None)
        if early is not None and query.time_ns - int(early["time_ns"]) <= CROSSED_NS:
            self._conclude([query], early)

    def _answer(self, row: np.void) -> None:
        client = int(self._client[row["connection"]])
        self.answered.add(client >> 16)
        asked = self._asked.get((int(row["connection"]), int(row["id"])), [])
        meant = [q for q in asked[-MOST_QUERIES:] if q.answer is None and _same_name(q.row, row)]
        self._conclude(meant, row)
        if not asked:
            self._early[(int(row["connection"]), int(row["id"]))] = row
        other = self._by_client.get((client, int(row["id"])))
        if not asked and other and _same_name(other.row, row):
            other.elsewhere = int(row["frame"])

    def _conclude(self, queries: list[Query], row: np.void) -> None:
        for query in queries:
            if not _same_name(query.row, row):
                continue
            query.answer = row
            if query.lookup and query.lookup.conclusion is None and concludes(row):
                query.lookup.conclusion = row

    def of(self, connection: int) -> list[Lookup]:
        """The lookups that a connection has questions of."""
        return list(self._of.get(connection, {}).values())

    def by(self, client: int) -> list[Lookup]:
        """The lookups of a host, as they were begun."""
        return self._clients.get(client, [])

    def after(self, lookup: Lookup, within_s: float) -> list[Lookup]:
        """The lookups that its client began after it, no later than ``within_s`` after its last packet."""
        mine, begun = self.by(lookup.client), self._starts[lookup.client]
        ended = max([lookup.queries[-1].time_ns, *(int(a["time_ns"]) for a in lookup.answers)])
        first = bisect_left(begun, lookup.started_ns)
        stop = min(bisect_right(begun, ended + int(within_s * NS)), first + MOST_VARIANTS)
        return [other for other in mine[first:stop] if other is not lookup]

    def before(self, client: int, time_ns: int) -> list[Lookup]:
        """The last lookups that a host began before a time."""
        at = bisect_right(self._starts.get(client, []), time_ns)
        return self.by(client)[max(at - MOST_VARIANTS, 0) : at]

    def _near(self, lookup: Lookup) -> list[Lookup]:
        """The lookups of its client for the same name, the nearest before and after, itself included."""
        named = self._names[(lookup.client, lookup.name)]
        at = bisect_left(named, lookup.started_ns, key=lambda one: one.started_ns)
        return named[max(at - MOST_ALIKE, 0) : at + MOST_ALIKE]

    def siblings(self, lookup: Lookup) -> list[Lookup]:
        """The same name asked for other types at about the same time: A and AAAA go together."""
        near = [o for o in self._near(lookup) if o.kind != lookup.kind]
        return [o for o in near if abs(o.started_ns - lookup.started_ns) < LULL_S * NS]

    def same(self, lookup: Lookup) -> list[Lookup]:
        """The nearest lookups of its client for the same records, itself included."""
        return [o for o in self._near(lookup) if o.kind == lookup.kind]

    def later(self, lookup: Lookup) -> Lookup | None:
        """The same wish asked again afterwards, with a conclusion."""
        again = (o for o in self.same(lookup) if o.started_ns > lookup.started_ns)
        return next((other for other in again if other.conclusion is not None), None)

    def icmp_errors(self, queries: list[Query]) -> int:
        """ICMP errors that quote one of the questions."""
        return int(self._icmp_errors[list({q.connection for q in queries})].sum())


def _over(lookup: Lookup, query: Query) -> bool:
    """The question begins a new lookup: the one before is answered, or too long ago."""
    pause = query.time_ns - lookup.queries[-1].time_ns
    strange = query.number not in lookup.ids and query.client not in lookup.ends
    if (
        len(lookup.queries) == MOST_QUERIES
        or pause > (LULL_S if not strange else USUAL_WAIT_S * PATIENCE) * NS
    ):
        return True
    conclusion = lookup.conclusion
    return conclusion is not None and int(conclusion["time_ns"]) <= query.time_ns


def _same_name(question: np.void, answer: np.void) -> bool:
    """An answer repeats the question; one whose question is cut off or left out is told by its id alone."""
    return not answer["qname"] or bytes(answer["qname"]).lower() == bytes(question["qname"]).lower()


_KNOWN: "WeakKeyDictionary[Capture, Lookups]" = WeakKeyDictionary()


def lookups(case: Case) -> Lookups:
    """The lookups of a capture, put together once: several rules ask for them."""
    if case.capture not in _KNOWN:
        _KNOWN[case.capture] = Lookups(case)
    return _KNOWN[case.capture]


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections to a resolver."""
    found: NDArray[np.bool_] = (table["dns_messages"] > 0) & ((table["server"] & 0xFFFF) == PORT)
    return found


def recursion_desired(_: Connection, lookup: Lookup) -> bool:
    """The client leaves the whole work to the resolver (RD, RFC 1035 section 4.1.1). A resolver that asks one
    server after the other does not: a silent or broken server is its daily bread.
    """
    return bool(lookup.queries[0].row["rd"])


class Trial:
    """Asks the tests of a rule about each lookup of a connection."""

    def __init__(self, *tests: Test) -> None:
        self._tests = tests

    @property
    def conditions(self) -> tuple[Callable[[Connection], bool], ...]:
        """For each test: the lookup that comes nearest to passing all of them passes this one."""
        return tuple(partial(self._holds, at) for at in range(len(self._tests)))

    def passing(self, c: Connection) -> list[Lookup]:
        """The lookups of the connection that pass all tests."""
        return [one for one, passed in c.once(self._passed) if all(passed)]

    def _holds(self, at: int, c: Connection) -> bool:
        passed = [some for _, some in c.once(self._passed)]
        return bool(passed) and max(passed, key=sum)[at]

    def _passed(self, c: Connection) -> list[tuple[Lookup, list[bool]]]:
        return [(one, [holds(c, one) for holds in self._tests]) for one in lookups(c.case).of(c.number)]


def resolver_shown(c: Connection, endpoint: int) -> str:
    """A resolver as people write it: the address, with the port only where it is not 53."""
    address = c.case.capture.addresses[endpoint >> 16]
    return address if endpoint & 0xFFFF == PORT else endpoint_text(address, endpoint & 0xFFFF)


def cost_s(lookup: Lookup) -> float | None:
    """How long the client waited for a conclusion; None: it never got one."""
    conclusion = lookup.conclusion
    return None if conclusion is None else int(conclusion["time_ns"] - lookup.started_ns) / NS


def gaps_s(queries: list[Query]) -> list[float]:
    """Seconds between questions."""
    times = [q.time_ns for q in queries]
    return [round((later - earlier) / NS, 6) for earlier, later in pairwise(times)]


# Windows asks again after 1, 1, 2 and 4 s ("DNS client resolution timeouts", Microsoft Learn).
_WINDOWS = (1.0, 1.0, 2.0, 4.0)
GLIBC_WAIT_S, GLIBC_ATTEMPTS = 5.0, 2  # RES_TIMEOUT and RES_DFLRETRY of glibc's resolv.h


def pace(queries: list[Query], gave_up: bool) -> str:
    """The timer that the gaps between repeats fit, where they fit one alone: glibc, windows, constant,
    doubling; else empty.
    """
    gaps = gaps_s(queries)
    same = len({(q.number, q.client) for q in queries}) == 1
    if len(gaps) >= 3 and len(gaps) <= len(_WINDOWS) and all(map(timers.fits, gaps, _WINDOWS)):
        return "windows"
    if gave_up and same and len(queries) == GLIBC_ATTEMPTS and timers.fits(gaps[0], GLIBC_WAIT_S):
        return "glibc"
    if len(gaps) >= 2:
        return "constant" if timers.constant(gaps) else "doubling" if timers.doubling(gaps) else ""
    return ""


def speaks_to_somebody_new(case: Case, client: int, since_ns: int, until_ns: int) -> bool:
    """The host opens a connection, in that time, to an address that it had not spoken to before."""
    mine = case.from_client(client)
    server, first = case.column("server")[mine], case.column("first_ns")[mine]
    opened = (case.column("protocol")[mine] != TCP) | (case.column("client_syn")[mine] > 0)
    new = opened & (server & 0xFFFF != PORT) & (first >= since_ns) & (first <= until_ns)
    known = set((server[first < since_ns] >> 16).tolist())
    return any(host not in known for host in (server[new] >> 16).tolist())


def is_reverse(name: str) -> bool:
    """A question for the name of an address (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
    return name.endswith((".in-addr.arpa", ".ip6.arpa"))


def answered_with(c: Connection, lookup: Lookup, rcode: int) -> list[Query]:
    """The questions of this connection that were answered with a code, by a message that could be read."""
    mine = [q for q in lookup.queries if q.connection == c.number and q.answer is not None]
    return [q for q in mine if q.answer["rcode"] == rcode and q.answer["whole"]]  # type: ignore[index]  # not None, above


def one_way(case: Case, client: int) -> bool:
    """The host acknowledges in some connection what is not in the capture: answers to it pass elsewhere."""
    mine = case.from_client(client)
    unseen = (case.column("protocol")[mine] == TCP) & (case.column("server_packets")[mine] == 0)
    return bool((unseen & (case.column("client_max_ack")[mine] >= 1)).any())
