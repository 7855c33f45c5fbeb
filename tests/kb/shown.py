"""Captures in each of their states, for tests of pages."""

import secrets
from pathlib import Path

from django.conf import settings

from kb import jobs, queue, reports
from kb.models import Capture, Job
from tests import sample_report
from tests.cast import Cast

HOSTILE_NAME = "<script>alert(1)</script>\u202egpj.pcap"


def capture(cast: Cast, name: str = "ssh-refused.pcap") -> Capture:
    """A row of Alice's team; the file is not needed by pages."""
    stored = f"captures/{secrets.token_hex(8)}"
    return Capture.objects.create(
        team=cast.team, uploaded_by=cast.alice, name=name, size=1214, sha256="0" * 64, stored=stored
    )


def running(capture: Capture, **progress: object) -> jobs.Claim:
    """Its job, claimed by a worker, with that progress."""
    with queue.quiet():  # where a real worker listens, it would be quicker now and then
        claim = jobs.claim(jobs.begin(capture).pk)
    assert claim is not None
    assert jobs.beat(claim, progress)
    return claim


def ended(capture: Capture, state: Job.State, en: str, ja: str) -> None:
    """Its job has ended without a report."""
    jobs.end(running(capture), state, en, ja)


def done(capture: Capture, sample: sample_report.Sample) -> Capture:
    """Its job has ended with that report."""
    claim = running(capture)
    folder = Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}{secrets.token_hex(8)}"
    sample_report.write(folder, sample)
    assert reports.record(claim, folder)
    return Capture.objects.get(pk=capture.pk)


def many(count: int) -> sample_report.Sample:
    """That many connections to one server, none answered."""
    import numpy as np

    from packets.columns import SYN

    packets = sample_report.rows(
        [sample_report.packet(i + 1, i * 0.1, True, SYN, connection=i) for i in range(count)]
    )
    verdicts = {
        i: ("syn_sent", "syn_unanswered" if i % 3 else "", "error" if i % 3 else "") for i in range(count)
    }
    findings = []
    for i in range(count):
        if i % 3:
            finding = sample_report.refused_on_path(i)
            for lang in finding:
                finding[lang] |= {
                    "code": "syn_unanswered",
                    "frames": [i + 1],
                    "hosts": [f"10.0.0.{i % 250}", "192.0.2.9"],
                }
            findings.append(finding)
    return sample_report.Sample(
        np.sort(packets, order=["connection", "frame"]),
        sample_report.connection_table(packets, verdicts),
        findings,
        severity="error",
    )
