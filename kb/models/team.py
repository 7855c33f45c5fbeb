"""Team."""

from django.db import models


class Team(models.Model):
    """People who see each other's captures. A capture belongs to one team."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
