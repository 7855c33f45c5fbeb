"""Blocks that live in an article: lines `::name …`, drawn for each reader."""

import numpy as np
import pytest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import articles, live
from kb.models import Article, Lead
from kb.templatetags import readable
from kb.views import captures
from tests import sample_report as sample
from tests.kb import shown
from tests.kb.test_pages_of_articles import revision
from tests.kb.test_pages_of_captures import page


@pytest.fixture
def write(db):
    """An article with that body; its address."""

    def made(body: str, slug: str = "lesson") -> str:
        revision(Article.objects.create(slug=slug), "en", "A lesson", body=body)
        return f"/articles/{slug}/"

    return made


def test_a_line_of_its_own_is_a_block_and_nothing_else_is():
    assert [block.name for block in articles.render("Before\n::finding a\nafter").blocks] == ["finding"]
    for text in ("Say ::finding a", "`::finding a`", "```\n::finding a\n```", "    ::finding a", ":::note"):
        assert articles.render(text).blocks == (), text


def test_arguments_and_options_are_told_apart():
    block = articles.render('::capture abc frames=2-6,8 title="two words"').blocks[0]
    assert (block.argument, block.options) == ("abc", {"frames": "2-6,8", "title": "two words"})
    assert articles.render('::capture "abc').blocks[0].argument == '"abc'


def test_nobody_writes_the_place_of_a_block_by_hand():
    html = articles.render('<div class="live-0"></div>\n\n::finding a').html
    assert html.count('<div class="live-0"></div>') == 1


@settings(deadline=None)  # the first text builds the parser
@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_blocks(text):
    found = articles.render(f"::finding {text}\n\n{text}")
    places = live.PLACE.findall(found.html)
    assert [int(place) for place in places] == list(range(len(found.blocks)))


def test_an_unknown_block_is_a_sentence(alice, write):
    html = page(alice, write("::weather Tokyo <b>"))
    assert "There is no block “weather”. There are: capture, experiment, finding, section." in html


def test_more_blocks_than_an_article_may_have_are_said(alice, write):
    html = page(alice, write("\n\n".join(["::finding port_closed"] * (live.MOST + 1))))
    assert html.count("finding-card") == live.MOST
    assert "at most 40 of these blocks" in html


def test_packets_of_a_capture_are_for_those_who_may_see_it(alice, cast, client, write):
    found = shown.done(shown.capture(cast), sample.seed())
    url = write(f"::capture {found.uid} frames=1-2\n\n::capture {found.uid}")
    html = page(alice, url)
    assert "ssh-refused.pcap" in html
    assert f'id="c{found.pk}-' in html
    client.force_login(cast.charlie)
    html = page(client, url)
    assert "belongs to another team" in html
    assert "ssh-refused" not in html
    assert found.uid not in html


@pytest.mark.parametrize("frames", ["x", "1--2", "-1", "1-2-3", "1;2"])
def test_frames_that_are_none_are_said(alice, cast, write, frames):
    found = shown.done(shown.capture(cast), sample.seed())
    assert "Frames are written so" in page(alice, write(f"::capture {found.uid} frames={frames}"))


def test_a_range_as_wide_as_the_sea_shows_a_bounded_part(alice, cast, write):
    found = shown.done(shown.capture(cast), sample.seed())
    html = page(alice, write(f"::capture {found.uid} frames=1-999999999"))
    assert html.count("<tr") < 220


def test_a_finding_leads_to_its_article_and_runbook(alice, write):
    article = Article.objects.create(slug="port-closed", code="port_closed")
    revision(article, "en", "A closed port", summary="The host said no.")
    runbook = Article.objects.create(slug="refused", kind="runbook")
    revision(runbook, "en", "Connection refused")
    Lead.objects.create(code="port_closed", runbook=runbook)
    hidden = Article.objects.create(slug="hidden", kind="runbook")
    revision(hidden, "en", "Not this one")
    Lead.objects.create(code="port_closed", runbook=hidden, hidden=True)
    html = page(alice, write("::finding port_closed"))
    assert "The host said no." in html
    assert 'href="/articles/port-closed/"' in html
    assert 'href="/runbooks/refused/"' in html
    assert "Not this one" not in html
    assert "no finding of the code" in page(alice, write("::finding nonsense", slug="other"))


