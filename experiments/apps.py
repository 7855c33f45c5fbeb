"""The Django app of experiments."""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    """Declarations of experiments and their runs."""

    name = "experiments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers with kb what a replay is."""
        from experiments import runs
        from kb import kinds

        kinds.register(kinds.Kind(runs.KIND, runs.REPLAY, runs.FOLDER, runs.is_named))
