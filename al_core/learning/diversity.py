"""A diverse batch: hard records of different kinds, where a ranking alone would ask many of one kind.

Zhdanov, "Diverse mini-batch active learning" (2019): of ten times as many hard records as are wanted, one per
cluster, where harder ones pull the centres towards themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

WIDTH = 10  # so many times the batch are clustered
_ROUNDS = 10


def diverse_order(
    score: NDArray[np.floating], vectors: NDArray[np.floating], n: int, *, rng: np.random.Generator
) -> Rows:
    """Return all rows, each once: one of each of `n` clusters among the 10 n of the highest `score`, then the rest.

    `score` [m], at least 0, higher means: ask sooner; `vectors` [m, dim]. Each cluster gives the row that is nearest
    to its centre; those, and the rest, stand by score. There are fewer clusters where fewer vectors differ; rows of
    zeros have no direction and are of one kind. Similarity is the cosine, and a row weighs as much as its score.
    Raises ValueError for shapes that do not line up.

    >>> score = np.array([0.9, 0.8, 0.7, 0.1])
    >>> same_same_other = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> diverse_order(score, same_same_other, 2, rng=np.random.default_rng(0))[:2].tolist()
    [0, 2]
    """
    if len(score) != len(vectors):
        raise ValueError(f"{len(score)} scores, but vectors of shape {vectors.shape}")
    ranked: Rows = np.argsort(-np.asarray(score, dtype=np.float64), kind="stable").astype(np.int64)
    head = ranked[: WIDTH * n]
    if n < 2 or len(head) <= n:
        return ranked
    found = np.asarray(vectors[head], dtype=np.float64)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    units = found / np.where(lengths > 0, lengths, 1)
    weight = np.maximum(score[head], 0) + 1e-9  # where every score is 0 all weigh the same
    picked = np.sort(_nearest_to_centres(units, weight, _first_centres(units, weight, n, rng)))
    return np.concatenate([head[picked], np.delete(ranked, picked)])


def _first_centres(units: Floats, weight: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Return at most `n` different rows of `units`, far ones and heavy ones preferred (k-means++)."""
    chosen = [int(np.argmax(weight))]
    distance = 1 - units @ units[chosen[0]]
    while len(chosen) < n:
        chance = weight * np.where(distance > 1e-9, distance, 0)
        if not chance.any():
            break
        chosen.append(int(rng.choice(len(units), p=chance / chance.sum())))
        distance = np.minimum(distance, 1 - units @ units[chosen[-1]])
    return units[chosen]


def _nearest_to_centres(units: Floats, weight: Floats, centres: Floats) -> Rows:
    """Return the row nearest to each centre, after rounds in which centres move to the middle of their rows."""
    for _ in range(_ROUNDS):
        cluster = np.argmax(units @ centres.T, axis=1)
        share = np.where(cluster == np.arange(len(centres))[:, None], weight, 0)
        sums = share @ units
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        moved = np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), centres)
        if np.allclose(moved, centres):
            break
        centres = moved
    similarity = units @ centres.T
    cluster = np.argmax(similarity, axis=1)
    members = [np.flatnonzero(cluster == one) for one in np.unique(cluster)]
    return np.array([rows[np.argmax(similarity[rows, cluster[rows[0]]])] for rows in members], dtype=np.int64)
