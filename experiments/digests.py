"""What makes two runs runs of the same thing: the declaration's bytes, and the numbers that were changed."""

import hashlib
import json
from collections.abc import Mapping


def digest(text: bytes, parameters: Mapping[str, int]) -> str:
    """SHA-256, hexadecimal, of a declaration and of the parameters that differ from it, as JSON."""
    chosen = json.dumps(dict(parameters), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text + chosen.encode()).hexdigest()
