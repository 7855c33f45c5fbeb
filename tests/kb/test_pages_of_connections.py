"""Connections: the table with its filter, the page of one packet by packet, and the data of its graphs."""

import json
import re

import pytest

from kb.models import Capture
from tests import sample_report as sample
from tests.kb import shown
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(cast) -> Capture:
    return shown.done(shown.capture(cast), sample.seed())


@pytest.fixture
def download(cast) -> Capture:
    packets = sample.transfer(3000)
    table = sample.connection_table(packets, {0: ("closed", "clean_close", "info")})
    return shown.done(shown.capture(cast, "download.pcapng"), sample.Sample(packets, table))


def test_connections_are_paged_and_filtered_by_verdict(alice, cast):
    found = shown.done(shown.capture(cast), shown.many(250))
    html = page(alice, f"/captures/{found.uid}/connections/")
    assert "1–100 of 250" in text(html)
    assert "SYN unanswered 166" in text(html)
    html = page(alice, f"/captures/{found.uid}/connections/?verdict=syn_unanswered&page=2")
    assert "101–166 of 166" in text(html)
    assert "verdict=syn_unanswered" in html
    html = page(alice, f"/captures/{found.uid}/connections/?verdict=")
    assert text(html).count("never answered") == 84


def test_a_verdict_that_nothing_has_is_an_empty_page_and_not_an_error(alice, seed):
    assert "No connection has this verdict." in page(alice, f"/captures/{seed.uid}/connections/?verdict=<b>")


@pytest.mark.parametrize("number", ["0", "99999999", "-1", "x", "²", "9" * 40])
def test_a_page_number_that_makes_no_sense_is_a_page(alice, seed, number):
    page(alice, f"/captures/{seed.uid}/connections/?page={number}")
    page(alice, f"/captures/{seed.uid}/connections/1/?page={number}")
    page(alice, f"/captures/{seed.uid}/connections/1/?from={number}")


def test_a_connection_shows_every_packet_with_its_numbers_and_marks_the_evidence(alice, seed):
    html = page(alice, f"/captures/{seed.uid}/connections/1/")
    assert len(re.findall(r'<tr id="p\d+"', html)) == 6
    assert re.search(r'<tr id="p2" class="evidence">', html)
    row = text(html[html.index('<tr id="p3"') : html.index('<tr id="p4"')])
    assert re.search(r"3 0\.503000 501 ms ▶ SYN 0 0 64,240 128 again", row)


def test_a_long_connection_is_folded_and_its_table_paged(alice, download):
    html = page(alice, f"/captures/{download.uid}/connections/0/")
    assert 0 < html.count('class="packet ') < 300
    assert "3,001 packets · 6.0 s" in text(html)
    assert len(re.findall(r'<tr id="p\d+"', html)) == 200
    assert "1–200 of 6,007" in text(html)


def test_a_fold_leads_to_a_page_that_draws_its_packets(alice, download):
    html = page(alice, f"/captures/{download.uid}/connections/0/")
    href = re.search(r'<g class="fold">.*?href="([^"#]+)#f(\d+)"', html)
    assert href
    opened = page(alice, href[1])
    assert f'id="f{href[2]}"' in opened
    assert opened.count('class="packet ') == 200
    assert "The whole connection" in opened


def test_time_since_the_last_packet_goes_on_over_the_end_of_a_page(alice, download):
    html = page(alice, f"/captures/{download.uid}/connections/0/?page=2")
    row = text(html[html.index('<tr id="p201"') : html.index('<tr id="p202"')])
    assert re.search(r"201 0\.422000 3\.9 ms ◀ ACK", row)


def test_a_connection_that_is_not_there_is_not_found(alice, seed):
    assert alice.get(f"/captures/{seed.uid}/connections/7/").status_code == 404
    assert alice.get(f"/captures/{seed.uid}/connections/7/graph/").status_code == 404
    assert alice.get(f"/captures/{seed.uid}/connections/7/graph/sequence/").status_code == 404


def test_a_capture_without_report_has_no_connections_yet(alice, cast):
    found = shown.capture(cast)
    assert alice.get(f"/captures/{found.uid}/connections/").status_code == 404


@pytest.mark.parametrize("kind", ["sequence", "round_trip", "throughput"])
def test_graphs_get_their_figures_as_json(alice, download, kind):
    answer = alice.get(f"/captures/{download.uid}/connections/0/graph/{kind}/")
    made = json.loads(answer.content)
    assert answer["Content-Type"] == "application/json"
    assert made["data"][0]["x"]["dtype"] == "f8"


def test_other_kinds_of_graph_do_not_exist(alice, download):
    assert alice.get(f"/captures/{download.uid}/connections/0/graph/pie/").status_code == 404


def test_the_plotting_library_is_loaded_only_where_there_is_a_graph(alice, download):
    graph = page(alice, f"/captures/{download.uid}/connections/0/graph/")
    assert "plotly-basic" in graph
    assert 'id="plotly.js-style-global" class="no-inline-styles"' in graph
    for path in ("", "connections/", "connections/0/"):
        assert "plotly" not in page(alice, f"/captures/{download.uid}/{path}")
