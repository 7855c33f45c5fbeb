"""Following a runbook: a case begins, goes from step to step, and comes to an end. Rows are only added."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from drawing.words import Language
from kb import feedback
from kb.disputes import plain
from kb.models import Article, Capture, Case, CaseStep, Finding, Team, User
from kb.outcomes import NotAccepted, NoTeam
from kb.stepping import outcomes, values
from kb.stepping.reading import parse
from kb.stepping.steps import Step, Steps
from kb.views.wording import language

MOST_EVIDENCE, MOST_TITLE = 20_000, 300  # characters
MOST_AN_HOUR = 100  # cases that one person opens: more than anybody follows
MOST_ROWS = 300  # records of one case
HOUR = timedelta(hours=1)
ENDED = {"solved": Case.State.SOLVED, "ask": Case.State.ASKED, "stop": Case.State.STOPPED}


@dataclass(frozen=True)
class Way:
    """How far a case has come: its steps, all its records, those of them that lie on its way, in order."""

    steps: Steps
    records: list[CaseStep]
    taken: list[CaseStep]

    @property
    def now(self) -> Step | None:
        """The step to do next; None at an end."""
        if not self.taken:
            return self.steps.first
        leads = self.taken[-1].leads
        return self.steps.named(leads[1:]) if leads.startswith("#") else None

    @property
    def last(self) -> CaseStep | None:
        """The record that led to where the case is."""
        return self.taken[-1] if self.taken else None

    @property
    def seen(self) -> int:
        """How many records there are: a form that knew fewer was filled in before the last of them."""
        return len(self.records)

    @property
    def edges(self) -> list[tuple[str, int]]:
        """Steps and places of their outcomes on the way."""
        return [(record.step, record.outcome) for record in self.taken]


def case_or_404(user: User, uid: str) -> Case:
    """The case with that uid, if it is of one of this person's teams."""
    if not uid.isascii() or not uid.isalnum():
        raise Http404("No such case.")
    seen = Case.objects.visible_to(user).select_related("capture", "runbook", "revision", "opened_by", "team")
    case = seen.filter(uid=uid).first()
    if case is None:
        raise Http404("No such case.")
    return case


def way_of(case: Case) -> Way:
    """What was done so far. Going back takes the record before it off the way."""
    records = list(case.steps.select_related("by"))
    taken: list[CaseStep] = []
    for record in records:
        if record.kind == CaseStep.Kind.BACK:
            taken = taken[:-1]
        else:
            taken.append(record)
    return Way(parse(case.revision.body), records, taken)


def begin(
    runbook: Article,
    user: User,
    *,
    capture: Capture | None = None,
    finding: Finding | None = None,
    title: str = "",
) -> Case | NotAccepted:
    """Opens a case: about a finding of a capture that the caller has settled this person may see, or, with
    words of its own, about something else. Returns why not.
    """
    revision = runbook.current(language())
    title = plain(title)
    if revision is None or parse(revision.body).first is None:
        return outcomes.NothingToFollow.here()
    team = team_of(user, capture)
    if team is None:
        return NoTeam.of_user()
    if finding is None and not 0 < len(title) <= MOST_TITLE:
        return outcomes.NoTitle.given(MOST_TITLE)
    if Case.objects.filter(opened_by=user, opened__gt=timezone.now() - HOUR).count() >= MOST_AN_HOUR:
        return outcomes.TooManyCases.than(MOST_AN_HOUR)
    about = about_finding(capture, finding, revision.language) if capture and finding else {"title": title}
    return Case.objects.create(
        team=team,
        capture=capture,
        runbook=runbook,
        revision=revision,
        language=revision.language,
        opened_by=user,
        **about,
    )


def about_finding(capture: Capture, finding: Finding, of_words: str) -> dict[str, Any]:
    """What a case keeps of the finding that it is about, in the language of its runbook's words."""
    lang: Language = "ja" if of_words == "ja" else "en"
    return {
        "code": finding.code,
        "connection": finding.connection,
        "title": str(finding.body(lang)["title"])[:MOST_TITLE],
        "values": values.of_finding(capture, capture.report, finding, lang),
    }


def finding_of(capture: Capture, position: int | None) -> Finding | None:
    """The finding at that place of the capture's newest report; None when there is none."""
    if position is None or not 0 <= position < 2**31:
        return None
    return Finding.objects.filter(report__capture=capture, position=position).first()


def team_of(user: User, capture: Capture | None) -> Team | None:
    """Whose case it is: the capture's team; of a capture of the lab, or without one, the person's own."""
    return capture.team if capture is not None and capture.team is not None else user.home_team()


def record(case: Case, user: User, seen: int, chosen: int | None, evidence: str) -> NotAccepted | None:
    """What came out of the current step, and what shows it; returns why not. `seen`: Way.seen as it was when
    the person looked.
    """
    evidence = plain(evidence)
    if len(evidence) > MOST_EVIDENCE:
        return outcomes.TooMuchEvidence.than(MOST_EVIDENCE)
    with transaction.atomic():
        way = locked(case, seen)
        if isinstance(way, NotAccepted):
            return way
        step = way.now
        if step is None:
            return outcomes.Ended.already()
        if chosen is None or not 0 <= chosen < len(step.outcomes):
            return outcomes.NoSuchOutcome.of_step()
        outcome = step.outcomes[chosen]
        CaseStep.objects.create(
            case=case,
            step=step.id,
            outcome=chosen,
            says=outcome.text,
            leads=outcome.leads,
            evidence=evidence,
            by=user,
        )
        if outcome.end is not None:
            close(case, ENDED[outcome.end])
    return None


def locked(case: Case, seen: int) -> Way | NotAccepted:
    """The way, while nobody else can go on; within a transaction."""
    Case.objects.select_for_update().get(pk=case.pk)
    way = way_of(case)
    if way.seen != seen:
        return outcomes.MovedOn.meanwhile()
    return way if way.seen < MOST_ROWS else outcomes.Ended.too_long(MOST_ROWS)


def close(case: Case, state: Case.State) -> None:
    """The case has come to an end, or, with OPEN, goes on."""
    case.state, case.closed = state, None if state == Case.State.OPEN else timezone.now()
    case.save(update_fields=["state", "closed"])


def back(case: Case, user: User, seen: int) -> NotAccepted | None:
    """One step back; a case that has ended is open again. A new row says so, and nothing is deleted."""
    with transaction.atomic():
        way = locked(case, seen)
        if isinstance(way, NotAccepted):
            return way
        last = way.last
        if last is None:
            return outcomes.Ended.at_its_start()
        CaseStep.objects.create(
            case=case,
            kind=CaseStep.Kind.BACK,
            step=way.now.id if way.now else last.step,
            outcome=0,
            says="",
            leads=f"#{last.step}",
            by=user,
        )
        close(case, Case.State.OPEN)
    return None


def did_not_help(case: Case, user: User, step: str, word: str) -> NotAccepted | None:
    """The reader says of a step that it did not help: somebody will look at it. Returns why not."""
    if parse(case.revision.body).named(step) is None:
        return outcomes.NoSuchOutcome.of_step()
    said = feedback.say(case.revision, user, helpful=False, word=word, step=step, case=case)
    return said if isinstance(said, NotAccepted) else None
