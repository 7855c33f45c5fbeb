"""Healthy traffic in captures with flaws: begun late, ended early, one direction only, frames missing, cut
short, merged. What the capture lacks accuses nobody: no error, and no warning but one that calls itself
possible and names the flaw.
"""

import random
import struct
from pathlib import Path

import pytest

from diagnoses.case import Case
from diagnoses.judge import judge
from experiments.scripted.__main__ import captures
from packets.capture import read

ROOT = Path(__file__).parents[2]
LIBRARY, SHIPPED = ROOT / "experiments" / "library", ROOT / "experiments" / "shipped"
HEAD = """
name = "cut"
claim.en = "x"
claim.ja = "x"
date = "2026-02-03T10:20:00Z"
vantage = "client"
hosts.client = {address = "192.0.2.40", hops = 0}
hosts.server = {address = "198.51.100.25", hops = 6, port = 8080}
[healthy]
never = ["x"]
"""
OPEN = "0 client > server SYN\n0.01 server > client SYN,ACK\n0.01002 client > server ACK\n"
TALK = (
    OPEN + "0.02 client > server PSH,ACK 200\n0.03 server > client PSH,ACK 900\n0.0301 client > server ACK\n"
)
SCENES = {
    "a client ends with a RST": TALK + "0.1 client > server RST,ACK",
    "a client closes, then resets": TALK + "0.1 client > server FIN,ACK\n0.11 server > client ACK\n"
    "0.2 client > server RST,ACK",
    "a server closes first, the client resets": TALK + "5 server > client FIN,ACK\n5.04 client > server ACK\n"
    "9 client > server RST,ACK",
    "a farewell meets a closed socket": TALK + "0.1 client > server FIN,ACK\n0.11 server > client FIN,ACK\n"
    "0.1102 client > server ACK",
    "half-closed for long": TALK + "0.1 client > server FIN,ACK\n0.11 server > client ACK\n"
    "20 server > client PSH,ACK 500\n20.01 client > server ACK\n80 server > client FIN,ACK\n"
    "80.01 client > server ACK\n190 client > server ping",
    "one SYN lost": "0 client > server SYN lost\n1.03 client > server again 1\n1.04 server > client SYN,ACK\n"
    "1.04002 client > server ACK\n1.05 client > server PSH,ACK 200\n1.06 server > client PSH,ACK 900\n"
    "1.0601 client > server FIN,ACK\n1.07 server > client FIN,ACK\n1.0701 client > server ACK",
    "one segment lost at the end": TALK + "1 client > server PSH,ACK 60 lost\n1.21 client > server again 7\n"
    "1.22 server > client PSH,ACK 60\n1.2201 client > server ACK\n1.3 client > server FIN,ACK\n"
    "1.31 server > client FIN,ACK\n1.3101 client > server ACK",
    "FINs lost": TALK + "1 client > server FIN,ACK lost\n1.21 client > server again 7 lost\n"
    "1.42 client > server again 7 lost\n1.84 client > server again 7\n1.85 server > client FIN,ACK\n"
    "1.8501 client > server ACK",
    "names": "0 client > server:53 DNS query A a.example id 7\n"
    "0.0002 server:53 > client DNS answer 7 A 198.51.100.25\n"
    "1 client > server:53 DNS query A b.example id 8\n"
    "1.0002 server:53 > client DNS answer 8 A 198.51.100.25\n9 client > server ping",
    "pings near by": "".join(f"{n} client > server ping\n{n}.0002 server > client pong\n" for n in range(9)),
    "pings": "".join(f"{n} client > server ping\n{n}.01 server > client pong\n" for n in range(12)),
}
LAB = ("handshake", "close_by_server", "quick_server", "nagle_off", "keepalive_answered", "half_open_healthy")
HEALTHY = {
    **{path.parent.name: path for path in sorted(LIBRARY.glob("*/healthy.pcap"))},
    **{f"lab: {name}": SHIPPED / name / "recorded" / "6.12" / "captures" / "client.pcap" for name in LAB},
}
MOST_FRAMES = 60  # of a capture that is cut at every frame
SHARES = (0.02, 0.05, 0.1, 0.3)  # of the frames that are left out
NAMES = [*HEALTHY, *SCENES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cut")


def frames(name, folder, lines=None):
    """Link type and frames of a healthy capture, or of these lines: when, length on the wire, bytes."""
    if name in HEALTHY:
        return parsed(HEALTHY[name].read_bytes())
    scene = folder / "cut" / "experiment.toml"
    scene.parent.mkdir(exist_ok=True)
    scene.write_text(HEAD + f"packets = '''\n{lines or (SCENES | DROPPED)[name]}\n'''", "utf-8")
    [(_, data)] = captures(scene)
    return parsed(data)


def parsed(data):
    order, link = struct.unpack_from("<I16xI", data)
    scale = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}[order]
    at, found = 24, []
    while at < len(data):
        seconds, part, held, original = struct.unpack_from("<IIII", data, at)
        found.append((seconds * 10**9 + part * scale, original, data[at + 16 : at + 16 + held]))
        at += 16 + held
    return link, found


