"""What a contrastive tuning learns from: which rows of a batch belong together, and batches in which some do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PAIRS = 16  # of each batch: 32 texts
LEAST_STEPS, MOST_STEPS = 60, 300
_PASSES = 3


def steps_for(n: int) -> int:
    """Return the batches for `n` texts: each begins a pair about three times, within 60 and 300 batches.

    >>> steps_for(20), steps_for(616), steps_for(50_000)
    (60, 116, 300)
    """
    return int(np.clip(-(-_PASSES * n // PAIRS), LEAST_STEPS, MOST_STEPS))


def shared(truth: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return how much two rows of an indicator array [n, L] share, [n, n]: labels of both over labels of either.

    Of a single label a row that is 1 or 0 (Jaccard 1912). A row is not its own partner: the diagonal is 0.

    >>> shared(np.array([[1, 0], [1, 0], [1, 1]])).tolist()
    [[0.0, 1.0, 0.5], [1.0, 0.0, 0.5], [0.5, 0.5, 0.0]]
    """
    rows = truth.astype(np.float32)
    both = rows @ rows.T
    sizes = rows.sum(axis=1)
    either = sizes[:, None] + sizes[None] - both
    found = both / np.maximum(either, 1)
    np.fill_diagonal(found, 0)
    return np.asarray(found, dtype=np.float32)


def batches(truth: NDArray[np.integer], steps: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return row numbers [steps, 2 x pairs] of an indicator array [n, L], n > 0: 16 rows, then a partner of each.

    Rows come in turn, in random order; a partner shares a label, and is the row itself where no other one does.

    >>> found = batches(np.eye(2, dtype=int)[[0, 0, 1, 1]], 3, np.random.default_rng(0))
    >>> found.shape, bool((found[:, :16] // 2 == found[:, 16:] // 2).all())
    ((3, 32), True)
    """
    n = len(truth)
    order = np.concatenate([rng.permutation(n) for _ in range(-(-steps * PAIRS // n))])
    first = order[: steps * PAIRS]
    by_label = [np.flatnonzero(column) for column in truth.T]
    own = [np.flatnonzero(row) for row in truth]
    second = first.copy()
    for place, row in enumerate(first):
        if len(own[row]):
            mates = by_label[int(rng.choice(own[row]))]
            mates = mates[mates != row]
            second[place] = rng.choice(mates) if len(mates) else row
    return np.hstack([first.reshape(steps, PAIRS), second.reshape(steps, PAIRS)]).astype(np.int64)
