"""What a case says of itself: its records as a page lists them, its end, all of it as text for a ticket."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, override

from drawing.text import visible
from kb.cases import Way
from kb.models import Case, CaseStep
from kb.stepping import filling, showing
from kb.stepping.filling import KINDS, label
from kb.templatetags.following import case_state
from kb.templatetags.readable import code_name, username


@dataclass(frozen=True)
class Told:
    """One record: the step, what came out, where it led, the evidence, by whom and when."""

    pk: int
    step: str
    number: int
    title: str
    is_back: bool
    says: str
    leads: str  # the title of the next step, or the end
    evidence: str
    by: str
    at: datetime
    on_way: bool


def records(case: Case, way: Way) -> list[Told]:
    """All records, the oldest first."""
    on_way = {record.pk for record in way.taken}
    return [_told(case, way, record, record.pk in on_way) for record in way.records]


def _told(case: Case, way: Way, record: CaseStep, on_way: bool) -> Told:
    step = way.steps.named(record.step)
    is_back = record.kind == CaseStep.Kind.BACK
    return Told(
        pk=record.pk,
        step=record.step,
        number=way.steps.number(record.step),
        title=showing.plain(step.title, case.values) if step else record.step,
        is_back=is_back,
        says=showing.plain(record.says, case.values),
        leads=_leads(case, way, record.leads),
        evidence=record.evidence,
        by=username(record.by),
        at=record.at,
        on_way=on_way,
    )


def _leads(case: Case, way: Way, leads: str) -> str:
    step = way.steps.named(leads.removeprefix("#"))
    return f"{way.steps.number(step.id)}. {showing.plain(step.title, case.values)}" if step else leads


@dataclass(frozen=True)
class Ending:
    """How a case ended: which end, and the text of it, ready to send."""

    end: str
    text: str


def ending(case: Case, way: Way) -> Ending | None:
    """The end of the case; None while it is open."""
    last = way.last
    step = way.steps.named(last.step) if last else None
    if case.state == Case.State.OPEN or last is None or step is None:
        return None
    outcome = step.outcomes[last.outcome] if last.outcome < len(step.outcomes) else None
    return Ending(last.leads, filling.text(outcome.says, case.values)) if outcome else None


def summary(case: Case, way: Way, url: str) -> str:
    """The case as plain text that is also Markdown, in the language of its runbook."""
    with override(case.language):
        parts = ["\n".join(_head(case, url)), *(_entry(told) for told in records(case, way))]
        end = ending(case, way)
        if end is not None:
            parts.append(f"## {case_state(case.state)}\n\n{end.text}")
        elif way.now is not None:
            following = gettext("Next step")
            parts.append(f"## {following}: {showing.plain(way.now.title, case.values)}")
        return "\n\n".join(parts) + "\n"


def _head(case: Case, url: str) -> list[str]:
    found = {
        gettext("Runbook"): case.revision.title,
        gettext("Capture"): case.capture.name if case.capture else "",
        gettext("Finding"): code_name(case.code) if case.code else "",
        gettext("State"): case_state(case.state),
        gettext("Opened"): f"{case.opened:%Y-%m-%d %H:%M} UTC, {username(case.opened_by)}",
        gettext("Link"): url,
    }
    known = [f"- {label(name)}: {visible(case.values[name])}" for name in KINDS if name in case.values]
    return [
        f"# {visible(case.title)}",
        "",
        *(f"- {name}: {visible(value)}" for name, value in found.items() if value),
        *known,
    ]


def _entry(told: Told) -> str:
    """One record; evidence is indented, which is code in Markdown and reads well without."""
    head = f"## {told.number}. {told.title}\n\n{told.at:%Y-%m-%d %H:%M} UTC, {visible(told.by)}"
    went, came_out = gettext("Back to"), gettext("Outcome")
    if told.is_back:
        return f"{head}\n\n{went}: {told.leads}"
    lines = "\n".join(f"    {visible(line)}" for line in told.evidence.split("\n")) if told.evidence else ""
    return f"{head}\n\n{came_out}: {told.says}" + (f"\n\n{lines}" if lines else "")
