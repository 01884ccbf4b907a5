"""Curves of single labels, averages over labels, averages over repeats, and the band of a whole curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.precision import (
    ABSTAINED,
    Estimate,
    LabelEstimate,
    PrecisionCurve,
    Predicted,
    clopper_pearson,
    precision_curve,
)

Floats = NDArray[np.float64]

OneEstimate = TypeVar("OneEstimate", bound=Estimate)

POINTS_OF_A_CURVE = 20  # Bonferroni over so many thresholds covered the whole curve in 95 % of trials


@dataclass(frozen=True, slots=True)
class Averages:
    """Precision, recall and F1 over labels at one threshold; None where there is nothing to average.

    Micro counts every record once. Macro is the plain mean over labels: `n_precision` of them have a kept prediction,
    `n_recall` a labelled record; F1 is 0 for a label of which nothing was found.
    """

    micro_precision: float | None
    micro_recall: float | None
    micro_f1: float | None
    macro_precision: float | None
    macro_recall: float | None
    macro_f1: float | None
    n_precision: int
    n_recall: int


def averages(by_label: Mapping[int, LabelEstimate]) -> Averages:
    """Return micro and macro averages of the estimates of all labels.

    >>> one = LabelEstimate(1.0, 0.5, 1.0, kept=2, correct=2, records=0, coverage=0.0, labelled=4)
    >>> other = LabelEstimate(0.5, 0.1, 0.9, kept=2, correct=1, records=0, coverage=0.0, labelled=1)
    >>> found = averages({7: one, 8: other})
    >>> found.micro_precision, found.macro_precision, found.micro_recall, found.macro_recall
    (0.75, 0.75, 0.6, 0.75)
    """
    estimates = list(by_label.values())
    kept = sum(one.kept for one in estimates)
    correct = sum(one.correct for one in estimates)
    labelled = sum(one.labelled for one in estimates)
    precisions = [one.precision for one in estimates if one.precision is not None]
    recalls = [one.recall for one in estimates if one.recall is not None]
    f1s = [one.f1 for one in estimates if one.f1 is not None]
    return Averages(
        micro_precision=correct / kept if kept else None,
        micro_recall=correct / labelled if labelled else None,
        micro_f1=2 * correct / (kept + labelled) if kept + labelled else None,
        macro_precision=_mean(precisions),
        macro_recall=_mean(recalls),
        macro_f1=_mean(f1s),
        n_precision=len(precisions),
        n_recall=len(recalls),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def label_curves(
    predicted: Predicted, truth: NDArray[np.int64], pool: Predicted, pool_size: int
) -> dict[int, PrecisionCurve]:
    """Return the precision curve of each predicted label id, ascending; `truth` [n] belongs to `predicted` [n].

    >>> rows = Predicted(np.array([7, 8]), np.array([0.9, 0.4]))
    >>> label_curves(rows, np.array([7, 7]), rows, 2)[8].at(0.4).precision
    0.0
    """
    found = np.union1d(predicted.label_ids, pool.label_ids)
    curves = {}
    for label_id in found[found != ABSTAINED]:
        mine, of_pool = predicted.label_ids == label_id, pool.label_ids == label_id
        curves[int(label_id)] = precision_curve(
            predicted.confidence[mine], truth[mine] == label_id, pool.confidence[of_pool], pool_size
        )
    return curves


def whole_curve_band(curve: PrecisionCurve, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return lower and upper ends [m] that hold at all thresholds of a curve together with probability `level`.

    Clopper-Pearson at a twentieth of the error: neighbouring thresholds share most of their records, and on several
    data sets this covered whole curves as often as it says.

    >>> curve = precision_curve([0.9] * 50, [True] * 50, [], 0, thresholds=np.array([0.5]))
    >>> bool(whole_curve_band(curve)[0][0] < curve.low[0])
    True
    """
    return _around(curve.precision, curve.kept, 1 - (1 - level) / POINTS_OF_A_CURVE)


