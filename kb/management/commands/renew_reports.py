"""manage.py renew_reports"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kb import renewal
from kb.models import Capture


class Command(BaseCommand):
    help = "Diagnoses again what an earlier version diagnosed, where this one cannot show its report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-rules",
            action="store_true",
            help="also where it can, but other rules than today's have judged; a few at a time, when there is"
            " little else to do",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = renewal.renew()
        if count:
            self.stdout.write(
                f"Reports of an earlier version: {count}. Their captures will be diagnosed again."
            )
        if options["older_rules"]:
            count = renewal.ask(Capture.objects.all())
            self.stdout.write(f"Reports by older rules: {count}. They will be made again one after another.")
