"""`::experiment connect_timeout show=steps,sequence at=server step=connect finding=syn_unanswered`: an
experiment in an article.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from drawing.words import Language
from experiments import current, images, lab_state, proof, runs, story
from experiments.declaration.values import Step
from experiments.models import Run
from experiments.shipped import Shipped
from experiments.story import Done, Story
from experiments.views import network, result
from kb import live
from kb.blocks import Block
from kb.templatetags.readable import language
from kb.views.captures import lead_picture, report_of

PARTS = (
    "claim",
    "network",
    "steps",
    "terminal",
    "sequence",
    "states",
    "expectations",
    "captures",
    "replay",
)
MOST_RUNS = 50  # among the newest so many one is looked for
USUAL = ("claim", "network", "steps", "sequence", "states", "replay")


@dataclass(frozen=True)
class Shown:
    """A step: what the declaration says of it, and what it printed in this run."""

    at_s: float
    host: str
    command: str
    into: str  # the step into which it was typed; empty for a command
    says: str
    done: Done | None


def experiment(request: HttpRequest, block: Block) -> SafeString:
    """The block; what is misspelt is said in its place."""
    found = current.find(block.argument)
    parts = chosen(block.options.get("show", ""))
    if found is None:
        said = gettext("There is no experiment “%(name)s”.")
        return live.mistake(said % {"name": block.argument})
    if parts is None:
        return live.mistake(gettext("show= takes some of these: %(parts)s") % {"parts": ", ".join(PARTS)})
    run = newest_on(found, block.options.get("kernel", ""))
    context = {
        **head(found, run),
        **dict.fromkeys(parts, True),
        **drawn(request, found, run, parts, block),
    }
    return render_to_string("parts/block_experiment.html", context, request)


def newest_on(found: Shipped, series: str) -> Run | None:
    """The newest run on that series of kernel, such as 6.12; else on the oldest there is: what an article
    says in words was seen there.
    """
    done = list(runs.done().filter(experiment=found.name, digest=found.digest)[:MOST_RUNS])
    by_age = sorted(done, key=lambda run: images.numbers(run.kernel)[:2])
    return next((run for run in done if series and run.kernel.startswith(f"{series}.")), None) or next(
        iter(by_age), None
    )


def chosen(said: str) -> tuple[str, ...] | None:
    """The parts of "steps,sequence", in our order; the usual ones for nothing; None for unknown ones."""
    asked = [part.strip() for part in said.split(",") if part.strip()]
    if set(asked) - set(PARTS):
        return None
    return tuple(part for part in PARTS if part in asked) or USUAL


def head(found: Shipped, run: Run | None) -> dict[str, Any]:
    """What every block of an experiment says of it."""
    lang = language()
    proofs = proof.proofs([found], images.current())[found.name]
    return {
        "shipped": found,
        "title": found.experiment.title[lang],
        "says_claim": found.experiment.claim[lang],
        "run": run,
        "proofs": proofs,
        "stale": any(each.state == "stale" for each in proofs),
        "recorded_on": [folder.name for folder in found.recordings()],
        "lab_ready": lab_state.now().is_ready,
    }


def drawn(
    request: HttpRequest, found: Shipped, run: Run | None, parts: tuple[str, ...], block: Block
) -> dict[str, Any]:
    """What the parts need; each is made only when it is shown."""
    lang = language()
    told = story.read(run.path) if run and run.path else Story((), (), (), ())
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "network": lambda: {"drawn_network": network.drawn(found.experiment, lang)},
        "steps": lambda: {"shown_steps": steps(found, told, block.options.get("step", ""), lang)},
        "terminal": lambda: {"terminals": told.terminals},
        "sequence": lambda: picture(run, block.options.get("at"), block.options.get("finding", "")),
        "states": lambda: {"lanes": result.state_lanes(told, run, lang) if run else ""},
        "expectations": lambda: {"verdicts": result.verdicts(run, lang) if run else []},
        "captures": lambda: {"recorded": result.recorded(run, lang) if run else []},
    }
    made: dict[str, Any] = {}
    for part in parts:
        made |= makers[part]() if part in makers else {}
    return made


def steps(found: Shipped, told: Story, only: str, lang: Language) -> list[Shown]:
    """The steps in their order, all of them or those that are named; outputs are those of the run."""
    names = {name.strip() for name in only.split(",") if name.strip()}
    done = {each.name: each for each in told.steps}
    return [
        shown(step, done.get(step.name), lang)
        for step in found.experiment.steps
        if not names or step.name in names
    ]


def shown(step: Step, done: Done | None, lang: Language) -> Shown:
    """One step; a command is shown as it was started, with its addresses."""
    command = done.command if done else step.run or step.type
    into = "" if step.run else step.into
    return Shown(step.at_ns / 1e9, step.host, command, into, step.says.get(lang, ""), done)


def picture(run: Run | None, asked: str | None, code: str = "") -> dict[str, Any]:
    """The diagram at one vantage point: the one that is asked for, else the first with packets. A code names
    the finding whose connection is drawn; without one it is the gravest.
    """
    captures = list(run.captures.select_related("capture__report")) if run else []
    one = next((one for one in captures if one.vantage == asked), captures[0] if captures else None)
    report = report_of(one.capture) if one else None
    if one is None or report is None or not report.packets:
        return {}
    found = lead_picture(one.capture, report, anchor=f"r{one.pk}-", code=code)
    return {**found, "drawn_at": one.vantage, "drawn_capture": one.capture}
