"""What happens in the background: `celery -A workers worker` does it, `… beat` is its clock."""

from workers.clockwork import app, ring

__all__ = ["app", "ring"]
