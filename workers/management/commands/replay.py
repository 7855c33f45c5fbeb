"""manage.py replay NAME"""

import argparse
import json
import re
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from experiments import images, lab_state, shipped
from experiments.images import Image
from experiments.shipped import Shipped
from workers import once
from workers.once import NotReplayed, Replayed


class Command(BaseCommand):
    help = "Replays an experiment in the lab and says whether it still shows what it claims."
    requires_system_checks: list[str] = []  # needs neither a database nor the web

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the experiment; see --list")
        parser.add_argument("--list", action="store_true", help="lists the experiments")
        parser.add_argument("--image", default="", help="id of an image (its beginning), or a kernel series")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NUMBER=VALUE", help="changes a number"
        )
        parser.add_argument("--json", action="store_true", help="prints JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.say_list(options["json"])
            return
        experiment = wanted(options["name"])
        image = image_for(options["image"])
        changes = numbers(options["set"], experiment)
        try:
            with once.replay(experiment, image, changes) as done:
                self.say(experiment, done, options["json"])
                once.keep(done, experiment.digest_with(changes), image)
                held = done.held
        except NotReplayed as reason:
            raise CommandError(str(reason), returncode=2) from None
        if not held:
            sys.exit(1)

    def say_list(self, as_json: bool) -> None:
        """Names and titles."""
        every = [
            {"name": one.name, "title": one.experiment.title["en"], "claim": one.experiment.claim["en"]}
            for one in shipped.every()
        ]
        if as_json:
            self.stdout.write(json.dumps(every, indent=1, ensure_ascii=False))
            return
        for one in every:
            self.stdout.write(f"{one['name']:24} {one['title']}")

    def say(self, experiment: Shipped, done: Replayed, as_json: bool) -> None:
        """The result, for a program or for a person."""
        told = result(experiment, done)
        self.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) if as_json else text(told, done))


def wanted(name: str | None) -> Shipped:
    """The experiment of that name."""
    names = [one.name for one in shipped.every()]
    found = shipped.find(name) if name else None
    if found is None:
        known = f"there are {', '.join(names)}" if names else "there is none"
        problem = f"no experiment is called '{name}'" if name else "name an experiment"
        raise CommandError(f"{problem}; {known}.", returncode=2)
    return found


def image_for(named: str) -> Image:
    """The image of that id or kernel series; the first series without a name."""
    state = lab_state.now()
    if not state.is_ready:
        raise CommandError(state.en, returncode=2)
    every = images.current() if not named else images.every()
    for image in every:
        if not named or image.series == named or image.id.startswith(named):
            return image
    known = ", ".join(f"{image.short} (Linux {image.series})" for image in every)
    raise CommandError(f"no image is called '{named}'; there are {known}.", returncode=2)


def numbers(pairs: list[str], experiment: Shipped) -> dict[str, int]:
    """The numbers that were changed."""
    changed = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        parameter = experiment.experiment.parameters.get(name)
        if parameter is None or not re.fullmatch(r"-?[0-9]{1,15}", value):
            known = ", ".join(experiment.experiment.parameters) or "none"
            raise CommandError(f"'{pair}' changes no number; write NAME=VALUE, names: {known}.", returncode=2)
        if not parameter.lowest <= int(value) <= parameter.highest:
            raise CommandError(f"{name} is from {parameter.lowest} to {parameter.highest}.", returncode=2)
        changed[name] = int(value)
    return changed


def result(experiment: Shipped, done: Replayed) -> dict[str, Any]:
    """The object that --json prints."""
    manifest = done.run.manifest
    return {
        "name": experiment.name,
        "image": manifest.image,
        "kernel": manifest.kernel,
        "declaration": manifest.declaration,
        "parameters": manifest.parameters,
        "captures": [
            {"vantage": one.vantage, "sha256": one.sha256, "packets": one.packets}
            for one in manifest.captures
        ],
        "expectations": [
            {"text": verdict.text["en"], "held": verdict.held, "evidence": verdict.evidence["en"]}
            for verdict in done.verdicts
        ],
        "held": done.held,
        "virtual_s": manifest.virtual_s,
        "wall_s": round(done.wall_s, 3),
        "cpu_s": round(done.cpu_s, 2),
        "identical": done.identical,
        "difference": done.difference.en if done.difference else None,
    }


def text(told: dict[str, Any], done: Replayed) -> str:
    """The same for a person."""
    lines = [
        f"{told['name']} on Linux {told['kernel']}",
        f"  image {told['image'][:12]}, declaration {told['declaration'][:12]}",
        *(
            f"  {one['vantage']:12} {one['packets']:5} packets  sha256 {one['sha256']}"
            for one in told["captures"]
        ),
    ]
    marks = {True: "held", False: "FAILED", None: "not for this kernel"}
    for verdict in done.verdicts:
        lines.append(f"  {marks[verdict.held]}: {verdict.text['en']}")
        if verdict.held is not None:
            lines.append(f"      {verdict.evidence['en']}")
    lines.append(
        f"  {told['virtual_s']:.1f} virtual seconds in {told['wall_s']:.1f} s, {told['cpu_s']:.1f} s of CPU"
    )
    lines.append(f"  {identity(done)}")
    return "\n".join(lines)


def identity(done: Replayed) -> str:
    """Whether it is the recording once more."""
    if done.identical is None:
        return "No recording of this image yet."
    if done.difference is None:
        return "Identical to the recording of this image, byte for byte."
    return f"Differs from the recording of this image: {done.difference.en}"
