"""One attempt at a replay, with stand-ins for lab, judge and comparison: each end is a sentence."""

import errno
import json
from pathlib import Path

import pytest
from django.conf import settings

from experiments.models import Recording, Run
from kb import jobs
from kb.models import Capture, Job, Report
from tests import laboratory, reported
from tests.cast import files_below
from workers import confined, replays
from workers.outcomes import Cancelled, Finished, Killed, Refused
from workers.parts import Parts

pytestmark = [pytest.mark.django_db, pytest.mark.both]


class Stand:
    """Lab, judge and comparison, as the test wants them."""

    def __init__(self) -> None:
        self.outcome = None  # instead of a finished run
        self.salt = ""
        self.told = []
        self.judged = None
        self.compared = []
        self.verdicts = [laboratory.verdict()]

    def lab(self, declaration_text, parameters, image_id, into, beat):
        self.told.append((declaration_text, parameters, image_id))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        (into / "half").write_text("x")
        if callable(self.outcome):
            return self.outcome(beat)
        if self.outcome is not None:
            return self.outcome
        (into / "half").unlink()
        assert beat({"virtual_s": 63.2, "step": 1, "of": 1})
        laboratory.fill(into, Run.objects.get(job__state="running"), salt=self.salt)
        return Finished(into, wall_s=4.2)

    def judge(self, experiment, folder, findings):
        self.judged = (experiment.name, sorted(findings), [one["code"] for one in findings["client"]])
        return self.verdicts

    def first_difference(self, recorded, new):
        self.compared.append((recorded, new))
        name = "captures/client.pcap"
        same = (recorded / name).read_bytes() == (new / name).read_bytes()
        return None if same else ("Frame 1 differs.", "フレーム 1 が異なります。")

    def parts(self) -> Parts:
        return Parts(self.lab, self.judge, self.first_difference)


@pytest.fixture
def stand(monkeypatch, tmp_path) -> Stand:
    laboratory.declare(monkeypatch, tmp_path)

    def read(capture, into, beat, program):
        assert beat({"packets": 1})
        into.rmdir()
        return Finished(reported.write(into))

    monkeypatch.setattr(confined, "run", read)
    monkeypatch.setattr(replays, "RULES", "1")  # as those reports say
    return Stand()


def replayed(stand: Stand, run: Run | None = None) -> Run:
    """The run after one attempt."""
    run = run or laboratory.begun()
    claim = jobs.claim(run.job.pk)
    assert claim is not None
    replays.run(claim, stand.parts)
    return Run.objects.get(pk=run.pk)


def run_folders() -> list[str]:
    return sorted(path.name for path in (Path(settings.MEDIA_ROOT) / "runs").glob("*"))


def test_a_run_goes_through_the_lab_the_one_door_and_the_judge(stand):
    run = replayed(stand)
    assert (run.state, run.held, run.identical) == ("done", True, None)
    assert (run.virtual_s, run.wall_s) == (65.5, 4.2)
    assert stand.told == [(laboratory.TEXT, {"syn_retries": 5}, run.image)]
    assert stand.judged == ("connect_timeout", ["client", "fw:client"], ["port_closed", "one_way_capture"])
    assert json.loads((run.path / "verdicts.json").read_text()) == run.verdicts
    assert Recording.objects.get().run == run


def test_its_captures_have_reports_when_it_is_done(stand):
    run = replayed(stand)
    captures = {one.vantage: one.capture for one in run.captures.all()}
    assert [captures[name].name for name in ("client", "fw:client")] == [
        "connect_timeout-client.pcap",
        "connect_timeout-fw-client.pcap",
    ]
    assert all(capture.origin == "lab" and capture.report for capture in captures.values())
    assert files_below(Path(settings.MEDIA_ROOT) / "incoming") == []


def test_the_same_bytes_again_are_the_same_captures_and_one_folder(stand):
    first = replayed(stand)
    second = replayed(stand)
    assert second.identical is True
    assert run_folders() == [Path(first.folder).name]
    assert Capture.objects.count() == Report.objects.count() == 2
    assert Job.objects.filter(kind="diagnose").count() == 2
    assert [recorded for recorded, _ in stand.compared] == [first.path]


def test_other_bytes_are_told_with_the_first_difference(stand):
    replayed(stand)
    stand.salt, stand.verdicts = "other", [laboratory.verdict(False)]
    run = replayed(stand)
    assert (run.identical, run.held, run.difference("en")) == (False, False, "Frame 1 differs.")
    assert len(run_folders()) == 2
    assert Capture.objects.count() == 4


def test_a_report_of_earlier_rules_is_renewed_before_it_is_judged(stand, monkeypatch):
    replayed(stand)
    monkeypatch.setattr(replays, "RULES", "next")
    replayed(stand)
    assert Job.objects.filter(kind="diagnose").count() == 4


