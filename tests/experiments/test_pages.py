"""Pages of experiments and runs: each state says what it is and what to do next."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from experiments import comparing, images, lab_state, runs, shipped
from experiments.comparison import Comparison, Section
from experiments.models import Run
from kb import intake, jobs, panels
from kb.models import Article, Job, Revision
from tests import laboratory
from tests.cast import received
from tests.reported import report_on

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def ready(monkeypatch, tmp_path):
    """One experiment, one image, QEMU."""
    laboratory.declare(monkeypatch, tmp_path)
    laboratory.image()
    monkeypatch.setattr(lab_state.shutil, "which", lambda name: name)


def page(browser, path: str, lang: str = "en") -> str:
    answer = browser.get(path, headers={"accept-language": lang})
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def finished(run: Run | None = None, **more) -> Run:
    """A run with its artefacts and captures."""
    run = run or laboratory.begun(images.current()[0])
    claim = jobs.claim(run.job.pk)
    folder = Path(settings.MEDIA_ROOT) / "runs" / f"{claim.prefix}{run.uid}"
    laboratory.fill(folder, run)
    captures = {}
    for name in ("client", "fw-client"):
        job = intake.accept(received(f"{run.uid}{name}".encode(), f"connect_timeout-{name}.pcap"), team=None)
        report_on(job.job)
        captures[name.replace("-", ":", 1)] = job.capture
    result = {
        "folder": folder,
        "virtual_s": 65.5,
        "wall_s": 4.2,
        "verdicts": [laboratory.verdict()],
        "captures": captures,
        "against": runs.recording_of(run),
        **more,
    }
    runs.finish(claim, run, runs.Result(**result))
    return Run.objects.get(pk=run.pk)


def test_the_list_says_of_each_experiment_what_it_claims_and_how_it_stands(alice):
    assert "never replayed here" in page(alice, "/experiments/")
    finished()
    english, japanese = page(alice, "/experiments/"), page(alice, "/experiments/", "ja")
    assert "With tcp_syn_retries = 5" in english
    assert "Linux 6.1:" in english
    assert re.search(r"held</a>\s*<time", english)
    assert "接続のタイムアウト" in japanese


def test_a_lab_that_is_not_ready_says_what_to_do(alice, monkeypatch):
    monkeypatch.setattr(lab_state.shutil, "which", lambda name: None)
    for path in ("/experiments/", "/experiments/connect_timeout/"):
        assert "apt-get install qemu-system-x86" in page(alice, path)
    answer = alice.post("/experiments/connect_timeout/replay/", follow=True)
    assert "apt-get install qemu-system-x86" in answer.content.decode()
    assert not Run.objects.exists()


def test_the_experiment_shows_network_steps_and_declaration(alice):
    shown = page(alice, "/experiments/connect_timeout/")
    for words in ("10.0.1.1", "iptables -A FORWARD", "telnet 10.0.2.2 12345", "5.0 ms", "title.ja"):
        assert words in shown
    answer = alice.get("/experiments/connect_timeout/experiment.toml")
    assert answer.content.decode() == laboratory.TEXT
    assert answer["Content-Disposition"].startswith("attachment")


def test_with_a_run_it_shows_what_was_seen(alice):
    run = finished()
    shown = page(alice, "/experiments/connect_timeout/")
    for words in ("syn_unanswered is found", "Trying 10.0.2.2...", "SYN-SENT", "TcpRetransSegs", "+5"):
        assert words in shown, words
    assert "Unable to connect: Connection timed out" in shown, "without the colours of the terminal"
    captures = [one.capture for one in run.captures.all()]
    assert all(capture.get_absolute_url() in shown for capture in captures)
    assert shown.count('class="sequence') == 1
    assert f"{captures[0].get_absolute_url()}connections/1/?from=2#f2" in shown, (
        "evidence leads to its packet"
    )


def test_what_a_run_says_is_text(alice):
    evil = laboratory.verdict(text={"en": HOSTILE, "ja": HOSTILE}, evidence={"en": HOSTILE, "ja": ""})
    run = finished(verdicts=[evil], difference=None)
    steps = (run.path / "steps.json").read_text()
    (run.path / "steps.json").write_text(steps.replace("telnet 10", f"{HOSTILE} 10"))
    (run.path / "sockets.json").write_text(
        (run.path / "sockets.json").read_text().replace("SYN-SENT", HOSTILE)
    )
    shown = page(alice, run.get_absolute_url())
    assert HOSTILE not in shown
    assert shown.count("&lt;script&gt;") >= 4


def test_spoiled_files_hide_only_themselves(alice, caplog):
    run = finished()
    (run.path / "sockets.json").write_text("[{}]")
    (run.path / "counters.json").write_text("{")
    (run.path / "terminals" / "client.cast").write_text("no\nno\n")
    shown = page(alice, run.get_absolute_url())
    assert "syn_unanswered is found" in shown
    assert caplog.text.count("cannot be shown") == 3


def test_replay_begins_a_run_and_leads_to_it(alice, cast):
    answer = alice.post("/experiments/connect_timeout/replay/")
    run = Run.objects.get()
    assert answer["Location"] == run.get_absolute_url()
    assert (run.requested_by, run.reason, run.as_declared) == (cast.alice, "reader", True)
    assert run.image == images.current()[0].id


def test_a_number_is_changed_within_its_bounds(alice):
    other = laboratory.image("6.12")
    alice.post("/experiments/connect_timeout/replay/", {"syn_retries": "2", "image": other.id})
    run = Run.objects.get()
    assert (run.parameters, run.image, run.as_declared) == ({"syn_retries": 2}, other.id, False)


@pytest.mark.parametrize("number", ["9", "-1", "1.5", "many", "٣", "1" * 20])
def test_a_number_out_of_its_bounds_is_refused_with_them(alice, number):
    answer = alice.post("/experiments/connect_timeout/replay/", {"syn_retries": number}, follow=True)
    assert "syn_retries must be a whole number from 0 to 8." in answer.content.decode()
    assert not Run.objects.exists()


def test_an_image_that_is_gone_is_refused(alice):
    answer = alice.post("/experiments/connect_timeout/replay/", {"image": "0" * 64}, follow=True)
    assert "no longer there" in answer.content.decode()


def test_one_person_does_not_fill_the_queue(alice):
    for number in range(7):
        answer = alice.post("/experiments/connect_timeout/replay/", {"syn_retries": number}, follow=True)
    assert Run.objects.count() == 5
    assert "5 of your replays are not finished yet" in answer.content.decode()


def test_replay_asks_for_post_and_the_token(cast):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    assert browser.get("/experiments/connect_timeout/replay/").status_code == 405
    assert browser.post("/experiments/connect_timeout/replay/").status_code == 403


def test_a_waiting_run_says_so_and_can_be_cancelled(alice, cast):
    run = laboratory.begun(user=cast.alice)
    shown = page(alice, run.get_absolute_url())
    assert "Waiting for the lab" in shown
    assert "Cancel the run" in shown
    assert 'http-equiv="refresh"' in shown, "without JavaScript it loads itself anew"
    alice.post(f"{run.get_absolute_url()}cancel/")
    assert "This run was cancelled" in page(alice, run.get_absolute_url())


def test_another_persons_run_has_no_cancel(client, cast):
    run = laboratory.begun(user=cast.alice)
    client.force_login(cast.bob)
    assert "Cancel the run" not in page(client, run.get_absolute_url())
    assert client.post(f"{run.get_absolute_url()}cancel/").status_code == 404


def test_a_running_one_tells_its_own_time_and_step(alice):
    run = laboratory.begun()
    claim = jobs.claim(run.job.pk)
    jobs.beat(claim, {"phase": "lab", "virtual_s": 63.2, "step": 3, "of": 5})
    for path in (run.get_absolute_url(), f"{run.get_absolute_url()}progress/"):
        shown = page(alice, path)
        assert "1 min 3 s of the experiment" in shown
        assert "step 3 of 5" in shown
    jobs.end(claim, Job.State.FAILED, "It took too long.", "長すぎました。")
    answer = alice.get(f"{run.get_absolute_url()}progress/")
    assert (answer.status_code, answer["HX-Refresh"]) == (286, "true")


@pytest.mark.parametrize("state", ["failed", "refused"])
def test_a_run_without_a_result_says_why_and_where_to_go(alice, state):
    run = laboratory.begun()
    jobs.end(jobs.claim(run.job.pk), Job.State(state), "The guest crashed.", "ゲストが停止しました。")
    shown = page(alice, run.get_absolute_url())
    assert "The guest crashed." in shown
    assert 'href="/experiments/connect_timeout/"' in shown


def test_a_done_run_says_identical_or_the_first_difference(alice):
    first = finished()
    assert "it is now the recording" in page(alice, first.get_absolute_url())
    assert "Identical: the same bytes" in page(alice, finished().get_absolute_url())
    other = finished(
        difference=("Frame 3 differs.", "フレーム 3 が異なります。"), verdicts=[laboratory.verdict(False)]
    )
    shown = page(alice, other.get_absolute_url(), "ja")
    assert "フレーム 3 が異なります。" in shown
    assert f"one={first.uid}&amp;other={other.uid}" in shown


def test_files_are_attachments_and_no_others_can_be_had(alice, tmp_path):
    run = finished()
    base = f"{run.get_absolute_url()}files/"
    answer = alice.get(f"{base}captures/client.pcap")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    (run.path / "secret.txt").write_text("x")
    (tmp_path / "far.json").write_text("{}")
    (run.path / "verdicts.json").symlink_to(tmp_path / "far.json")
    for name in (
        "secret.txt",
        "verdicts.json",
        "../x/run.json",
        "captures/../run.json",
        "captures",
        "",
        "%2e%2e/a",
    ):
        assert alice.get(f"{base}{name}").status_code == 404, name


def test_two_runs_are_compared_in_the_readers_language(alice, monkeypatch):
    one, other = finished(), finished()
    sections = (Section({"en": "States", "ja": "状態"}, ({"en": HOSTILE, "ja": "同じです。"},)),)
    monkeypatch.setattr(comparing, "compare", lambda *runs: Comparison(False, sections))
    path = f"/experiments/compare/?one={one.uid}&other={other.uid}"
    assert "同じです。" in page(alice, path, "ja")
    shown = page(alice, path)
    assert "The runs differ." in shown
    assert HOSTILE not in shown
    waiting = laboratory.begun(syn_retries=1)
    assert alice.get(f"/experiments/compare/?one={one.uid}&other={waiting.uid}").status_code == 404


def test_health_has_a_line_for_each_experiment_and_a_column_for_each_image(alice):
    laboratory.image("6.12")
    run = finished(verdicts=[laboratory.verdict(False)])
    shown = page(alice, "/experiments/health/")
    assert "Linux 6.12" in shown
    assert run.get_absolute_url() in shown
    assert "did not hold" in shown
    assert "never replayed here" in shown


def test_images_say_what_they_are_made_of(alice):
    shown = page(alice, "/experiments/images/")
    for words in ("6.1.0-50-cloud-amd64", "QEMU 7.2.22", "iproute2", "4.99.3-1", images.current()[0].short):
        assert words in shown


def test_no_experiment_has_the_name_of_a_page():
    assert {"compare", "health", "images"}.isdisjoint(one.name for one in shipped.every())


@pytest.mark.parametrize("path", ["nothing/", "connect_timeout/runs/aaaaaaaaaaaaaaaa/", "other/runs/{uid}/"])
def test_what_is_not_there_is_not_found(alice, path):
    uid = finished().uid
    assert alice.get(f"/experiments/{path.format(uid=uid)}").status_code == 404


def test_a_capture_of_a_run_names_its_runs(alice):
    run = finished()
    shown = page(alice, run.captures.first().capture.get_absolute_url())
    assert run.get_absolute_url() in shown
    assert "recorded by the lab" in shown


def test_an_article_says_when_a_replay_did_not_confirm_it(alice, monkeypatch):
    article = Article.objects.create(slug="syn-unanswered", code="syn_unanswered")
    Revision.objects.create(
        article=article,
        language="en",
        title="t",
        summary="s",
        body="b",
        origin="shipped",
        state="approved",
        digest="d",
    )
    assert "Proved by an experiment" in page(alice, article.get_absolute_url())
    finished()
    assert "did not confirm" not in page(alice, article.get_absolute_url())
    refuted = finished(verdicts=[laboratory.verdict(False)])
    shown = page(alice, article.get_absolute_url())
    assert "A replay did not confirm this article." in shown
    assert refuted.get_absolute_url() in shown
    assert laboratory.verdict(False)["evidence"]["en"] in shown
    Article.objects.filter(pk=article.pk).update(code="port_closed")  # that the experiment shows nothing of
    assert "Proved by an experiment" not in page(alice, article.get_absolute_url())


def test_panels_that_have_nothing_to_say_are_not_there(monkeypatch, rf):
    monkeypatch.setitem(panels._panels, "article", [lambda request, about: "", lambda request, about: "said"])
    assert panels.beside("article", rf.get("/"), Article()) == ["said"]


def test_replay_in_an_article_stays_there_and_tells_how_far_it_is(alice, cast):
    answer = alice.post(f"/experiments/{laboratory.NAME}/replay/", headers={"HX-Request": "true"})
    run = Run.objects.get()
    place = f"/experiments/{laboratory.NAME}/runs/{run.uid}/in-article/"
    assert answer.status_code == 200
    assert f'hx-get="{place}"' in answer.content.decode()
    Job.objects.filter(pk=run.job_id).update(state=Job.State.DONE)
    Run.objects.filter(pk=run.pk).update(held=True, identical=True, virtual_s=80.0, wall_s=3.0)
    html = page(alice, place)
    assert "identical" in html
    assert "hx-get" not in html


def test_replay_in_an_article_says_why_it_cannot_begin(alice):
    answer = alice.post(
        f"/experiments/{laboratory.NAME}/replay/", {"syn_retries": "99"}, headers={"HX-Request": "true"}
    )
    assert "must be a whole number from" in answer.content.decode()
    assert not Run.objects.exists()
