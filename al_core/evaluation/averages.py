"""Curves of single labels, averages over labels, averages over repeats, and the band of a whole curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.precision import (
    ABSTAINED,
    LabelEstimate,
    PrecisionCurve,
    Predicted,
    clopper_pearson,
    precision_curve,
)

Floats = NDArray[np.float64]

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
    return clopper_pearson(curve.correct, curve.kept, 1 - (1 - level) / POINTS_OF_A_CURVE)


def mean_precision(curves: Sequence[PrecisionCurve]) -> Floats:
    """Return the precision [m] averaged over repeats of cross-validation, nan where no repeat keeps a record.

    The same records are judged in each repeat, so intervals are those of one repeat, never of all rows pooled.

    >>> one = precision_curve([0.9, 0.9], [True, False], [], 0, thresholds=np.array([0.5, 0.95]))
    >>> other = precision_curve([0.9, 0.2], [True, False], [], 0, thresholds=np.array([0.5, 0.95]))
    >>> mean_precision([one, other]).tolist()
    [0.75, nan]
    """
    stacked = np.stack([curve.precision for curve in curves])
    known = ~np.isnan(stacked)
    n = known.sum(axis=0)
    mean: Floats = np.divide(np.where(known, stacked, 0).sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0)
    return mean
