"""What the curve does not show: which labels are taken for which, what confidences are worth, where the pool lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.precision import clopper_pearson

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions of about the same confidence: the mean of it, and the share that was right with its interval."""

    confidence: float
    precision: float
    low: float
    high: float
    n: int


def reliability(confidence: Floats, correct: NDArray[np.bool_], bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Return up to `bins` groups of about equally many predictions, by ascending confidence; [n] arrays.

    Equal confidences stay together, so a tree with two confidences gives two groups, and no predictions give none.

    >>> [(one.confidence, one.precision, one.n) for one in reliability(np.array([0.2, 0.8]), np.array([False, True]))]
    [(0.2, 0.0, 1), (0.8, 1.0, 1)]
    """
    if not len(confidence):
        return ()
    order = np.argsort(confidence, kind="stable")
    ordered, right = confidence[order], correct[order]
    wanted = np.linspace(0, len(ordered), min(bins, len(ordered)) + 1).astype(np.int64)
    # a border moves to the first prediction of its confidence
    borders = np.unique(np.concatenate([np.searchsorted(ordered, ordered[wanted[:-1]]), [len(ordered)]]))
    found = []
    for start, end in pairwise(borders):
        n, n_right = int(end - start), int(right[start:end].sum())
        low, high = clopper_pearson([n_right], [n])
        found.append(
            ReliabilityBin(round(float(ordered[start:end].mean()), 6), n_right / n, float(low[0]), float(high[0]), n)
        )
    return tuple(found)


def calibration_error(bins: Sequence[ReliabilityBin]) -> float | None:
    """Return the expected calibration error: the mean distance of confidence and precision, None without bins.

    >>> calibration_error(reliability(np.array([0.2, 0.8]), np.array([False, True])))
    0.2
    """
    n = sum(one.n for one in bins)
    return round(sum(one.n * abs(one.confidence - one.precision) for one in bins) / n, 6) if n else None


def confusion(truth: Counts, predicted: Counts, label_ids: Sequence[int]) -> Counts:
    """Return counts [L, L + 1]: rows are the true labels, columns the predicted ones and, last, none.

    `truth` and `predicted` [n] hold label ids; a prediction that is no label of `label_ids` counts as none, a truth
    that is none is left out.

    >>> confusion(np.array([7, 7, 8]), np.array([7, 8, -1]), (7, 8)).tolist()
    [[1, 1, 0], [0, 0, 1]]
    """
    place = {label_id: position for position, label_id in enumerate(label_ids)}
    counts = np.zeros((len(label_ids), len(label_ids) + 1), dtype=np.int64)
    for true_id, predicted_id in zip(truth.tolist(), predicted.tolist(), strict=True):
        if true_id in place:
            counts[place[true_id], place.get(predicted_id, len(label_ids))] += 1
    return counts


def histogram(confidence: Floats, bins: int = 20) -> Counts:
    """Return how many confidences lie in each of `bins` equal parts of 0 .. 1; 1 belongs to the last.

    >>> histogram(np.array([0.0, 0.49, 0.5, 1.0]), 2).tolist()
    [2, 2]
    """
    counts, _ = np.histogram(confidence, bins=bins, range=(0.0, 1.0))
    return counts.astype(np.int64)