def test_a_section_of_another_article_is_shown_and_never_goes_round(alice, write):
    body = "## One\n\nWords of one.\n\n::section lesson#one\n\n### Deeper\n\nMore.\n\n## Two\n\nNot these."
    write(body)
    html = page(alice, write("::section lesson#one", slug="reader"))
    assert "Words of one." in html
    assert "More." in html
    assert "Not these." not in html
    assert "no section" in page(alice, write("::section lesson#three", slug="wrong"))
    assert "There is no article" in page(alice, write("::section gone#one", slug="gone-too"))


def test_code_has_colours_and_stays_the_same_text():
    html = articles.render("```tcpdump\n13:07:22.592186 IP 127.0.0.1.55344 > [S], seq 1 <b>\n```").html
    assert '<span class="c-word">[S]</span>' in html
    assert '<span class="c-address">127.0.0.1.55344</span>' in html
    assert "&lt;b&gt;" in html
    html = articles.render("```ss\nESTAB 0 0 10.0.0.1:22\n```").html
    assert '<span class="c-word">ESTAB</span>' in html
    assert "<span" in articles.render("```sh\nif true; then echo 'x'; fi\n```").html
    assert "<span" not in articles.render("```nonsense\nif true\n```").html


@settings(deadline=None)  # the first piece in a language loads its lexer
@given(st.text(max_size=300), st.sampled_from(["tcpdump", "ss", "sh", "python", ""]))
def test_colours_never_change_the_words(code, language):
    import html
    import re

    from kb import colours

    plain = html.unescape(re.sub(r"<[^>]*>", "", colours.coloured(code, language)))
    assert plain == code


def test_an_experiment_in_an_article_shows_what_is_asked_for(alice, write, rf: RequestFactory):
    html = page(alice, write("::experiment connect_timeout show=claim,steps step=connect"))
    assert "time strace -Ttt" in html
    assert "sysctl net.ipv4.tcp_syn_retries" not in html.partition("</figure>")[0].rpartition("<figure")[2]
    assert "There is no experiment “nothing”." in page(alice, write("::experiment nothing", slug="b"))
    html = page(alice, write("::experiment connect_timeout show=weather", slug="c"))
    assert "show= takes some of these: claim, network" in html


def test_an_experiment_is_shown_as_on_the_oldest_kernel_unless_another_is_named(db, monkeypatch):
    from experiments import live_blocks, shipped
    from experiments.models import Run

    found = shipped.find("connect_timeout")
    assert found is not None
    for kernel in ("6.12.1", "6.1.9", "6.1.0", "6.12.0"):
        Run.objects.create(
            experiment=found.name,
            digest=found.digest,
            declaration="",
            as_declared=True,
            image=kernel,
            kernel=kernel,
            reason="recorded",
            folder=f"runs/{kernel}",
        )
    assert live_blocks.newest_on(found, "").kernel == "6.1.0"
    assert live_blocks.newest_on(found, "6.12").kernel == "6.12.0"
    assert live_blocks.newest_on(found, "5.10").kernel == "6.1.0"


def test_an_article_can_name_the_finding_whose_connection_is_drawn(alice, cast):
    refused, download = sample.ssh_refused(), sample.transfer(9, connection=7)
    download["frame"] += 100
    packets = np.concatenate([refused, download])
    packets = packets[np.lexsort((packets["frame"], packets["connection"]))]
    gravest, other = sample.refused_on_path(), sample.refused_on_path(connection=7)
    other = {lang: {**words, "code": "slow_server", "severity": "note"} for lang, words in other.items()}
    table = sample.connection_table(packets, {1: ("refused", "refused_on_path", "error")})
    found = shown.done(shown.capture(cast), sample.Sample(packets, table, [gravest, other]))
    for code, connection in (("", 1), ("slow_server", 7), ("refused_on_path", 1), ("not_in_it", 1)):
        assert captures.lead_picture(found, found.report, code=code)["drawn"]["id"] == connection


def test_output_keeps_its_lines_and_its_columns_and_hides_no_control_character() -> None:
    assert readable.printed("real\t1m8s\nsys\t0m0s\n") == "real    1m8s\nsys     0m0s"
    assert readable.printed("a\x07b\u202ec") == "a␇b" + readable.visible("\u202e") + "c"
    assert "\u202e" not in readable.printed("\u202e")