def mean_curve(curves: Sequence[PrecisionCurve], level: float = 0.95) -> PrecisionCurve:
    """Return the curve of several repeats of cross-validation: the mean precision, with the counts of the first.

    The same records are judged in each repeat, so an interval is that of one repeat around the mean, never of all rows
    pooled. A repeat that keeps no record at a threshold is left out there.

    >>> one = precision_curve([0.9, 0.9], [True, False], [], 0, thresholds=np.array([0.5, 0.95]))
    >>> other = precision_curve([0.9, 0.2], [True, False], [], 0, thresholds=np.array([0.5, 0.95]))
    >>> found = mean_curve([one, other])
    >>> found.precision.tolist(), found.kept.tolist()
    ([0.75, nan], [2, 0])
    """
    first = curves[0]
    if len(curves) == 1:
        return first
    stacked = np.stack([curve.precision for curve in curves])
    known = ~np.isnan(stacked)
    n = known.sum(axis=0)
    some = (n > 0) & (first.kept > 0)
    mean: Floats = np.divide(np.where(known, stacked, 0).sum(axis=0), n, out=np.full(len(n), np.nan), where=some)
    low, high = _around(mean, first.kept, level)
    return replace(first, precision=mean, low=low, high=high)


def mean_by_label(repeats: Sequence[Mapping[int, LabelEstimate]], level: float = 0.95) -> dict[int, LabelEstimate]:
    """Return the estimates of all labels with the mean precision of several repeats and the counts of the first.

    >>> one = LabelEstimate(1.0, 0.5, 1.0, kept=2, correct=2, records=0, coverage=0.0, labelled=2)
    >>> found = mean_by_label([{7: one}, {7: replace(one, precision=0.5, correct=1)}])[7]
    >>> found.precision, found.kept
    (0.75, 2)
    """
    return {
        label_id: mean_estimate([one[label_id] for one in repeats if label_id in one], level) for label_id in repeats[0]
    }


def mean_estimate(repeats: Sequence[OneEstimate], level: float = 0.95) -> OneEstimate:
    """Return the mean precision of several repeats with the counts of the first and its interval around the mean.

    >>> one = Estimate(1.0, 0.5, 1.0, kept=2, correct=2, records=0, coverage=0.0)
    >>> mean_estimate([one, replace(one, precision=0.5, correct=1)]).precision
    0.75
    """
    first = repeats[0]
    known = [one.precision for one in repeats if one.precision is not None]
    if len(repeats) == 1 or first.precision is None:
        return first
    mean = sum(known) / len(known)
    low, high = _around(np.array([mean]), np.array([first.kept]), level)
    return replace(first, precision=mean, low=float(low[0]), high=float(high[0]))


def together(by_label: Mapping[int, LabelEstimate], pool_size: int) -> Estimate:
    """Return the estimate of the predictions of all labels, each kept at its own threshold.

    >>> one = LabelEstimate(1.0, 0.5, 1.0, kept=3, correct=3, records=2, coverage=0.2, labelled=3)
    >>> found = together({7: one, 8: replace(one, precision=0.0, kept=1, correct=0, records=3)}, 10)
    >>> found.precision, found.kept, found.coverage
    (0.75, 4, 0.5)
    """
    kept = sum(one.kept for one in by_label.values())
    records = sum(one.records for one in by_label.values())
    right = sum(one.precision * one.kept for one in by_label.values() if one.precision is not None)
    precision = min(1.0, right / kept) if kept else None
    low, high = _around(np.array([precision or 0.0]), np.array([kept]), 0.95)
    correct = sum(one.correct for one in by_label.values())
    return Estimate(precision, float(low[0]), float(high[0]), kept, correct, records, records / max(pool_size, 1))


def _around(precision: Floats, kept: NDArray[np.int64], level: float) -> tuple[Floats, Floats]:
    right = np.nan_to_num(precision) * kept
    whole = np.rint(right)
    # a share of whole counts gives the count back, free of the last digit's error
    return clopper_pearson(np.where(np.isclose(right, whole), whole, right), kept, level)
