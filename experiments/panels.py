"""What experiments have to say beside an article, a capture of theirs, and the queue of reviews."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from experiments import claims, images, proof, reviewing
from experiments.models import Run, RunCapture, Wording
from experiments.proof import Proof
from kb.models import Article, Capture, User
from kb.templatetags.readable import language

RUNS_SHOWN = 5
WAITING_SHOWN = 10


def beside_article(request: HttpRequest, article: Article | Capture) -> SafeString:
    """The experiments that prove the article, and where one does not hold any more."""
    assert isinstance(article, Article)
    bound = claims.bound(article)
    if not bound:
        return SafeString("")
    proofs, lang = proof.proofs(bound, images.current()), language()
    lines = [
        (one.name, one.experiment.title[lang], proofs[one.name], failed(proofs[one.name], lang))
        for one in bound
    ]
    stale = any(each.state == "stale" for one in bound for each in proofs[one.name])
    return render_to_string("parts/panel_article.html", {"lines": lines, "stale": stale}, request)


def failed(proofs: list[Proof], language: str) -> list[tuple[str, str]]:
    """What did not hold in the newest replays: the run's page, the expectation, and what was seen instead."""
    return [
        (each.run.get_absolute_url(), f"{verdict['text'][language]} {verdict['evidence'][language]}")
        for each in proofs
        if each.state == "stale" and each.run is not None
        for verdict in each.run.verdicts
        if verdict["held"] is False
    ]


def beside_capture(request: HttpRequest, capture: Article | Capture) -> SafeString:
    """The newest runs that recorded these bytes."""
    assert isinstance(capture, Capture)
    if not capture.is_of_the_lab:
        return SafeString("")
    visible = Run.objects.visible_to(request.user)
    recorded = RunCapture.objects.filter(capture=capture, run__in=visible)
    found = recorded.select_related("run__job").order_by("-pk")
    return render_to_string("parts/panel_capture.html", {"found": found[:RUNS_SHOWN]}, request)


def beside_reviews(request: HttpRequest, user: User) -> SafeString:
    """Declarations that await review, the oldest first."""
    waiting = reviewing.visible_to(user).filter(state=Wording.State.IN_REVIEW).defer("text")
    shown = waiting.order_by("submitted", "pk")[:WAITING_SHOWN]
    context = {"waiting": shown, "count": waiting.count()}
    return render_to_string("parts/panel_review.html", context, request)
