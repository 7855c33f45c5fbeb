"""Reports that an earlier version made: their columns are not those of today, so their captures are diagnosed
again.
"""

import shutil
from functools import partial

from django.db import transaction

from kb import jobs, reports
from kb.models import Report


def renew() -> int:
    """Begin a new job for each capture whose report cannot be shown, and drop that report; how many there
    were.

    The capture itself stays as it is. Running it twice does nothing more.
    """
    outdated = [report for report in Report.objects.select_related("capture") if not reports.usable(report)]
    for report in outdated:
        with transaction.atomic():
            folder = report.path
            jobs.begin(report.capture)
            report.delete()
            transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))
    return len(outdated)
