"""Reports age. Those that today's pages cannot show are made again at once; those that older rules made, when
somebody asks.

All of them at once would be a flood before which no upload would come through. So asking marks the rows, and
only a few jobs at a time are begun for them: when a diagnosis has ended, and by the reaper.
"""

import shutil
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from diagnoses.objects import RULES
from kb import earlier, jobs, reports
from kb.models import Capture, Job, Report

AT_ONCE = 4  # unfinished diagnoses, uploads among them, up to which another renewal begins


def renew() -> int:
    """Begin a new job for each capture whose report cannot be shown, and drop that report; how many there
    were.

    The capture itself stays as it is, and what the report said is kept for comparison. Running it twice does
    nothing more.
    """
    outdated = [report for report in Report.objects.select_related("capture") if not reports.usable(report)]
    for report in outdated:
        with transaction.atomic():
            folder = report.path
            earlier.keep(report)
            jobs.begin(report.capture)
            report.delete()
            transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))
    return len(outdated)


def by_older_rules(captures: QuerySet[Capture]) -> QuerySet[Capture]:
    """Those of the captures whose report was made by other rules than today's."""
    return captures.filter(report__isnull=False).exclude(report__rules=RULES)


def is_outdated(report: Report) -> bool:
    """Whether other rules than today's made it."""
    return report.rules != RULES


def ask(captures: QuerySet[Capture]) -> int:
    """Have those of the captures diagnosed again whose report was made by older rules: how many were not
    waiting for it already.

    The report stays until the new one takes its place.
    """
    outdated = by_older_rules(captures).values("pk")
    begun = Job.objects.filter(kind="diagnose", state__in=Job.UNFINISHED).values("capture")
    resting = Report.objects.filter(capture__in=outdated, renewal_asked=None).exclude(capture__in=begun)
    count = resting.update(renewal_asked=timezone.now())
    go_on()
    return count


def go_on() -> int:
    """Begins a few of the jobs that were asked for, while there is little else to do: how many.

    Newest captures first. Whoever comes second with the same row changes nothing.
    """
    busy = Job.objects.filter(kind="diagnose", state__in=Job.UNFINISHED).count()
    asked = Report.objects.filter(renewal_asked__isnull=False).select_related("capture")
    chosen = list(asked.order_by("renewal_asked", "-capture_id")[: max(0, AT_ONCE - busy)])
    return sum(begin(report) for report in chosen)


def begin(report: Report) -> bool:
    """The job of one that was asked for. False when another was first."""
    with transaction.atomic():
        row = Report.objects.filter(pk=report.pk, renewal_asked__isnull=False)
        won = bool(row.update(renewal_asked=None))
        if won:
            jobs.begin(report.capture)
    return won
