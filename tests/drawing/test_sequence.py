"""Sequence diagrams: where every arrow points, what is marked, and that text stays text."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from drawing.marks import Mark
from drawing.rows import across
from drawing.sequence import draw
from packets.columns import ACK, COPY, ICMP, KEEPALIVE_SHAPED, PSH, RST, SEEN_PARTLY, SYN, UDP
from tests.sample_report import HOSTS, ROUTER, packet, rows, ssh_refused, transfer

ENDS = {"client": "192.168.31.128:49169", "server": "192.168.40.129:22"}
LEFT, MIDDLE, RIGHT = across(0), across(0.5), across(1)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def packets(svg: str) -> dict[int, ET.Element]:
    """Frame → the group of its row."""
    found = {}
    for group in drawn(svg).iter("g"):
        if "packet" in group.get("class", "").split():
            found[int(group.get("id", "f0")[1:])] = group
    return found


def shaft(group: ET.Element) -> tuple[str | None, str | None]:
    line = next(line for line in group.iter("line") if line.get("class") == "shaft")
    return line.get("x1"), line.get("x2")


def heads(group: ET.Element) -> list[tuple[str | None, str | None]]:
    return [(use.get("href"), use.get("x")) for use in group.iter("use")]


def said(group: ET.Element) -> str:
    return " ".join("".join(text.itertext()) for text in group.iter("text"))


def test_every_arrow_runs_from_its_sender_to_the_other_end():
    table = transfer(20)
    groups = packets(draw(table, **ENDS))
    assert len(groups) == len(table)
    for row in table:
        group = groups[int(row["frame"])]
        if row["from_client"]:
            assert shaft(group) == (LEFT, RIGHT)
            assert heads(group) == [("#arrow-right", RIGHT)]
        else:
            assert shaft(group) == (RIGHT, LEFT)
            assert heads(group) == [("#arrow-left", LEFT)]


def test_a_rst_ends_in_a_cross():
    table = rows([packet(1, 0, True, SYN), packet(2, 0.1, False, RST | ACK), packet(3, 0.2, True, RST)])
    groups = packets(draw(table, **ENDS))
    assert heads(groups[2]) == [("#reset-left", LEFT)]
    assert heads(groups[3]) == [("#reset-right", RIGHT)]
    assert "reset" in groups[2].get("class", "")


def test_what_a_device_on_the_path_sent_starts_between_the_lanes_with_its_hop():
    marks = [Mark(frame, "hop 2", "path") for frame in (2, 4, 6)]
    groups = packets(draw(ssh_refused(), **ENDS, marks=marks))
    for frame in (2, 4, 6):
        assert shaft(groups[frame]) == (MIDDLE, LEFT)
        assert ("#device", MIDDLE) in heads(groups[frame])
        assert "hop 2" in said(groups[frame])
    assert shaft(groups[1]) == (LEFT, RIGHT)


def test_a_packet_that_neither_end_sent_starts_between_the_lanes_with_its_address():
    table = rows(
        [
            packet(1, 0, True, SYN),
            packet(2, 0.1, False, protocol=ICMP, icmp_type=3, icmp_code=10, source=ROUTER),
        ]
    )
    groups = packets(draw(table, **ENDS, hosts=HOSTS))
    assert shaft(groups[2]) == (MIDDLE, LEFT)
    assert HOSTS[ROUTER] in said(groups[2])
    assert "host prohibited" in said(groups[2])


def test_evidence_is_marked_by_sign_and_word_and_band():
    svg = draw(ssh_refused(), **ENDS, marks=[Mark(8, "baseline"), Mark(2)])
    groups = packets(svg)
    assert "▣ baseline" in said(groups[8])
    assert "▣ evidence" in said(groups[2])
    assert "evidence" in groups[2].get("class", "").split()
    assert "▣" not in said(groups[1])


def test_every_packet_shows_time_flags_numbers_length_window_and_ttl():
    row = packet(7, 1.5, True, PSH | ACK, seq=1, ack=4321, length=517, window=64240, ttl=128)
    text = said(packets(draw(rows([packet(6, 0, True, SYN), row]), **ENDS))[7])
    for part in ("1.500000", "#7", "PSH 517 B", "seq 1", "ack 4,321", "win 64,240", "TTL 128"):
        assert part in text


def test_a_window_without_its_scale_is_said_to_be_so():
    row = packet(1, 0, True, ACK, window=-1, window_raw=502)
    assert "win 502 (unscaled)" in said(packets(draw(rows([row]), **ENDS))[1])


def test_time_counts_from_the_start_of_the_capture():
    table = ssh_refused()[2:]
    svg = draw(table, **ENDS, base_ns=int(ssh_refused()["time_ns"][0]))
    assert "0.503000" in said(packets(svg)[3])


@pytest.mark.parametrize(
    ("mark", "class_", "english", "japanese"),
    [
        (SEEN_PARTLY, "again", "partly again", "一部再送"),
        (COPY, "copy", "same frame again", "重複"),
    ],
)
def test_what_came_twice_is_dashed_and_said(mark, class_, english, japanese):
    table = rows([packet(1, 0, True, ACK, length=9, marks=mark)])
    for lang, words in (("en", english), ("ja", japanese)):
        group = packets(draw(table, **ENDS, lang=lang))[1]
        assert class_ in group.get("class", "").split()
        assert words in said(group)


def test_rows_lead_where_they_are_told_and_folds_too():
    svg = draw(transfer(3000), **ENDS, link=lambda f: f"/p/{f}?a=1&b=2", fold_link=lambda f: f"/from/{f}")
    links = [a.get("href") for a in drawn(svg).iter("a")]
    assert "/p/1?a=1&b=2" in links
    folds = [a.get("href", "") for g in drawn(svg).iter("g") if g.get("class") == "fold" for a in g.iter("a")]
    assert folds
    assert all(href.startswith("/from/") for href in folds)


def test_a_fold_counts_its_packets_and_bytes_each_way():
    svg = draw(transfer(3000), **ENDS)
    folds = [said(g) for g in drawn(svg).iter("g") if g.get("class") == "fold"]
    assert len(folds) == 2
    assert re.search(r"#4–3004 .*3,001 packets · 6\.0 s · ▶ 517 B · ◀ 2\.2 MB", folds[0])


def test_a_long_connection_never_draws_more_than_three_hundred_rows():
    svg = draw(transfer(20_000), **ENDS, marks=[Mark(frame) for frame in range(1, 5000)])
    groups = [g for g in drawn(svg).iter("g") if g.get("class", "").split()[0] in ("packet", "fold", "pause")]
    assert 100 < len(groups) <= 300


HOSTILE = "\"><script>alert(1)</script>'&\x1b[31m\u202e"


def test_nothing_from_a_capture_becomes_markup_or_acts_on_the_text():
    svg = draw(
        rows([packet(1, 0, False, protocol=UDP, length=3, source=ROUTER)]),
        client=HOSTILE,
        server=HOSTILE,
        marks=[Mark(1, HOSTILE, "path")],
        hosts=["10.0.0.1", "10.0.0.2", HOSTILE],
        link=lambda frame: HOSTILE,
    )
    tree = drawn(svg)
    assert {element.tag for element in tree.iter()} <= {
        *("svg", "title", "desc", "defs", "path", "text", "tspan", "g", "rect", "line", "use", "a")
    }
    assert "\x1b" not in svg
    assert "\u202e" not in svg
    assert "⟨U+202E⟩" in svg
    assert not any(name.startswith("on") or name == "style" for e in tree.iter() for name in e.attrib)


def test_every_row_is_one_spoken_sentence_and_the_drawing_has_a_title():
    svg = draw(ssh_refused(), **ENDS, lang="ja", marks=[Mark(2, "2 ホップ目", "path")])
    tree = drawn(svg)
    assert ENDS["client"] in (tree.findtext("title") or "")
    assert "14" in (tree.findtext("desc") or "")
    assert packets(svg)[2].findtext("title") == (
        "フレーム 2, 0.002100 s, サーバーからクライアントへ, RST-ACK, "
        "seq 0 · ack 1, TTL 63, 2 ホップ目, ▣ 証拠"
    )


def test_a_connection_without_packets_says_so():
    assert "No packets." in draw(rows([]), **ENDS)


def test_ipv6_ends_stand_on_lines_of_their_own():
    long = "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:49152"
    tree = drawn(draw(ssh_refused(), client=long, server=long))
    ends = [text for text in tree.iter("text") if "end" in text.get("class", "").split()]
    assert len({text.get("y") for text in ends}) == 2


def test_drawing_300_rows_is_quick():
    import time

    table = transfer(3000)
    marks = [Mark(int(frame)) for frame in table["frame"][50:5950:59]]
    begun = time.perf_counter()
    svg = draw(table, **ENDS, marks=marks)
    assert time.perf_counter() - begun < 0.5
    assert len(svg) < 400_000
    assert np.count_nonzero([True for _ in packets(svg)]) >= 100


@pytest.mark.parametrize(("lang", "name"), [("en", "probe"), ("ja", "プローブ")])
def test_a_segment_of_the_shape_of_a_keepalive_is_named_a_probe(lang, name):
    table = rows([packet(1, 0, True, ACK, marks=KEEPALIVE_SHAPED), packet(2, 0.1, False, ACK)])
    groups = packets(draw(table, **ENDS, lang=lang))
    assert f"ACK · {name}" in said(groups[1])
    assert name not in said(groups[2])
