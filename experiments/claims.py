"""What experiments say of an article as a whole: proved, refuted, or not known; and when that changes."""

from collections.abc import Iterable, Mapping

from experiments import current, images, proof
from experiments.bound import articles as proved_by
from experiments.models import Run
from experiments.proof import Proof as OfOne
from experiments.shipped import Shipped
from kb import history, proofs
from kb.models import Article, Event
from kb.templatetags.readable import language

TOLD = {"proved": Event.Kind.PROVED, "refuted": Event.Kind.REFUTED}


def bound(article: Article, among: Iterable[Shipped] | None = None) -> list[Shipped]:
    """The experiments that prove the article, by name."""
    names = {article.slug, article.code} - {None}
    return [one for one in (current.every() if among is None else among) if names & proved_by(one.experiment)]


def of_each(articles: Iterable[Article]) -> Mapping[int, proofs.Proof]:
    """By pk, what the newest replays say together; registered with kb. Two queries."""
    every = current.every()
    known = proof.proofs(every, images.current())
    return {
        article.pk: together([each for one in bound(article, every) for each in known[one.name]])
        for article in articles
    }


def together(each: list[OfOne]) -> proofs.Proof:
    """One that does not hold refutes the article; otherwise one that holds proves it. The time is that of the
    longest ago of the newest replays: all of them have been replayed since.
    """
    judged = [(one, one.run) for one in each if one.state != "never" and one.run is not None]
    if not judged:
        return proofs.UNKNOWN
    against = [(one, run) for one, run in judged if one.state == "stale"]
    counted = against or judged
    first, run = counted[0]
    return proofs.Proof(
        state="refuted" if against else "proved",
        at=min(run.created for _, run in counted),
        kernels=tuple(dict.fromkeys(one.image.series for one, _ in counted)),
        identical=all(one.state == "identical" for one, _ in counted),
        url=run.get_absolute_url(),
        title=first.shipped.experiment.title[language()],
    )


def tell(run: Run) -> None:
    """Keeps in the articles' history that a replay changed what is known of them: once for each change. That
    something is proved is news only where it was refuted before.
    """
    experiment = current.find(run.experiment)
    proves = run.as_declared and run.reason not in (Run.Reason.RECORDED, Run.Reason.DRAFT)
    if experiment is None or not proves:
        return
    names = proved_by(experiment.experiment)
    concerned = [
        article for field in ("slug__in", "code__in") for article in Article.objects.filter(**{field: names})
    ]
    for pk, known in of_each(concerned).items():
        kind = TOLD.get(known.state)
        before = Event.objects.filter(article=pk, kind__in=TOLD.values()).first()
        was = before.kind if before else Event.Kind.PROVED
        if kind is not None and kind != was:
            article = next(one for one in concerned if one.pk == pk)
            history.record(kind, article, note=f"{run.experiment}, Linux {run.kernel}")
