"""The Django app of experiments."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from ninja import Router


class ExperimentsConfig(AppConfig):
    """Declarations of experiments and their runs."""

    name = "experiments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers with kb what a replay is, what experiments say beside articles and captures, and in
        them, and how they are found.
        """
        from experiments import (
            beginning,
            bringing,
            claims,
            current,
            explained,
            findable,
            live_blocks,
            panels,
            panels_of_changes,
            runs,
        )
        from kb import apis, beginnings, blocks, bundle, gaps, kinds, proofs
        from kb import panels as places
        from kb.importing import above
        from kb.search import index

        kinds.register(kinds.Kind(runs.KIND, runs.REPLAY, runs.FOLDER, runs.is_named))
        bundle.register(current.files)
        above.register(bringing.bring)
        blocks.register("experiment", live_blocks.experiment)
        beginnings.register("experiment", beginning.from_experiment, beginning.choices)
        beginnings.offer("experiment", beginning.choices)
        places.register("article", panels.beside_article)
        places.register("capture", panels.beside_capture)
        places.register("review", panels.beside_reviews)
        places.register("revision", panels_of_changes.beside_revision)
        proofs.register(claims.of_each)
        gaps.register(explained.every)
        index.register(findable.KIND, findable.pages)
        apis.lend(_router)


def _router() -> "Router":
    """What programs ask of experiments."""
    from experiments.api import router

    return router
