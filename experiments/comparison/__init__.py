"""Two runs side by side: whether they are the same bytes, and what differs in their meaning.

identity.py finds the first byte that differs and says what it belongs to. In all sentences "here" is the
first of the two runs and "there" the other.
"""
