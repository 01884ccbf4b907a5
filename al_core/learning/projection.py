"""Vectors as points of a plane, near where the vectors are near: what a person can look at."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MOST_ROWS = 20_000  # more points than that show nothing more, and take minutes more
COMPONENTS = 50
STEPS = 500
_STEP = re.compile(r"Iteration (\d+)")


def plane(
    vectors: NDArray[np.floating],
    *,
    rng: np.random.Generator,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> NDArray[np.float32]:
    """Return a point [n, 2] in 0 .. 1 for each row of `vectors` [n, dim]; `on_progress` hears the share that is done.

    Principal components, then t-SNE from their plane on (van der Maaten and Hinton 2008), both of scikit-learn.
    Only who is near whom means something: neither the axes nor the distance of far points does. Fewer than five
    different rows are laid out by their principal components alone.

    >>> plane(np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]), rng=np.random.default_rng(0)).tolist()
    [[0.0, 0.5], [1.0, 0.5], [0.5, 0.5]]
    """
    rows = np.asarray(vectors, dtype=np.float32)
    n_different = len(np.unique(rows, axis=0))
    if n_different < 2:
        return np.full((len(rows), 2), 0.5, dtype=np.float32)
    reduced = _principal(rows, rng)
    if n_different < 5:
        return _in_unit_square(np.pad(reduced[:, :2], ((0, 0), (0, max(0, 2 - reduced.shape[1])))))
    from sklearn.manifold import TSNE

    start = np.pad(reduced[:, :2], ((0, 0), (0, max(0, 2 - reduced.shape[1]))))
    start = (start / start[:, 0].std() * 1e-4).astype(np.float32)
    learner = TSNE(
        perplexity=min(30.0, (len(rows) - 1) / 3),
        init=start,
        max_iter=STEPS,
        random_state=int(rng.integers(2**31)),
        verbose=2,
    )
    with contextlib.redirect_stdout(_Steps(on_progress)):
        return _in_unit_square(learner.fit_transform(reduced))


class _Steps(io.TextIOBase):
    """Reads the steps out of what scikit-learn prints, the only way in which it tells how far it is."""

    def __init__(self, on_progress: Callable[[float], None]) -> None:
        self._on_progress = on_progress

    def write(self, text: str) -> int:
        found = _STEP.search(text)
        if found:
            self._on_progress(min(1.0, int(found[1]) / STEPS))
        return len(text)


def _principal(rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the principal components [n, at most 50], with a sign that does not depend on the machine."""
    from sklearn.decomposition import PCA

    n_components = min(COMPONENTS, *rows.shape)
    seed = int(rng.integers(2**31))
    return np.asarray(PCA(n_components, random_state=seed).fit_transform(rows), dtype=np.float32)


def _in_unit_square(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return points [n, 2] moved and scaled, by the same factor along both axes, to the middle of 0 .. 1."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = float((high - low).max()) or 1.0
    return np.asarray((points - (low + high) / 2) / scale + 0.5, dtype=np.float32)
