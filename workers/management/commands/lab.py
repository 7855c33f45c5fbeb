"""manage.py lab build, manage.py lab record"""

import argparse
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from experiments import images, lab_state, shipped
from experiments.images import Image
from workers import once
from workers.lab import builder
from workers.lab.builder import Busy
from workers.lab.image.build import SUITES, CannotBuild, outdated
from workers.management.commands.replay import wanted
from workers.once import NotReplayed


class Command(BaseCommand):
    help = "Builds the lab's images from Debian's packages, lists them, and records the shipped experiments."
    requires_system_checks: list[str] = []  # needs neither a database nor the web

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        build = what.add_parser("build", help="builds the images that are missing or outdated")
        build.add_argument(
            "--kernel", choices=[*SUITES, "all"], default="all", help="series of the kernel; all"
        )
        build.add_argument(
            "--missing", action="store_true", help="only where there is none of today's recipe"
        )
        show = what.add_parser("images", help="lists the images")
        show.add_argument("--json", action="store_true", help="prints JSON")
        record = what.add_parser("record", help="replays shipped experiments and replaces their recordings")
        record.add_argument("names", nargs="*", help="experiments; all without a name")

    def handle(self, *args: Any, **options: Any) -> None:
        {"build": self.build, "images": self.images, "record": self.record}[options["what"]](options)

    def build(self, options: dict[str, Any]) -> None:
        """Images of the series that are wanted."""
        series = list(SUITES) if options["kernel"] == "all" else [options["kernel"]]
        if options["missing"]:
            series = [one for one in series if one in outdated(Path(settings.LAB_ROOT))]
        if not series:
            return
        try:
            made = builder.build_all(Path(settings.LAB_ROOT), series, self.say)
        except (CannotBuild, Busy) as reason:
            raise CommandError(str(reason), returncode=2) from None
        for folder in made:
            told = json.loads((folder / "image.json").read_bytes())
            self.stdout.write(f"Image {told['id'][:12]}: Linux {told['kernel']}, QEMU {told['qemu']}")

    def say(self, line: str) -> None:
        """At once: the next step may take a minute."""
        self.stdout.write(line)
        self.stdout.flush()

    def images(self, options: dict[str, Any]) -> None:
        """What is there."""
        every = [
            {"id": one.id, "kernel": one.kernel, "series": one.series, "qemu": one.qemu, "size": one.size}
            for one in images.every()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(every, indent=1))
            return
        for one in every:
            self.stdout.write(f"{str(one['id'])[:12]}  Linux {one['kernel']}  QEMU {one['qemu']}")

    def record(self, options: dict[str, Any]) -> None:
        """Each experiment once on each image; what does not hold is not recorded."""
        state = lab_state.now()
        if not state.is_ready:
            raise CommandError(state.en, returncode=2)
        chosen = [wanted(name) for name in options["names"]] or shipped.every()
        failed = [
            f"{one.name} on Linux {image.series}"
            for one in chosen
            for image in images.current()
            if not self.recorded(one, image)
        ]
        if failed:
            raise CommandError(f"not recorded: {', '.join(failed)}")

    def recorded(self, experiment: shipped.Shipped, image: Image) -> bool:
        """True when the recording is there."""
        place = f"{experiment.name}, Linux {image.series}"
        try:
            with once.replay(experiment, image, {}) as done:
                broken = [verdict for verdict in done.verdicts if verdict.held is False]
                for verdict in broken:
                    self.say(f"{place}: {verdict.text['en']} {verdict.evidence['en']}")
                if done.held:
                    once.save(done, experiment.folder / "recorded" / image.series)
                    self.say(f"{place}: recorded in {done.wall_s:.1f} s")
                return done.held
        except NotReplayed as reason:
            self.say(f"{place}: {reason}")
            return False
