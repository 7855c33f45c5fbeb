"""Facts: bytes to packets to connections, in columns. Judges nothing and knows no framework."""

from packets.errors import CaptureError

__all__ = ["CaptureError"]