def accusations(folder, link, some):
    """Errors and warnings about these frames."""
    path = folder / "cut.pcap"
    lines = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, link)]
    for time, original, data in some:
        lines.append(struct.pack("<IIII", time // 10**9, time % 10**9, len(data), original) + data)
    path.write_bytes(b"".join(lines))
    return [f"{f.code} ({f.severity})" for f in judge(Case(read(path))).findings if accuses(f)]


def accuses(finding):
    honest = finding.confidence == "possible" and any("one_way" in one.code for one in finding.rejected)
    return finding.severity == "error" or (finding.severity == "warning" and not honest)


def source(data):
    """Bytes of the sender's address in an Ethernet frame; of others its card."""
    kind = data[12:14]
    return data[26:30] if kind == b"\x08\x00" else data[22:38] if kind == b"\x86\xdd" else data[6:12]


def begun_late_or_ended_early(all_):
    for at in range(1, min(len(all_), MOST_FRAMES)):
        yield f"the first {at}", all_[:at]
        yield f"without the first {at}", all_[at:]


def one_direction(all_):
    for sender in sorted({source(data) for _, _, data in all_}):
        alone = [one for one in all_ if source(one[2]) == sender]
        yield f"from {sender.hex()}", alone
        yield f"{sender.hex()} and no IP", [one for one in all_ if one in alone or len(source(one[2])) == 6]


def thinned(all_):
    for at in range(min(len(all_), MOST_FRAMES)):
        yield f"without frame {at + 1}", all_[:at] + all_[at + 1 :]
    for share in SHARES:
        for seed in range(6):
            dice = random.Random(f"{share} {seed}")
            yield f"thinned by {share}, seed {seed}", [one for one in all_ if dice.random() >= share]


def cut_short(all_):
    for most in (34, 54, 60, 68, 96):
        yield f"{most} bytes", [(time, original, data[:most]) for time, original, data in all_]


def merged(all_):
    for lag in (0, 20_000, 300_000):
        late = [(time + lag, original, data) for time, original, data in all_]
        yield f"twice, {lag} ns", sorted([*all_, *late], key=lambda one: one[0])


def clocks(all_):
    """Two clocks: all of one sender is late, so that answers stand before their questions."""
    sender = source(all_[0][2])
    late = [(t + 300_000 * (source(d) == sender), o, d) for t, o, d in all_]
    yield "two clocks", sorted(late, key=lambda one: one[0])
    for at in range(1, min(len(all_), MOST_FRAMES)):
        yield f"back at {at}", [(t - 7 * 10**9 * (n >= at), o, d) for n, (t, o, d) in enumerate(all_)]


@pytest.mark.parametrize(
    "cuts", [begun_late_or_ended_early, one_direction, thinned, cut_short, merged, clocks]
)
@pytest.mark.parametrize("name", NAMES)
def test_what_a_capture_lacks_accuses_nobody(folder, name, cuts):
    link, all_ = frames(name, folder)
    assert accusations(folder, link, all_) == []
    found = {what: accusations(folder, link, some) for what, some in cuts(all_)}
    assert not {what: told for what, told in found.items() if told}


FAULTS = [
    *sorted((ROOT / "diagnoses").glob("*/fires.pcap")),
    *(SHIPPED / "accept_queue_full" / "recorded").glob("6.12/captures/*.pcap"),
    *(SHIPPED / "pmtu_black_hole" / "recorded").glob("6.12/captures/client.pcap"),
]


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.parts[-2] + path.stem)
def test_what_a_capture_lacks_breaks_no_rule(folder, path):
    """Wherever it begins and whatever single frame is missing: a rule abstains, or finds all it names."""
    link, all_ = parsed(path.read_bytes())
    for some in [
        *(all_[at:] for at in range(1, min(len(all_), 20))),
        *(all_[:at] + all_[at + 1 :] for at in range(min(len(all_) - 1, 20))),
    ]:
        accusations(folder, link, some)


DROPPED = {
    "the close of a client before the capture begins": OPEN.replace("\n", " unseen\n")
    + "1 server > client PSH,ACK 300\n1.0001 client > server RST\n1.0002 server > client PSH,ACK 40",
    "the FIN before the RST": TALK + "1 server > client FIN,ACK unseen\n1.01 client > server ACK\n"
    "2 client > server PSH,ACK 70\n2.01 server > client RST",
    "the FIN of an application that resets": TALK + "1 client > server FIN,ACK unseen\n"
    "1.01 server > client ACK\n1.5 client > server RST,ACK",
    "the acknowledgement of the last data": OPEN + "0.02 client > server PSH,ACK 200\n"
    "0.03 server > client PSH,ACK 900 unseen\n0.0301 client > server ACK\n0.1 client > server RST,ACK",
}


@pytest.mark.parametrize("what", DROPPED)
def test_what_was_dropped_before_a_reset_accuses_nobody(folder, what):
    link, all_ = frames(what, folder)
    assert accusations(folder, link, all_) == []


def test_pings_are_not_lost_where_replies_show_that_requests_are_missing(folder):
    lines = "".join(f"{n} client > server ping\n{n}.01 server > client pong\n" for n in range(40))
    link, all_ = frames("pings", folder, lines)
    replies_lost = [all_[at] for at in range(80) if at not in (21, 31, 41, 51)]
    assert accusations(folder, link, replies_lost) == ["ping_loss (warning)"]
    request_lost = [one for one in replies_lost if one is not all_[60]]
    assert accusations(folder, link, request_lost) == []


def test_a_window_scale_that_was_cut_off_is_not_missing(folder):
    path = ROOT / "diagnoses" / "no_window_scaling" / "stays_quiet.pcap"
    link, all_ = parsed(path.read_bytes())
    assert accusations(folder, link, [(time, original, data[:60]) for time, original, data in all_]) == []


def test_a_repeat_at_once_of_a_question_shows_no_wait_for_an_answer(folder):
    asks = "client > server:53 DNS query A a.example"
    lines = f"0 {asks} id 7\n0.02 {asks} id 8\n9 client > server ping\n"
    link, all_ = frames("questions", folder, lines)
    assert accusations(folder, link, all_) == []


def test_the_end_of_long_polls_is_a_timer_though_events_come_before(folder):
    lines, at = OPEN, 1.0
    for wait in (30.0, 30.0, 12.5, 30.0):
        lines += f'{at} client > server PSH,ACK "GET /poll HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"\n'
        lines += f"{at + 0.01} server > client ACK\n"
        at += wait
        lines += f'{at} server > client PSH,ACK "HTTP/1.1 204 No Content\\r\\n\\r\\n"\n'
        lines += f"{at + 0.0001} client > server ACK\n"
        at += 0.5
    link, all_ = frames("polls", folder, lines)
    assert accusations(folder, link, all_) == []
