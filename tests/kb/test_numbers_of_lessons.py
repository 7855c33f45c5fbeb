"""What the lessons say in numbers is what the recordings on Linux 6.1 hold (6.12 where they name it)."""

import json
import re
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYN, FIN = 0x02, 0x01


def folder(experiment: str, series: str = "6.1") -> Path:
    return ROOT / "experiments/shipped" / experiment / "recorded" / series


def tcp(experiment: str, vantage: str, series: str = "6.1") -> list[tuple[float, int, int]]:
    """Of each TCP packet without VLAN tags or IP options: seconds, flags, bytes of payload."""
    data = (folder(experiment, series) / "captures" / f"{vantage}.pcap").read_bytes()
    at, found = 24, []
    while at < len(data):
        seconds, nanoseconds, kept, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16 : at + 16 + kept]
        at += 16 + kept
        if frame[12:14] == b"\x08\x00" and frame[23] == 6:
            payload = struct.unpack_from(">H", frame, 16)[0] - 20 - (frame[46] >> 4) * 4
            found.append((seconds + nanoseconds / 1e9, frame[47], payload))
    return found


def since_first(times: list[float]) -> list[float]:
    return [time - times[0] for time in times]


def flagged(experiment: str, vantage: str, flag: int, series: str = "6.1") -> list[float]:
    return since_first([at for at, flags, _ in tcp(experiment, vantage, series) if flags & flag])


def change(experiment: str, before: str, after: str, series: str = "6.1") -> float:
    """Seconds since the recording began, of the last such change of a socket's state."""
    told = json.loads((folder(experiment, series) / "sockets.json").read_text())
    return [one["at_ns"] for one in told if (one["from"], one["to"]) == (before, after)][-1] / 1e9


def took(experiment: str, step: str, call: str) -> float:
    """Seconds that strace says the last such call of the step took."""
    told = json.loads((folder(experiment) / "steps.json").read_text())
    output = next(one["output"] for one in told if one["name"] == step)
    return float(re.findall(rf"{call}\(.*<([\d.]+)>", output)[-1])


def silent_gaps(experiment: str) -> list[float]:
    """Between the client's packets without payload after the handshake."""
    times = [at for at, flags, size in tcp(experiment, "client") if not size and not flags & SYN]
    return [after - before for before, after in pairwise(times) if after - before > 1]


def syns(series: str) -> list[float]:
    return flagged("connect_timeout", "client", SYN, series)


def repeats() -> list[float]:
    """Of the second request, after which the peer was gone."""
    return since_first([at for at, _, size in tcp("peer_vanishes", "client") if size == 16])[1:]


def waited(series: str) -> float:
    """From the first SYN to the end of the socket."""
    first = change("connect_timeout", "CLOSED", "SYN-SENT", series)
    return change("connect_timeout", "SYN-SENT", "CLOSED", series) - first


SAID: tuple[tuple[str, Callable[[], str]], ...] = (
    ("connect-timeout", lambda: f"| {syns('6.1')[1]:.2f} "),
    ("connect-timeout", lambda: f"| {syns('6.1')[2]:.2f} "),
    ("connect-timeout", lambda: f"| {syns('6.1')[3]:.2f} "),
    ("connect-timeout", lambda: f"| {syns('6.1')[4]:.2f} "),
    ("connect-timeout", lambda: f"| {syns('6.1')[5]:.2f} "),
    ("connect-timeout", lambda: f"| {waited('6.1'):.2f} "),
    ("connect-timeout", lambda: f"{waited('6.12'):.1f} "),
    ("connect-timeout", lambda: f"{took('connect_refused', 'connect', 'connect') * 1000:.0f} "),
    ("half-open-connection", lambda: f"| 2 | {flagged('half_open', 'server', FIN)[1]:.2f} |"),
    ("half-open-connection", lambda: f"| 6 | {flagged('half_open', 'server', FIN)[5]:.2f} |"),
    ("half-open-connection", lambda: f"| 7 | {flagged('half_open', 'server', FIN)[6]:.2f} |"),
    ("half-open-connection", lambda: f"| 8 | {flagged('half_open', 'server', FIN)[7]:.1f} |"),
    ("half-open-connection", lambda: f"| 9 | {flagged('half_open', 'server', FIN)[8]:.1f} |"),
    ("half-open-connection", lambda: f"| 10 | {flagged('half_open', 'server', FIN)[9]:.1f} |"),
    ("half-open-connection", lambda: f"{change('half_open', 'FIN-WAIT-1', 'CLOSED') - 20.02:.0f} "),
    ("half-open-connection", lambda: f"{repeats()[0]:.1f}"),
    ("half-open-connection", lambda: f"{repeats()[-2]:.1f}"),
    ("half-open-connection", lambda: f"{repeats()[-1]:.1f} "),
    ("half-open-connection", lambda: f"{change('peer_vanishes', 'ESTAB', 'CLOSED') - 4.0:.1f} "),
    ("half-open-connection", lambda: f"{change('idle_cut_silently', 'ESTAB', 'CLOSED') - 93:.0f} "),
    ("tcp-keepalive", lambda: f"{silent_gaps('keepalive_article')[1]:.1f} "),
    ("tcp-keepalive", lambda: f"{silent_gaps('keepalive_article')[-1]:.2f} "),
    ("tcp-keepalive", lambda: f"{took('keepalive_article', 'client', 'recvfrom'):.0f} "),
    ("tcp-keepalive", lambda: f"{silent_gaps('keepalive_defaults')[-1]:.1f} "),
    ("tcp-keepalive", lambda: f"{took('keepalive_defaults', 'client', 'recvfrom'):.0f} "),
)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("slug", "measured"), SAID, ids=range(len(SAID)))
def test_a_number_of_a_lesson_is_that_of_its_recording(
    slug: str, measured: Callable[[], str], language: str
) -> None:
    text = (ROOT / "kb/content" / f"{slug}.{language}.md").read_text("utf-8")
    assert measured().strip() in text, measured()


def test_the_repeated_fins_are_as_many_as_the_table_has_lines() -> None:
    fins = flagged("half_open", "server", FIN)
    text = (ROOT / "kb/content/half-open-connection.en.md").read_text("utf-8")
    assert len(re.findall(r"^\| \d+ \| [\d.]+ \|$", text, re.M)) == len(fins) == 10
