"""Near-duplicates: two texts that say the same teach a learner no more than one of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SAME = 0.97  # texts whose vectors have a cosine above this say the same


def first_of_each(text: NDArray[np.integer], vectors: NDArray[np.floating], same: float = SAME) -> NDArray[np.bool_]:
    """Return which rows [n] to keep of a ranked list: the first of each group of near-duplicates.

    `text` [n] has one number for each different text, `vectors` [n, dim] a row of zeros where there is no vector.
    A row goes when a kept one before it has the same text, or a vector with a cosine above `same`.

    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.01], [0.0, 0.0], [0.0, 1.0]])
    >>> first_of_each(np.array([0, 1, 0, 2]), vectors).tolist()
    [True, False, False, True]
    """
    if len(text) != len(vectors):
        raise ValueError(f"{len(text)} texts, but vectors of shape {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(lengths > 0, lengths, 1)
    close = (units @ units.T > same) | (text[:, None] == text[None, :])
    keep = np.zeros(len(text), dtype=np.bool_)
    for row in range(len(text)):
        keep[row] = not (close[row, :row] & keep[:row]).any()
    return keep


def near_duplicate_groups(
    vectors: NDArray[np.floating],
    same: float = SAME,
    *,
    on_progress: Callable[[float], None] = lambda fraction: None,
    block: int = 1_024,
) -> NDArray[np.int64]:
    """Return for each row of `vectors` [n, dim] the first row of its group [n]: itself where it stands for none.

    A row joins the most similar of the rows before it that begin a group, when their cosine is above `same`; so no
    chain leads from one text to quite another. Rows of zeros, or not finite, say nothing and stay alone. The
    comparison is exact and takes time with the square of n; `on_progress` hears the share of it that is done.

    >>> near_duplicate_groups(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.01], [0.02, 1.0]])).tolist()
    [0, 1, 0, 1]
    """
    n = len(vectors)
    units = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(units, axis=1)
    says = np.isfinite(lengths) & (lengths > 0)
    units = np.where(says[:, None], units / np.where(says, lengths, 1)[:, None], 0).astype(np.float32)
    first = np.arange(n, dtype=np.int64)
    leaders = np.zeros_like(units)
    leader_rows = np.zeros(n, dtype=np.int64)
    n_leaders = 0
    for start in range(0, n, block):
        rows = np.arange(start, min(n, start + block))
        rows = rows[says[rows]]
        found, cosine = _closest(units[rows], leaders[:n_leaders], block)
        joins = cosine > same
        first[rows[joins]] = leader_rows[found[joins]]
        fresh = _group_within(units, rows[~joins], first, same)
        leaders[n_leaders : n_leaders + len(fresh)] = units[fresh]
        leader_rows[n_leaders : n_leaders + len(fresh)] = fresh
        n_leaders += len(fresh)
        on_progress((min(n, start + block) / n) ** 2)
    return first


def _closest(
    rows: NDArray[np.float32], leaders: NDArray[np.float32], block: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return (place among the leaders [m], cosine [m]) of the leader most similar to each row; -1 without leaders."""
    place = np.zeros(len(rows), dtype=np.int64)
    best = np.full(len(rows), -1, dtype=np.float32)
    for start in range(0, len(leaders), 16 * block):
        cosine = rows @ leaders[start : start + 16 * block].T
        here = cosine.argmax(axis=1)
        value = cosine[np.arange(len(rows)), here]
        place, best = np.where(value > best, here + start, place), np.maximum(value, best)
    return place, best


def _group_within(
    units: NDArray[np.float32], rows: NDArray[np.int64], first: NDArray[np.int64], same: float
) -> NDArray[np.int64]:
    """Return which of `rows`, that no earlier group takes, begin a group; `first` learns where the others belong."""
    cosine = units[rows] @ units[rows].T
    begins: list[int] = []
    for place, row in enumerate(rows):
        to_groups = cosine[place, begins]
        if len(begins) and to_groups.max() > same:
            first[row] = rows[begins[int(to_groups.argmax())]]
        else:
            begins.append(place)
    return rows[np.array(begins, dtype=np.int64)]
