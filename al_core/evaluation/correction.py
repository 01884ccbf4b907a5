"""Precision on the records that nobody labelled, where the labels were not drawn at random.

Records that a strategy asked about are harder than the rest, so their share of right predictions is too low. How
right a *confidence* is differs less between the two, so that is learnt from the labelled records, and averaged over
the records that it will be used on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

from al_core.evaluation.precision import GRID

Floats = NDArray[np.float64]

_DECIMALS = 6


def corrected_precision(
    confidence: ArrayLike, correct: ArrayLike, pool_confidence: ArrayLike, thresholds: Floats = GRID
) -> Floats:
    """Return the expected precision [m] on the unlabelled records at each threshold, nan where none is kept.

    `confidence` and `correct` [n] belong to the labelled predictions, `pool_confidence` [p] to the unlabelled. The
    share that is right is fitted as a function of confidence that never falls (isotonic regression), read between
    its steps by straight lines, and averaged over the unlabelled predictions at or above each threshold. Without
    labelled predictions all is nan. Raises ValueError for nan.

    >>> corrected_precision([0.9, 0.5], [True, False], [0.9, 0.9, 0.5, 0.7], np.array([0.0, 0.6, 0.95])).tolist()
    [0.625, 0.8333333333333334, nan]
    """
    pool = np.sort(np.round(np.asarray(pool_confidence, dtype=np.float64), _DECIMALS))[::-1]
    total = np.concatenate([[0.0], np.cumsum(expected_share(confidence, correct, pool))])
    kept = np.searchsorted(-pool, -np.round(thresholds, _DECIMALS), side="right")
    expected: Floats = np.divide(total[kept], kept, out=np.full(len(thresholds), np.nan), where=kept > 0)
    return expected


def expected_share(confidence: ArrayLike, correct: ArrayLike, pool_confidence: ArrayLike) -> Floats:
    """Return how likely each unlabelled prediction [p] is right: the fit of `corrected_precision`, not averaged.

    >>> expected_share([0.9, 0.5], [True, False], [0.9, 0.7, 0.1]).round(6).tolist()
    [1.0, 0.5, 0.0]
    """
    labelled = np.round(np.asarray(confidence, dtype=np.float64), _DECIMALS)
    right = np.asarray(correct, dtype=np.float64)
    pool = np.asarray(pool_confidence, dtype=np.float64)
    if labelled.shape != right.shape:
        raise ValueError(f"confidence has shape {labelled.shape} but correct {right.shape}")
    if np.isnan(labelled).any() or np.isnan(pool).any():
        raise ValueError("a confidence is nan: leave predictions that abstain out")
    if not len(labelled):
        return np.full(len(pool), np.nan)
    levels, place = np.unique(labelled, return_inverse=True)
    n = np.bincount(place)
    fitted = isotonic_regression(np.bincount(place, right) / n, weights=n.astype(np.float64)).x
    share: Floats = np.interp(pool, levels, fitted)
    return share
