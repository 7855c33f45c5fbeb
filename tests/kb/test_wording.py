"""Numbers and culprits of findings, as tables say them."""

import json

import pytest
from django.utils import translation

from diagnoses import expected
from kb.views import wording


@pytest.mark.parametrize(
    ("name", "value", "english", "japanese"),
    [
        ("rst_ttl", 63, ("TTL of the RST", "63"), ("RST の TTL", "63")),
        ("timeout_s", 63.4, ("time to ETIMEDOUT", "1 min 3 s"), ("ETIMEDOUT までの時間", "1 分 3 秒")),
        ("client_bytes", 125_480, ("sent by the client", "125 kB"), ("クライアントの送信量", "125 kB")),
        ("gaps_s", [1.0, 2.016], ("gaps", "1.0 s, 2.0 s"), ("間隔", "1.0 秒, 2.0 秒")),
        ("gave_up", True, ("gave up", "yes"), ("断念した", "はい")),
        ("closed_first", "server", ("closed first", "server"), ("先に閉じた側", "サーバー")),
        ("brand_new_number", 5, ("brand new number", "5"), ("brand new number", "5")),
    ],
)
def test_a_number_is_a_name_and_a_value_with_its_unit(name, value, english, japanese):
    for lang, (said, shown) in (("en", english), ("ja", japanese)):
        with translation.override(lang):
            [number] = wording.numbers({name: value}, lang)
            assert (number.name, number.value) == (said, shown)


def test_what_is_not_known_has_no_line():
    assert wording.numbers({"host_hop": None}, "en") == []


@pytest.mark.parametrize(
    ("kind", "ip", "hops", "english", "japanese"),
    [
        ("path", None, 2, "a device on the path, hop 2", "経路上の機器、2 ホップ目"),
        ("server", "192.0.2.1", None, "the server, 192.0.2.1", "サーバー、192.0.2.1"),
        ("capture", None, 0, "the capture itself, hop 0", "キャプチャ自体、0 ホップ目"),
        ("unknown", None, None, "", ""),
    ],
)
def test_a_culprit_is_said_as_far_as_it_is_known(kind, ip, hops, english, japanese):
    value = {"kind": kind, "ip": ip, "hops_from_capture": hops}
    for lang, said in (("en", english), ("ja", japanese)):
        with translation.override(lang):
            assert wording.culprit(value) == said


def test_every_number_of_our_findings_has_a_name():
    """A name that is missing would stand in English on a Japanese page."""
    for path in sorted(expected.HERE.glob("*/expected.json")):
        for found in json.loads(path.read_text("utf-8")).values():
            for finding in (*found["findings"], *found["quality"]):
                with translation.override("ja"):
                    told = {number.name for number in wording.numbers(finding["numbers"], "ja")}
                plain = {name.replace("_", " ") for name in finding["numbers"]}
                assert not {name for name in told & plain if " " in name}, path.parent.name


def test_a_share_is_told_in_percent():
    [number] = wording.numbers({"lost_percent": 5.4}, "en")
    assert (number.name, number.value) == ("lost", "5.4 %")
