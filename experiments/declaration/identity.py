"""What a run names as its declaration: one hash of the text and of the numbers that were chosen."""

import hashlib
import json
from collections.abc import Mapping


def digest(text: bytes, parameters: Mapping[str, int]) -> str:
    """SHA-256, in hex, of a declaration and its chosen parameters.

    Args:
        text: the bytes of the declaration, as they were read.
        parameters: those that differ from what is declared (``Experiment.changed``); none for a default run.
    """
    chosen = json.dumps(dict(parameters), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text + chosen.encode()).hexdigest()
