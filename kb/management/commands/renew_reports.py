"""manage.py renew_reports"""

from typing import Any

from django.core.management.base import BaseCommand

from kb import renewal


class Command(BaseCommand):
    help = "Diagnoses again what an earlier version diagnosed, where this one cannot show its report."

    def handle(self, *args: Any, **options: Any) -> None:
        count = renewal.renew()
        if count:
            self.stdout.write(
                f"Reports of an earlier version: {count}. Their captures will be diagnosed again."
            )
