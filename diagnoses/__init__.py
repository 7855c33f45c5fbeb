"""Judgements: connections to findings, one folder a diagnosis. Knows no framework.

``report(path)`` gives the object that ``python -m diagnoses --json`` prints, ``beside(path, other)`` its part
"beside", on two captures of one event.
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


def beside(path_here: Path | str, path_there: Path | str, lang: str = "en") -> dict[str, Any]:
    """Compare two captures of one event. Raises packets.CaptureError, one sentence, when one of them cannot
    be read or they share no packet.
    """
    from diagnoses.two_points import compare, read_named
    from diagnoses.two_points.objects import beside_object

    return beside_object(compare(read_named(path_here), read_named(path_there)), lang)


__all__ = ["beside", "report"]
