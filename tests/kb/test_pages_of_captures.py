"""The capture page in each of its states, and the list: what they say, and what to do next."""

import re

import pytest
from django.test import Client

from diagnoses import registry
from kb.models import Capture, Job
from kb.views import wording
from tests import sample_report as sample
from tests.kb import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(cast) -> Capture:
    return shown.done(shown.capture(cast), sample.seed())


def page(client: Client, path: str, language: str = "en") -> str:
    client.cookies["language"] = language
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def text(html: str) -> str:
    """What is read: no tags, single spaces."""
    html = re.sub(r"<(style|script|title|desc)\b.*?</\1>", "", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_verdict_comes_first_with_its_frames_and_its_article(alice, seed):
    html = page(alice, f"/captures/{seed.uid}/")
    words = text(html[html.index("<main") :])
    assert "Error: A device on the path, at hop 2, refuses SSH to 192.168.40.129." in words
    assert re.search(
        r"Seen in frames 2 , 4 , 6 , 8 , 10 , 12 … · certain · Explained: Refused on the path", words
    )
    assert words.index("refuses SSH") < words.index("About the capture itself") < words.index("Findings")
    assert 'href="/articles/refused-on-path/"' in html


def test_a_finding_says_how_sure_why_which_numbers_and_what_was_rejected(alice, seed):
    words = text(page(alice, f"/captures/{seed.uid}/"))
    for part in (
        "certain",
        "they crossed one router",
        "▣ 2 ▣ 4 ▣ 6 ▣ 8",
        "Caused by a device on the path, hop 2",
        "Rejected Port closed : The server&#x27;s own packets carry TTL 61, the RSTs 63.",
        "Would settle it The policy of the device",
        "TTL of the RST 63",
        "first refusal 2.1 ms",
    ):
        assert part in words, part


def test_every_frame_of_evidence_is_in_the_diagram_beside_it(alice, seed):
    html = page(alice, f"/captures/{seed.uid}/")
    for frame in (2, 4, 6, 8, 10, 12, 14):
        assert f'href="#f{frame}"' in html
        assert f'id="f{frame}"' in html
    assert "hop 2</text>" in html
    assert ">baseline</tspan>" in html


def test_the_page_is_there_in_japanese(alice, seed):
    html = page(alice, f"/captures/{seed.uid}/", "ja")
    words = text(html)
    assert '<html lang="ja"' in html
    for part in (
        "経路上の 2 ホップ目の機器が",
        "確実",
        "経路上で拒否",
        "除外した可能性",
        "RST の TTL",
        "比較の基準",
        "コネクション",
    ):
        assert part in words, part
    assert "Findings" not in words


def test_findings_about_the_capture_itself_stand_in_a_banner(alice, seed):
    words = text(page(alice, f"/captures/{seed.uid}/"))
    assert "About the capture itself: Checksum offload" in words
    assert words.count("unfinished checksums") == 1


def test_equal_findings_are_one_card_with_a_count(alice, cast):
    found = shown.done(shown.capture(cast), shown.many(56))
    html = page(alice, f"/captures/{found.uid}/")
    assert html.count('<article class="finding"') == 1
    assert "37 ×" in text(html)
    assert "36 more like this" in text(html)


def test_the_connections_are_listed_with_state_packets_bytes_duration_and_verdict(alice, seed):
    words = text(page(alice, f"/captures/{seed.uid}/"))
    assert re.search(
        r"192\.168\.31\.128:49170 → 192\.168\.40\.129:22 TCP "
        r"Error: Refused on the path refused 6 360 B 1\.0 s",
        words,
    )


def test_a_healthy_capture_says_so_and_draws_its_busiest_connection(alice, cast):
    packets = sample.transfer(40)
    report = sample.Sample(packets, sample.connection_table(packets, {0: ("closed", "clean_close", "info")}))
    found = shown.done(shown.capture(cast), report)
    words = text(page(alice, f"/captures/{found.uid}/"))
    assert "No error and no warning was found." in words
    assert "Nothing to report." in words
    assert "Sequence" in words


def test_a_capture_without_packets_says_what_to_check(alice, cast):
    nothing = sample.rows([])
    found = shown.done(shown.capture(cast), sample.Sample(nothing, sample.connection_table(nothing)))
    words = text(page(alice, f"/captures/{found.uid}/"))
    assert "This capture holds no packets." in words
    assert "tcpdump -D" in words


def test_notes_say_how_far_the_file_could_be_read(alice, cast):
    report = sample.seed()
    report.notes = [
        {"en": "Record 15 at byte 1,214 claims 4 GiB.", "ja": "レコード 15 は 4 GiB と称しています。"}
    ]
    found = shown.done(shown.capture(cast), report)
    assert "claims 4 GiB" in text(page(alice, f"/captures/{found.uid}/"))
    assert "称しています" in text(page(alice, f"/captures/{found.uid}/", "ja"))


def test_a_waiting_capture_says_so_and_asks_again_with_and_without_script(alice, cast):
    found = shown.capture(cast)
    shown.jobs.begin(found)
    html = page(alice, f"/captures/{found.uid}/")
    assert "Waiting for a free worker" in text(html)
    assert f'hx-get="/captures/{found.uid}/progress/"' in html
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in html
    assert "Diagnose again" not in html


def test_a_running_capture_shows_numbers(alice, cast):
    found = shown.capture(cast)
    shown.running(found, read=1_234_000, of=5_000_000, packets=12_345, connections=1, step="read")
    html = page(alice, f"/captures/{found.uid}/")
    words = text(html)
    assert "Reading the packets 24 % 1.2 MB of 5 MB read 12,345 packets 1 connection " in words
    assert '<progress max="5000000" value="1234000"' in html


def test_all_is_read_is_said_when_it_is_and_never_before(alice, cast):
    found = shown.capture(cast)
    claim = shown.running(found, read=4_999_999_999, of=5_000_000_000, step="read")
    assert "99 %" in text(page(alice, f"/captures/{found.uid}/"))
    shown.jobs.beat(claim, {"step": "diagnose", "read": 1, "of": 1})
    assert "Diagnosing 100 % 1.2 kB of 1.2 kB read" in text(page(alice, f"/captures/{found.uid}/"))


def test_while_it_is_read_only_the_recording_is_spoken_of_and_marked_provisional(alice, cast):
    found = shown.capture(cast)
    shown.running(found, read=1, of=2, step="read", quality=["truncated_frames", "duplicate_frames"])
    html = page(alice, f"/captures/{found.uid}/")
    assert (
        "Provisional This is about the recording only, and may still change. "
        "No connection gets a verdict before the whole file has been read. "
        "Seen in the recording so far: Duplicate frames Frames cut short "
    ) in text(html)
    assert 'href="/articles/truncated-frames/">Frames cut short</a>' in html
    japanese = text(page(alice, f"/captures/{found.uid}/", "ja"))
    assert "暫定 ここに示すのは記録そのものの状態だけで、" in japanese
    assert "コネクションの判定は出しません。 ここまでに記録について分かったこと: " in japanese
    assert "分かったこと: フレームの重複記録 フレームの切り詰め " in japanese
    assert "Provisional" not in japanese


@pytest.mark.parametrize("step", ["read", "connect", "diagnose", "write"])
def test_nothing_wrong_so_far_is_said(alice, cast, step):
    found = shown.capture(cast)
    shown.running(found, read=1, of=2, step=step, quality=[])
    assert "Nothing is wrong with the recording so far." in text(page(alice, f"/captures/{found.uid}/"))
    assert "ここまでのところ、記録に問題は見つかっていません。" in text(
        page(alice, f"/captures/{found.uid}/", "ja")
    )


def test_before_the_first_step_nothing_is_claimed_about_the_recording(alice, cast):
    found = shown.capture(cast)
    shown.running(found)
    words = text(page(alice, f"/captures/{found.uid}/"))
    assert "Nothing has been read yet." in words
    assert "Nothing is wrong" not in words


@pytest.mark.parametrize(
    "quality", [[*registry.CODES, "made_up"], ["made_up", "port_closed"], "clock_step", {}, 7]
)
@pytest.mark.parametrize("path", ["", "progress/"])
def test_nobody_is_accused_before_the_end(alice, cast, quality, path):
    """Whatever the program says: codes about connections, unknown ones and nonsense are not shown."""
    found = shown.capture(cast)
    shown.running(found, read=1, of=2, step="diagnose", connections=3, quality=quality)
    html = page(alice, f"/captures/{found.uid}/{path}")
    for rule in registry.CONNECTIONS:
        assert f"/articles/{rule.CODE.replace('_', '-')}/" not in html
        assert wording.code(rule.CODE) not in text(html)
    assert "made" not in html
    assert 'class="severity' not in html
    shown_codes = re.findall(r'id="so-far-(\w+)"', html)
    assert shown_codes == [rule.CODE for rule in registry.QUALITY if quality == [*registry.CODES, "made_up"]]


def test_what_is_said_about_the_recording_is_sent_again_only_when_it_has_changed(alice, cast):
    found = shown.capture(cast)
    claim = shown.running(found, read=1, of=9, step="read", quality=["clock_step"])
    [seen] = re.findall(r"""hx-vals='{"seen": "(.*?)"}'""", page(alice, f"/captures/{found.uid}/"))
    shown.jobs.beat(claim, {"read": 2, "of": 9, "step": "read", "quality": ["clock_step"]})
    same = page(alice, f"/captures/{found.uid}/progress/?seen={seen}")
    assert "22 %" in same
    assert "Provisional" not in same
    shown.jobs.beat(claim, {"read": 3, "of": 9, "step": "read", "quality": []})
    changed = page(alice, f"/captures/{found.uid}/progress/?seen={seen}")
    assert '<div id="provisional" hx-swap-oob="true">' in changed
    assert "Nothing is wrong with the recording so far." in changed


def test_a_refused_file_stays_and_the_page_says_what_to_do(alice, cast):
    found = shown.capture(cast, "holiday.png.pcap")
    shown.ended(found, Job.State.REFUSED, "This is a PNG picture.", "これは PNG 画像です。")
    html = page(alice, f"/captures/{found.uid}/")
    words = text(html)
    assert "This is a PNG picture." in words
    assert "editcap" in words
    assert f'href="/captures/{found.uid}/download/"' in html
    assert "Diagnose again" in words
    assert "これは PNG 画像です。" in text(page(alice, f"/captures/{found.uid}/", "ja"))


def test_a_failed_job_says_why_and_offers_another_try(alice, cast):
    found = shown.capture(cast)
    shown.ended(found, Job.State.FAILED, "It took too long.", "時間がかかりすぎました。")
    words = text(page(alice, f"/captures/{found.uid}/"))
    assert "It took too long." in words
    assert "start the diagnosis again" in words


def test_while_it_is_diagnosed_again_the_old_report_stays(alice, seed):
    assert alice.post(f"/captures/{seed.uid}/again/").status_code == 302
    words = text(page(alice, f"/captures/{seed.uid}/"))
    assert "Waiting for a free worker" in words
    assert words.index("Nothing has been read yet.") < words.index("Below is the report from before.")
    assert "refuses SSH" in words


def test_a_failure_after_a_report_leaves_both_on_the_page(alice, seed):
    shown.ended(seed, Job.State.FAILED, "It crashed.", "異常終了しました。")
    words = text(page(alice, f"/captures/{seed.uid}/"))
    assert "It crashed. Below is the report from before." in words
    assert "refuses SSH" in words


def test_progress_is_a_fragment_until_the_job_has_ended_and_then_reloads_the_page(alice, cast):
    found = shown.capture(cast)
    claim = shown.running(found, read=1, of=2, packets=3, connections=1, step="diagnose")
    answer = alice.get(f"/captures/{found.uid}/progress/")
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert "Diagnosing" in answer.content.decode()
    assert "HX-Refresh" not in answer
    shown.jobs.end(claim, Job.State.REFUSED, "No.", "いいえ。")
    answer = alice.get(f"/captures/{found.uid}/progress/")
    assert (answer.status_code, answer["HX-Refresh"]) == (286, "true")
    assert "hx-get" not in answer.content.decode()


def test_deleting_asks_first_without_any_script_and_then_it_is_gone(alice, seed):
    html = page(alice, f"/captures/{seed.uid}/")
    assert re.search(r'<details class="delete">.*?cannot be undone.*?<form method="post"', html, re.S)
    assert alice.get(f"/captures/{seed.uid}/delete/").status_code == 405
    assert alice.post(f"/captures/{seed.uid}/delete/").status_code == 302
    assert alice.get(f"/captures/{seed.uid}/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/", "/captures/", "/captures/{uid}/", "/captures/{uid}/connections/", "/captures/{uid}/connections/1/"],
)
def test_a_hostile_name_is_text_and_its_bidi_characters_are_seen(alice, cast, path):
    found = shown.done(shown.capture(cast, shown.HOSTILE_NAME), sample.seed())
    html = page(alice, path.format(uid=found.uid))
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩gpj.pcap" in html