def test_the_page_can_tell_how_far_it_is(stand, monkeypatch):
    said = []
    real = jobs.beat
    monkeypatch.setattr(jobs, "beat", lambda claim, told: said.append(told) or real(claim, told))
    run = replayed(stand)
    ours = [told.get("phase") for told in said if "phase" in told]
    assert said[0] == {"virtual_s": 63.2, "step": 1, "of": 1, "phase": "lab"}
    assert list(dict.fromkeys(ours)) == ["lab", "diagnose", "judge"]
    assert run.job.progress["phase"] == "judge"


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Refused("No such image.", "イメージがありません。"), "refused", "No such image."),
        (Killed("It took too long.", "長すぎました。"), "failed", "It took too long."),
        (Killed("It was killed.", "停止されました。", again=True), "waiting", ""),
        (RuntimeError("what nobody thought of"), "failed", "Something unexpected"),
        (OSError(errno.ENOSPC, "No space left on device"), "failed", "disk is full"),
    ],
)
def test_every_other_end_of_the_lab_is_a_sentence_and_leaves_nothing(stand, outcome, state, words):
    stand.outcome = outcome
    run = replayed(stand)
    assert run.state == state
    assert words in run.job.reason("en")
    assert (run.folder, run.held, Recording.objects.count()) == ("", None, 0)
    assert run_folders() == []


def test_a_cancel_reaches_the_lab_with_the_next_beat(stand):
    run = laboratory.begun()

    def cancelled(beat):
        assert beat({"virtual_s": 1})
        jobs.cancel(run.job)
        assert not beat({"virtual_s": 2})
        return Cancelled()

    stand.outcome = cancelled
    assert replayed(stand, run).state == "cancelled"
    assert run_folders() == []


def test_a_run_that_is_cancelled_while_its_captures_are_read_ends_there(stand, monkeypatch):
    run = laboratory.begun()
    real = replays.in_the_lab
    monkeypatch.setattr(replays, "in_the_lab", lambda *all: (real(*all), jobs.cancel(run.job))[0])
    assert replayed(stand, run).state == "cancelled"
    assert run_folders() == []
    assert not Capture.objects.exists()


def test_a_declaration_that_is_refused_names_the_line(stand):
    run = laboratory.begun()
    Run.objects.update(declaration=laboratory.TEXT.replace('on = "client"', 'on = "klient"'))
    run = replayed(stand, run)
    assert run.state == "refused"
    row = laboratory.TEXT.splitlines().index('on = "client"') + 1
    assert run.job.reason("en").startswith(f"Line {row} of the declaration:")
    assert "klient" in run.job.reason("ja")


@pytest.mark.parametrize("missing", ["captures/fw-client.pcap", "run.json"])
def test_a_run_without_one_of_its_files_is_no_run(stand, missing, monkeypatch):
    real = laboratory.fill

    def less(folder, run, **more):
        real(folder, run, **more)
        (folder / missing).unlink()

    monkeypatch.setattr(laboratory, "fill", less)
    run = replayed(stand)
    assert run.state == "failed"
    assert Path(missing).name in run.job.reason("ja")
    assert run_folders() == []


def test_a_link_in_the_place_of_a_capture_is_not_followed(stand, monkeypatch, tmp_path):
    real = laboratory.fill
    (tmp_path / "secret").write_text("secret")

    def linked(folder, run, **more):
        real(folder, run, **more)
        (folder / "captures" / "client.pcap").unlink()
        (folder / "captures" / "client.pcap").symlink_to(tmp_path / "secret")

    monkeypatch.setattr(laboratory, "fill", linked)
    assert replayed(stand).state == "failed"
    assert not Capture.objects.exists()


def test_a_capture_that_cannot_be_diagnosed_fails_the_run_with_its_reason(stand, monkeypatch):
    monkeypatch.setattr(confined, "run", lambda *all, **more: Refused("It is no capture.", "違います。"))
    run = replayed(stand)
    assert run.job.reason("en") == (
        "The capture recorded at client could not be diagnosed: It is no capture."
    )
    assert run_folders() == []


def test_a_capture_that_another_worker_diagnoses_is_waited_for(stand, monkeypatch):
    real, others = jobs.claim, []

    def claim(job):
        theirs = Job.objects.get(pk=job).kind == "diagnose" and not others
        found = real(job)
        if theirs:
            others.append(found)
            return None
        return found

    def sleep(seconds):
        """The other worker ends meanwhile."""
        folder = Path(settings.MEDIA_ROOT) / "reports" / f"{others[0].prefix}x"
        assert replays.diagnosis.record(others[0], reported.write(folder))

    run = laboratory.begun()
    monkeypatch.setattr(replays.time, "sleep", sleep)
    claimed = real(run.job.pk)
    monkeypatch.setattr(jobs, "claim", claim)
    replays.run(claimed, stand.parts)
    assert Run.objects.get(pk=run.pk).state == "done"
    assert len(others) == 1


def test_who_waits_for_another_worker_hears_the_cancel(stand, monkeypatch):
    run = laboratory.begun()
    real = jobs.claim
    claimed = real(run.job.pk)
    monkeypatch.setattr(jobs, "claim", lambda job: None)
    monkeypatch.setattr(replays.time, "sleep", lambda seconds: jobs.cancel(run.job))
    replays.run(claimed, stand.parts)
    assert Run.objects.get(pk=run.pk).state == "cancelled"
    assert run_folders() == []


def test_a_row_that_is_lost_leaves_no_folder(stand):
    run = laboratory.begun()
    claim = jobs.claim(run.job.pk)
    stand.judge = lambda *all: Job.objects.filter(pk=run.job.pk).update(attempt=2) and []
    replays.run(claim, stand.parts)
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.folder) == ("running", "")
    assert run_folders() == []
