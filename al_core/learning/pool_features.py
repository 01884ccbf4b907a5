"""Pool features: an encoder's vectors beside the project's own words, plain and smoothed over their neighbours.

They are fitted once on a project's texts (on a sample of a large one) and then applied in pieces, also to texts that
come later. Every row holds two views of one text side by side: the plain features, and the same features averaged
with those of its ten nearest landmarks, rows of the project that stand for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.learning.prototypes import unit

Floats = NDArray[np.float64]
Vectors = NDArray[np.floating]

WORDS_WEIGHT = 0.6
N_LANDMARKS, N_NEIGHBOURS = 2000, 10
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class PoolFeatures:
    """What is needed to apply the features: centres and scales, and the landmarks [m, width].

    `landmark_rows` [m] says which of the fitted rows each landmark is. `vector_centre` [d] and `word_centre` [v] are
    means over the fitted rows, `plain_size` and `smooth_size` the root mean squared lengths of their rows in the two
    views.
    """

    vector_centre: Floats
    word_centre: Floats
    landmarks: NDArray[np.float32]
    landmark_rows: NDArray[np.int64]
    plain_size: float
    smooth_size: float

    @property
    def width(self) -> int:
        """Return how many numbers one view has."""
        return len(self.vector_centre) + len(self.word_centre)

    def apply(self, vectors: Vectors, words: Vectors, own: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return float32 [n, 2 x width]: the plain and the smoothed view of rows, side by side.

        `vectors` [n, d] from the encoder, `words` [n, v] the reduced word counts. `own` [n] is the landmark that a row
        itself is, -1 for none: nobody is a neighbour of itself.
        """
        plain = _plain(vectors, words, self.vector_centre, self.word_centre) / self.plain_size
        smooth = _smoothed(plain, self.landmarks, own) / self.smooth_size
        return np.hstack([plain, smooth]).astype(np.float32)


def fit_pool_features(vectors: Vectors, words: Vectors, rng: np.random.Generator) -> tuple[PoolFeatures, Floats]:
    """Return the features fitted on rows, and both views [n, 2 x width] of these rows.

    `vectors` [n, d], `words` [n, v]; v may be 0. Of more than 2,000 rows as many are drawn as landmarks.

    >>> fitted, both = fit_pool_features(np.eye(3), np.zeros((3, 0)), np.random.default_rng(0))
    >>> both.shape, fitted.width
    ((3, 6), 3)
    """
    n = len(vectors)
    centres = (_mean(unit(vectors), vectors.shape[1]), _mean(unit(words), words.shape[1]))
    plain = _plain(vectors, words, *centres)
    plain_size = _size(plain)
    plain = plain / plain_size
    chosen = np.sort(rng.choice(n, N_LANDMARKS, replace=False)) if n > N_LANDMARKS else np.arange(n)
    own = np.full(n, -1, dtype=np.int64)
    own[chosen] = np.arange(len(chosen))
    landmarks = plain[chosen].astype(np.float32)
    smooth = _smoothed(plain, landmarks, own)
    smooth_size = _size(smooth)
    fitted = PoolFeatures(*centres, landmarks, chosen.astype(np.int64), plain_size, smooth_size)
    return fitted, np.hstack([plain, smooth / smooth_size])


def _mean(rows: Floats, width: int) -> Floats:
    return np.asarray(rows.mean(axis=0)) if len(rows) else np.zeros(width)


def _size(rows: Floats) -> float:
    """Return the root mean squared length of rows, 1 where all are zeros."""
    size = float(np.sqrt((rows**2).sum(axis=1).mean())) if len(rows) else 0.0
    return size if size > 0 else 1.0


def _plain(vectors: Vectors, words: Vectors, vector_centre: Floats, word_centre: Floats) -> Floats:
    """Return the centred vectors beside the centred words, which weigh less; a text of no known word has none."""
    says_nothing = ~np.any(words, axis=1, keepdims=True)
    by_words = np.where(says_nothing, 0.0, unit(words) - word_centre)
    return np.hstack([unit(unit(vectors) - vector_centre), WORDS_WEIGHT * unit(by_words)])


def _smoothed(plain: Floats, landmarks: NDArray[np.float32], own: NDArray[np.int64] | None) -> Floats:
    """Return each row averaged with its nearest landmarks, the nearer the more; by cosine, squared."""
    directions = unit(plain)
    if not len(landmarks):
        return _HALF * directions
    toward = unit(landmarks).astype(np.float32)
    cosines = directions.astype(np.float32) @ toward.T
    if own is not None:
        rows = np.flatnonzero(own >= 0)
        cosines[rows, own[rows]] = -1.0
    k = min(N_NEIGHBOURS, len(landmarks))
    nearest = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    weight = np.maximum(np.take_along_axis(cosines, nearest, axis=1), 0.0).astype(np.float64) ** 2
    total = weight.sum(axis=1, keepdims=True)
    weight = weight / np.where(total > 0, total, 1.0)
    mean = np.zeros_like(plain)
    for column in range(k):  # one neighbour at a time: all ten at once would be ten copies of the rows
        mean += weight[:, column, None] * landmarks[nearest[:, column]]
    return _HALF * directions + _HALF * unit(mean)
