"""A capture that is diagnosed again and again, for tests of what changes and of what readers say to it."""

from pathlib import Path
from secrets import token_hex

import numpy as np
from django.conf import settings

from kb import jobs, reports
from kb.models import Capture, Report
from tests.reported import write


def judged(
    capture: Capture,
    verdicts: list[str],
    rules: str = "1",
    starts: list[int] | None = None,
    **replaced: object,
) -> Report:
    """Diagnoses the capture, with these verdicts of its connections, numbered from 0; starts in ns."""
    claim = jobs.claim(jobs.begin(capture).pk)
    assert claim is not None
    folder = Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}{token_hex(8)}"
    summary = {
        "headline": {"en": "The port is closed.", "ja": "ポートは閉じています。"},
        "severity": "error",
        "rules": rules,
        "notes": [],
        "lanes": {"first_ns": 0, "duration_ns": 500_000_000},
    }
    write(folder, **{"summary": summary, **replaced})
    rows = np.repeat(np.load(folder / "connections.npy")[:1], len(verdicts))
    rows["id"] = range(len(verdicts))
    rows["verdict"] = [code.encode() for code in verdicts]
    rows["first_ns"] = range(len(verdicts)) if starts is None else starts
    rows["first_row"] = 0
    np.save(folder / "connections.npy", rows)
    assert reports.record(claim, folder)
    return Report.objects.get(capture=capture)
