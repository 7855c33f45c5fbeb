"""The Django app of experiments."""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    """Declarations of experiments and their runs."""

    name = "experiments"
    default_auto_field = "django.db.models.BigAutoField"
