"""Precision against `min_confidence`: what is kept, how much of it is right, and within which interval.

`correct` always comes from out-of-fold predictions, or from rules and runs that never saw the answer; nothing here
can tell in-sample figures from honest ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from al_core.errors import InvalidInput

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

ABSTAINED = -1  # label id of a record without a prediction

GRID: Floats = np.arange(101) / 100
GRID.setflags(write=False)

# Confidences are rounded to six decimals, so thresholds are compared in millionths: 0.83 keeps what shows as 0.83,
# whether it was computed, stored as a 32-bit float, or typed. The chart in the browser does the same.
_STEPS_PER_UNIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """Precision of the predictions kept at one threshold; `precision` is None where no labelled one is kept."""

    precision: float | None
    low: float
    high: float
    kept: int
    correct: int
    records: int
    coverage: float


@dataclass(frozen=True, slots=True)
class LabelEstimate(Estimate):
    """Precision of the kept predictions of one label, and how many of the `labelled` records of it they found."""

    labelled: int

    @property
    def recall(self) -> float | None:
        """Return the share of the label's labelled records that got it, kept; None without such records."""
        return self.correct / self.labelled if self.labelled else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of precision and recall; None where there is neither."""
        return 2 * self.correct / (self.kept + self.labelled) if self.kept + self.labelled else None


@dataclass(frozen=True, slots=True)
class PrecisionCurve:
    """Precision at each of m ascending thresholds; all arrays are [m].

    `kept` and `correct` count labelled records, `records` those of the pool; `precision` is nan where `kept` is 0,
    and `low` and `high` are 0 and 1 there. The intervals hold at each threshold taken alone.
    """

    thresholds: Floats
    kept: Counts
    correct: Counts
    precision: Floats
    low: Floats
    high: Floats
    records: Counts
    pool_size: int

    @property
    def coverage(self) -> Floats:
        """Return the share [m] of the pool that gets a kept prediction; 0 for an empty pool."""
        return self.records / max(self.pool_size, 1)

    def at(self, threshold: float) -> Estimate:
        """Return the estimate at `threshold`, which must be one of `thresholds` (to six decimals).

        Raises InvalidInput otherwise: for a threshold off the grid, compute the curve with it among `thresholds`.
        """
        found = np.flatnonzero(_millionths(self.thresholds) == _millionths(threshold))
        if not len(found):
            raise InvalidInput(
                f"The curve has no point at {threshold}.", "Compute it with this threshold among its thresholds."
            )
        index = int(found[0])
        kept, correct = int(self.kept[index]), int(self.correct[index])
        return Estimate(
            precision=float(self.precision[index]) if kept else None,
            low=float(self.low[index]),
            high=float(self.high[index]),
            kept=kept,
            correct=correct,
            records=int(self.records[index]),
            coverage=float(self.coverage[index]),
        )


def keep(confidence: ArrayLike, min_confidence: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each prediction [n] is kept: its calibrated confidence is >= `min_confidence`.

    `min_confidence` is one number, or one for each prediction [n]. Both are compared to six decimals. A confidence
    of nan is never kept.

    >>> keep([0.82, 0.83, 0.84], 0.83).tolist()
    [False, True, True]
    """
    kept: NDArray[np.bool_] = np.asarray(_millionths(confidence) >= _millionths(min_confidence))
    return kept


def _millionths(values: ArrayLike) -> Floats:
    """Return `values` as whole millionths, still as floats so that nan stays nan."""
    return np.rint(np.asarray(values, dtype=np.float64) * _STEPS_PER_UNIT)


