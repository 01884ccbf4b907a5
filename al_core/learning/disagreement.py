"""Where heuristics contradict each other: records on which at least one of them is wrong."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

ABSTAINED = 0  # label ids begin at 1


def disagreement(labels: NDArray[np.integer], confidence: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how surely the heuristics contradict each other [n], in 0 .. 1; higher means: ask sooner.

    `labels` [n, m] are the label ids that m heuristics give, 0 where one abstains; `confidence` [n, m]. The score is
    the mean over all pairs of the product of their confidences where they differ: two that are sure of different
    labels count most. Raises ValueError for fewer than two heuristics.

    >>> disagreement(np.array([[1, 2], [1, 1], [1, 0]]), np.array([[0.9, 0.5], [0.9, 0.9], [0.9, 0.9]])).tolist()
    [0.45, 0.0, 0.0]
    """
    n_heuristics = labels.shape[1]
    if n_heuristics < 2:
        raise ValueError(f"disagreement needs two heuristics, not {n_heuristics}")
    pairs = list(combinations(range(n_heuristics), 2))
    total = np.zeros(len(labels), dtype=np.float64)
    for one, other in pairs:
        both = (labels[:, one] != ABSTAINED) & (labels[:, other] != ABSTAINED)
        differ = both & (labels[:, one] != labels[:, other])
        total += np.where(differ, confidence[:, one] * confidence[:, other], 0.0)
    return total / len(pairs)
