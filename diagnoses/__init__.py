"""Judgements: connections to findings, one folder a diagnosis. Knows no framework.

``report(path)`` gives the object that ``python -m diagnoses --json`` prints.
"""

from pathlib import Path
from typing import Any


def report(path: Path | str, lang: str = "en") -> dict[str, Any]:
    """Read and judge a capture. Raises packets.CaptureError, one sentence, when the file cannot be read."""
    import json

    from diagnoses.case import Case
    from diagnoses.judge import judge
    from diagnoses.objects import json_pieces
    from packets.capture import read

    capture = read(path)
    found: dict[str, Any] = json.loads("".join(json_pieces(capture, judge(Case(capture)), lang)))
    return found


__all__ = ["report"]
