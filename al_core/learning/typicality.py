"""The cold start: which records to ask about before anything is known, by typicality.

Typical records of different regions teach a first learner more than random ones: about a third fewer labels for
the same accuracy. The idea is TypiClust (Hacohen, Dekel and Weinshall 2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]

STEPS = (20, 40, 60, 80, 100)
MOST_ROWS = 20_000  # larger projects are represented by a sample of this size
N_NEIGHBOURS = 20

# One cluster can hold nearly everything (a thousand copies of one message); its similarities are a square matrix.
_MOST_ROWS_PER_CLUSTER = 2_000


def typical_order(vectors: Vectors, *, steps: Sequence[int] = STEPS, rng: np.random.Generator) -> Rows:
    """Return the rows of `vectors` [n, dim] to ask about first, in order, each once; at most `steps[-1]` of them.

    For each of the ascending `steps` k in turn the rows are clustered into k, and every cluster without a row
    already picked, the largest first, gives its most typical row, until k rows are picked. The order is shorter
    where there are fewer rows, or fewer different ones, and by the clusters that come out empty; rows of zeros have
    no direction and are left out.
    Similarity is the cosine. Above 20,000 rows a sample drawn with `rng` stands for all.

    >>> two_regions = np.array([[1, 0], [1, 0.1], [1, 0.2], [0, 1], [0.1, 1]], dtype=np.float32)
    >>> typical_order(two_regions, steps=(2,), rng=np.random.default_rng(0)).tolist()
    [1, 3]
    """
    if not steps or steps[0] < 1 or any(later <= earlier for earlier, later in pairwise(steps)):
        raise ValueError(f"steps must ascend from 1 or more, not {tuple(steps)}")
    rows = np.arange(len(vectors), dtype=np.int64)
    if len(rows) > MOST_ROWS:
        rows = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
    lengths = np.linalg.norm(np.asarray(vectors[rows], dtype=np.float64), axis=1)
    rows, lengths = rows[lengths > 0], lengths[lengths > 0]
    units = (vectors[rows] / lengths[:, None]).astype(np.float32)
    picked: list[int] = []
    for step in steps:
        picked += _picks_of_step(units, picked, step, rng)
    order: Rows = rows[np.array(picked, dtype=np.int64)]
    return order


def _picks_of_step(units: Vectors, picked: Sequence[int], step: int, rng: np.random.Generator) -> list[int]:
    """Return the rows that bring `picked` to `step` rows, or to as many as there are clusters for."""
    n_clusters = min(step, len(units))
    if n_clusters <= len(picked):
        return []
    cluster = _clusters(units, n_clusters, rng)
    sizes = np.bincount(cluster, minlength=n_clusters)
    sizes[cluster[list(picked)]] = 0
    picks: list[int] = []
    for index in np.argsort(-sizes, kind="stable")[: n_clusters - len(picked)]:
        if sizes[index] > 0:
            picks.append(_most_typical(units, np.flatnonzero(cluster == index), rng))
    return picks


def _clusters(units: Vectors, n_clusters: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the cluster [n] of each row; some of the `n_clusters` may stay empty."""
    # Imported here: it takes two seconds, and whoever reads a stored order does not need it.
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(n_clusters, n_init=1, random_state=int(rng.integers(2**31)))
    return np.asarray(model.fit_predict(units), dtype=np.int64)


def _most_typical(units: Vectors, members: Rows, rng: np.random.Generator) -> int:
    """Return the member with the highest mean cosine to its 20 nearest among the members."""
    if len(members) > _MOST_ROWS_PER_CLUSTER:
        members = np.sort(rng.choice(members, _MOST_ROWS_PER_CLUSTER, replace=False))
    n_nearest = min(N_NEIGHBOURS, len(members) - 1)
    if n_nearest == 0:
        return int(members[0])
    similarity = units[members] @ units[members].T
    np.fill_diagonal(similarity, -np.inf)  # nobody is a neighbour of itself
    nearest = np.partition(similarity, -n_nearest, axis=1)[:, -n_nearest:]
    return int(members[np.argmax(nearest.mean(axis=1))])
