"""Exact nearest neighbours by cosine, read chunk by chunk: a matrix that lies in a file is never loaded whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHUNK = 8_192  # rows looked at together: some 12 MB of 384 dimensions
LENGTHS_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Nearest:
    """The rows nearest to a query, the most similar first: `rows` [m] and their `cosine` [m]."""

    rows: NDArray[np.int64]
    cosine: NDArray[np.float32]


def nearest(
    vectors: NDArray[np.floating],
    query: NDArray[np.floating],
    k: int,
    *,
    allowed: NDArray[np.bool_] | None = None,
    chunk: int = CHUNK,
) -> Nearest:
    """Return the `k` rows of `vectors` [n, dim] with the highest cosine to `query` [dim]; of equal ones the first.

    `vectors` may be mapped from a file, float16 or float32; `allowed` [n] leaves rows out. Rows that are not finite
    are left out, and rows of zeros have a cosine of 0. A query of zeros has no direction and so no neighbours.
    Raises ValueError for a query of another width.

    >>> found = nearest(np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 4.0]]), np.array([0.0, 1.0]), 2)
    >>> found.rows.tolist(), found.cosine.round(2).tolist()
    ([1, 2], [1.0, 0.800000011920929])
    """
    if vectors.ndim != 2 or query.shape != vectors.shape[1:]:
        raise ValueError(f"a query of shape {query.shape} for vectors of shape {vectors.shape}")
    length = float(np.linalg.norm(query.astype(np.float64)))
    best = Nearest(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
    if k < 1 or not np.isfinite(length) or length == 0:
        return best
    unit = (query / length).astype(np.float32)
    are_units = have_unit_length(vectors)
    for start in range(0, len(vectors), chunk):
        rows = np.asarray(vectors[start : start + chunk], dtype=np.float32)
        # twice as fast as `rows @ unit`, which is made for matrices
        cosine = np.vecdot(rows, unit) if are_units else _cosine(rows, unit)
        if allowed is not None:
            cosine[~allowed[start : start + chunk]] = np.nan
        best = _better(best, cosine, start, k)
    return best


def have_unit_length(vectors: NDArray[np.floating], n_rows: int = LENGTHS_LOOKED_AT) -> bool:
    """Return whether rows spread evenly over `vectors` [n, dim] have length 1 or 0, as those of embedders do.

    >>> have_unit_length(np.array([[0.6, 0.8], [0.0, 0.0]])), have_unit_length(np.array([[3.0, 4.0]]))
    (True, False)
    """
    step = max(1, len(vectors) // n_rows)
    lengths = np.linalg.norm(np.asarray(vectors[::step], dtype=np.float32), axis=1)
    return bool((np.isclose(lengths, 1, atol=2e-3) | (lengths == 0) | ~np.isfinite(lengths)).all())


def _cosine(rows: NDArray[np.float32], unit: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1)
    return np.asarray(np.vecdot(rows, unit) / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _better(best: Nearest, cosine: NDArray[np.float32], start: int, k: int) -> Nearest:
    """Return the best `k` of those so far and of a chunk; of equal ones the row that comes first."""
    floor = best.cosine[-1] if len(best.rows) == k else np.float32(-np.inf)
    rows = np.flatnonzero(cosine > floor)  # never true of what is not a number
    if len(rows) == 0:
        return best
    together = np.concatenate([best.cosine, cosine[rows]])
    order = np.argsort(-together, kind="stable")[:k]
    return Nearest(np.concatenate([best.rows, rows + start])[order], together[order])
