"""Two runs side by side: whether they are the same bytes, and what differs in their meaning.

identity.py finds the first byte that differs and says what it belongs to; meanings.py compares what happened,
whichever ports and sequence numbers the runs used. In all sentences "here" is the first of the two runs and
"there" the other.
"""

from experiments.comparison.difference import Difference
from experiments.comparison.identity import first_difference
from experiments.comparison.meanings import compare
from experiments.comparison.values import Comparison, Section

__all__ = ["Comparison", "Difference", "Section", "compare", "first_difference"]
