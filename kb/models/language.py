"""The languages in which everything is written."""

from django.db import models


class Language(models.TextChoices):
    """ISO 639-1 codes, as in the names of files and columns."""

    ENGLISH = "en", "English"
    JAPANESE = "ja", "日本語"