def test_hostile_texts_of_a_report_are_text(alice, cast):
    report = sample.seed()
    for finding in (*report.findings, *report.quality):
        for lang in finding.values():
            lang |= {
                "title": "<img src=x>\u202e",
                "explanation": "<script>1</script>",
                "would_settle": "<b>\x1b[0m",
            }
            lang["numbers"] = {"<i>name_s": "<u>value"}
            lang["rejected"] = [{"code": "<s>", "why": "<em>"}]
    report.headline = {"en": "<h6>", "ja": "<h6>"}
    report.notes = [{"en": "<h5>", "ja": "<h5>"}]
    found = shown.done(shown.capture(cast), report)
    html = page(alice, f"/captures/{found.uid}/")
    for tag in ("<img src", "<script>1", "<b>\x1b", "<i>name", "<u>value", "<s>", "<em>", "<h6>", "<h5>"):
        assert tag not in html
    assert "\u202e" not in html


def test_the_first_page_shows_recent_captures_and_the_empty_one_says_so(alice, cast, seed):
    assert "refuses SSH" in text(page(alice, "/"))
    Capture.objects.all().delete()
    assert "None yet." in text(page(alice, "/"))
    assert "Your team has no captures." in text(page(alice, "/captures/"))


def test_the_list_of_captures_is_paged_and_needs_no_query_for_each(
    alice, cast, seed, django_assert_max_num_queries
):
    for i in range(60):
        shown.capture(cast, f"{i}.pcap")
    with django_assert_max_num_queries(9):
        html = page(alice, "/captures/")
    assert "Page 1 of 2" in text(html)
    assert "ssh-refused.pcap" in page(alice, "/captures/?page=2")


def test_bob_sees_what_alice_uploaded_and_charlie_gets_nothing(client, cast, seed):
    client.force_login(cast.bob)
    assert client.get(f"/captures/{seed.uid}/").status_code == 200
    client.force_login(cast.charlie)
    for path in (
        "",
        "progress/",
        "connections/",
        "connections/1/",
        "connections/1/graph/",
        "connections/1/graph/sequence/",
        "download/",
    ):
        assert client.get(f"/captures/{seed.uid}/{path}").status_code == 404
    for path in ("delete/", "again/"):
        assert client.post(f"/captures/{seed.uid}/{path}").status_code == 404
    assert seed.uid not in client.get("/captures/").content.decode()


def test_a_report_that_is_replaced_while_it_is_read_is_read_again(alice, seed, monkeypatch):
    from kb.views import captures

    whole, calls = captures._verdict, []

    def replaced(found, report):
        calls.append(report.folder)
        if len(calls) == 1:
            shown.done(seed, sample.seed())
            raise FileNotFoundError(report.folder)
        return whole(found, report)

    monkeypatch.setattr(captures, "_verdict", replaced)
    assert "refuses SSH" in text(page(alice, f"/captures/{seed.uid}/"))
    assert calls[0] != calls[1]