def clopper_pearson(correct: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the lower and upper ends [m] of the exact interval for a share, from `correct` out of `n` each.

    Clopper and Pearson (1934) with equal tails: beta quantiles, which take the mean count of several repeats, a
    fraction, as well. Where `n` is 0 the ends are 0 and 1. Raises ValueError where `correct` is not from 0 to `n`, or
    `level` not between 0 and 1.

    >>> low, high = clopper_pearson([44, 0], [44, 0])
    >>> low.round(4).tolist(), high.tolist()
    ([0.9196, 0.0], [1.0, 1.0])
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    right, total = np.broadcast_arrays(np.asarray(correct, dtype=np.float64), np.asarray(n, dtype=np.float64))
    if not np.all((right >= 0) & (right <= total)):
        raise ValueError("correct must be from 0 to n everywhere")
    tail = (1 - level) / 2
    wrong = total - right
    # The quantiles are undefined at the two extremes, where the interval ends at 0 or 1 by definition.
    low = np.where(right > 0, betaincinv(np.where(right > 0, right, 1), wrong + 1, tail), 0.0)
    high = np.where(wrong > 0, betaincinv(right + 1, np.where(wrong > 0, wrong, 1), 1 - tail), 1.0)
    return low, high


def precision_curve(
    confidence: ArrayLike,
    correct: ArrayLike,
    pool_confidence: ArrayLike,
    pool_size: int,
    *,
    thresholds: Floats = GRID,
    level: float = 0.95,
) -> PrecisionCurve:
    """Return precision, its pointwise interval, and coverage at every threshold.

    `confidence` and `correct` [n] belong to the labelled records with a prediction, `pool_confidence` [p] to the
    predictions on the `pool_size` unlabelled records; who abstained is in neither. Empty arrays are fine. Takes
    O(n log n). Raises ValueError for nan, for thresholds that do not ascend, or a pool smaller than its predictions.

    >>> curve = precision_curve([0.9, 0.8, 0.3], [True, True, False], [0.95, 0.4], 4, thresholds=np.array([0.0, 0.5]))
    >>> curve.kept.tolist(), curve.correct.tolist(), curve.coverage.tolist()
    ([3, 2], [2, 2], [0.5, 0.25])
    """
    labelled = _millionths(confidence)
    right = np.asarray(correct, dtype=np.bool_)
    pool = _millionths(pool_confidence)
    cuts = _millionths(thresholds)
    if labelled.shape != right.shape:
        raise ValueError(f"confidence has shape {labelled.shape} but correct {right.shape}")
    if np.isnan(labelled).any() or np.isnan(pool).any():
        raise ValueError("a confidence is nan: leave predictions that abstain out")
    if np.any(np.diff(cuts) <= 0):
        raise ValueError("thresholds must ascend")
    if len(pool) > pool_size:
        raise ValueError(f"{len(pool)} predictions in a pool of {pool_size} records")
    kept, n_correct = _at_or_above(labelled, cuts), _at_or_above(labelled[right], cuts)
    low, high = clopper_pearson(n_correct, kept, level)
    precision = np.divide(n_correct, kept, out=np.full(len(cuts), np.nan), where=kept > 0)
    return PrecisionCurve(
        np.asarray(thresholds), kept, n_correct, precision, low, high, _at_or_above(pool, cuts), pool_size
    )


def _at_or_above(values: Floats, cuts: Floats) -> Counts:
    """Return how many `values` reach each of the `cuts` [m], both in millionths."""
    counts: Counts = len(values) - np.searchsorted(np.sort(values), cuts, side="left")
    return counts


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predictions on some records: `label_ids` int64 [n], ABSTAINED where there is none, and `confidence` [n]."""

    label_ids: NDArray[np.int64]
    confidence: Floats

    def kept_label_ids(self, min_confidence: float | Mapping[int, float]) -> NDArray[np.int64]:
        """Return the label id of each prediction that is kept, and ABSTAINED for the others, int64 [n].

        `min_confidence` is one number or one per label id; raises KeyError for a predicted label without one.
        """
        if not isinstance(min_confidence, Mapping):
            return np.where(keep(self.confidence, min_confidence), self.label_ids, ABSTAINED)
        found, place = np.unique(self.label_ids, return_inverse=True)
        cuts = [min_confidence[int(label_id)] if label_id != ABSTAINED else 1.0 for label_id in found]
        return np.where(keep(self.confidence, np.array(cuts)[place]), self.label_ids, ABSTAINED)


def precision_by_label(
    predicted: Predicted,
    truth: NDArray[np.int64],
    min_confidence: float | Mapping[int, float],
    *,
    pool: Predicted,
    pool_size: int,
    level: float = 0.95,
) -> dict[int, LabelEstimate]:
    """Return the estimate of every label id at a threshold, in ascending order of the ids.

    `predicted` and `truth` [n] cover all labelled records, also those where the prediction abstained: they count
    against recall. `pool` holds the predictions on the unlabelled records, `pool_size` counts these records.
    `min_confidence` is one number or one per label id. A label is listed when it occurs in any of the three arrays.

    >>> rows = Predicted(np.array([7, 7, 8, ABSTAINED]), np.array([0.9, 0.8, 0.7, 0.0]))
    >>> found = precision_by_label(rows, np.array([7, 8, 8, 8]), 0.5, pool=rows, pool_size=4)
    >>> found[7].precision, found[8].precision, found[8].recall
    (0.5, 1.0, 0.3333333333333333)
    """
    if not len(predicted.label_ids) == len(predicted.confidence) == len(truth):
        raise ValueError(f"{len(predicted.label_ids)} predictions but {len(truth)} true labels")
    label_ids = np.unique(np.concatenate([predicted.label_ids, pool.label_ids, truth]))
    label_ids = label_ids[label_ids != ABSTAINED]
    kept_ids = predicted.kept_label_ids(min_confidence)
    kept = _count_of(kept_ids, label_ids)
    correct = _count_of(kept_ids[kept_ids == truth], label_ids)
    labelled = _count_of(truth, label_ids)
    records = _count_of(pool.kept_label_ids(min_confidence), label_ids)
    low, high = clopper_pearson(correct, kept, level)
    return {
        int(label_id): LabelEstimate(
            precision=int(correct[row]) / int(kept[row]) if kept[row] else None,
            low=float(low[row]),
            high=float(high[row]),
            kept=int(kept[row]),
            correct=int(correct[row]),
            records=int(records[row]),
            coverage=int(records[row]) / max(pool_size, 1),
            labelled=int(labelled[row]),
        )
        for row, label_id in enumerate(label_ids)
    }


def _count_of(values: NDArray[np.int64], label_ids: NDArray[np.int64]) -> Counts:
    """Return how often each of the ascending `label_ids` [m] occurs in `values`."""
    ordered = np.sort(values)
    counts: Counts = np.searchsorted(ordered, label_ids, "right") - np.searchsorted(ordered, label_ids, "left")
    return counts
