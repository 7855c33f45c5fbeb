"""Fewer points with the same look: of every stretch of the x axis the first, lowest, highest and last point
stay.
"""

import numpy as np

# Above this a browser redraws slowly (plotly's svg scatter), and a screen has a tenth of the pixels anyway.
MOST_POINTS = 20_000


def thin(x: np.ndarray, y: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Indexes, ascending, of at most `most` points (x ascending). All of them when they are few enough."""
    if len(x) <= most:
        return np.arange(len(x))
    stretches = most // 4
    edges = np.linspace(x[0], x[-1], stretches + 1)
    stretch = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, stretches - 1)
    starts = np.flatnonzero(np.r_[True, np.diff(stretch) > 0])
    order = np.lexsort((y, stretch))  # within a stretch by height: its ends are the lowest and the highest
    ends = np.r_[starts[1:], len(x)] - 1
    return np.unique(np.concatenate([starts, ends, order[starts], order[ends]]))
