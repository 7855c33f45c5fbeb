"""Judgements on two captures of one event: where between client and server each packet was lost, made,
changed or held up.

No diagnosis: it has no code, and speaks of packets. ``compare`` gives a Comparison, ``objects`` its form in
JSON, ``plain`` its lines for a terminal.
"""

from diagnoses.two_points.comparison import Comparison, compare, read_named

__all__ = ["Comparison", "compare", "read_named"]
