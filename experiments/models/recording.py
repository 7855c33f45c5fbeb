"""Recording."""

from django.db import models

from experiments.models.run import Run


class Recording(models.Model):
    """The run with which others are compared byte by byte: of one declaration with its numbers, on one image.

    It is the first that was done there, or the one that came with the product.
    """

    digest = models.CharField(max_length=64)
    image = models.CharField(max_length=64)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="recording")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "image"], name="one_recording_per_digest_and_image")
        ]

    def __str__(self) -> str:
        return f"{self.digest[:12]} on {self.image[:12]}"
