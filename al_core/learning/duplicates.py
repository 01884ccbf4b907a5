"""Near-duplicates within a batch: two texts that say the same teach a learner no more than one of them."""

from __future__ import annotations

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
