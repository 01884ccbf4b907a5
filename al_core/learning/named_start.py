"""What the learners for few labels share: how rows are scaled, and where the names of labels point among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from al_core.learning.prototypes import MOST_ROWS, pulled

Rows = NDArray[np.floating[Any]]


class NamedStart(BaseEstimator):  # type: ignore[misc]
    """An estimator that knows what labels are called, and rows of the project without their labels.

    Its parameters are told in `FewShotClassifier`. After `_settle` it has `centre_` [d] and `size_`, by which plain
    rows are scaled, and `name_prototypes_`, for each view an array [labels, d], or None without label vectors.
    """

    def __init__(
        self,
        label_names: Sequence[str] | None = None,
        label_vectors: ArrayLike | None = None,
        pool_sample: ArrayLike | None = None,
        *,
        views: int = 1,
        random_state: int = 0,
    ) -> None:
        self.label_names = label_names
        self.label_vectors = label_vectors
        self.pool_sample = pool_sample
        self.views = views
        self.random_state = random_state

    def _settle(self, rows: Rows, n_labels: int, rng: np.random.Generator) -> None:
        """Work out how rows are scaled, and where the names point in each view."""
        width = self.n_features_in_
        if self.views not in (1, 2) or width % self.views:
            raise ValueError(f"rows of {width} numbers cannot hold {self.views} views; views must be 1 or 2")
        pool = np.zeros((0, width)) if self.pool_sample is None else np.asarray(self.pool_sample)
        if len(pool) > MOST_ROWS:
            pool = pool[np.sort(rng.choice(len(pool), MOST_ROWS, replace=False))]
        vectors = None if self.label_vectors is None else np.asarray(self.label_vectors, dtype=np.float64)
        expected = (n_labels, width)
        if vectors is not None and vectors.shape != expected:
            raise ValueError(f"label_vectors has shape {vectors.shape}, not {expected}")
        if pool.shape[1] != width:
            raise ValueError(f"pool_sample has rows of {pool.shape[1]} numbers, not {width}")
        # features made for two views come centred and scaled; plain embeddings do not
        frame = pool if len(pool) else rows
        plain = self.views == 1 and len(frame) > 0
        self.centre_ = np.asarray(frame, dtype=np.float64).mean(axis=0) if plain else np.zeros(width)
        size = (
            np.sqrt((((np.asarray(frame, dtype=np.float64) - self.centre_) ** 2).sum(axis=1)).mean()) if plain else 1.0
        )
        self.size_ = float(size) if size > 0 else 1.0
        self.name_prototypes_ = None
        if vectors is not None:
            halves = zip(np.split(vectors, self.views, axis=1), self._views(pool), strict=True)
            self.name_prototypes_ = tuple(pulled(half, view) for half, view in halves)

    def _views(self, rows: Rows) -> list[Rows]:
        """Return the rows, centred and scaled where they need it, one matrix for each view."""
        if self.views == 1:
            return [(rows - self.centre_) / self.size_]
        return list(np.split(rows, self.views, axis=1))
