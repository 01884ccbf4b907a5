"""Judging: which labelled predictions a headline rests on, and what they measure, averaged over repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.averages import mean_by_label, mean_curve, mean_estimate, together
from al_core.evaluation.correction import corrected_precision, expected_share
from al_core.evaluation.precision import (
    ABSTAINED,
    Estimate,
    LabelEstimate,
    PrecisionCurve,
    Predicted,
    precision_by_label,
    precision_curve,
)
from al_core.learning.methods import NAMES, read_method
from al_core.store import Store
from al_core.store.judging import AS_GIVEN
from al_core.store.run_results import WHOLE
from al_core.store.runs import Judged
from al_core.types import Run

Basis = Literal["random", "labels not random"]
Cuts = float | Mapping[int, float]
ENOUGH_OTHERS = 30  # with fewer records that a tuned encoder did not learn from there is no number
NOT_MEASURABLE = "not measurable yet"
ENOUGH_AUDIT = 60  # from here on the audit sample carries the estimate (DESIGN.md, section 5)


@dataclass(frozen=True, slots=True)
class Measured:
    """Precision along the thresholds, and at the thresholds in force: of all labels together and of each label id."""

    curve: PrecisionCurve
    estimate: Estimate
    by_label: dict[int, LabelEstimate]


def basis_of(judged: Judged) -> Basis:
    """Return what kind of labels the rows of `headline` have."""
    return "random" if bool(judged.audit.all()) else "labels not random"


def headline(judged: Judged, run: Run) -> tuple[Judged, str]:
    """Return the judged records that the headline estimate rests on, and the sentence that says so."""
    if not measurable(judged, run):
        return Judged(**{name: getattr(judged, name)[:0] for name in Judged.__slots__}), _not_measurable(judged, run)
    if (judged.start != WHOLE).any():
        return _headline_of_spans(judged, run)
    n, n_audit, n_new = len(judged.record_no), int(judged.audit.sum()), int(judged.new.sum())
    method = read_method(run.method)
    way = _way(run)
    after = _since(n_new) + _how(run)
    if n == 0 and run.method == NAMES:
        return judged, "A guess from the label names: no answer has judged it yet."
    if n == 0:
        return judged, f"{way} 0 labels: none of them has a prediction of this run."
    if n == n_audit:
        return judged, f"{way} {n} labels, all drawn at random.{after}"
    if n_audit >= ENOUGH_AUDIT:
        only = Judged(**{name: getattr(judged, name)[judged.audit] for name in Judged.__slots__})
        way = "On" if method.audit_kept_out else way
        after = _since(int(only.new.sum())) + _how(run)
        rest = f" {n - n_audit} labels chosen by a strategy are left out, they would bias it low."
        return only, f"{way} {n_audit} audit labels, drawn at random.{after}{rest}"
    return judged, (
        f"{way} {n} labels, labels not random: hard records were asked first, so their precision is too low. The "
        f"corrected line says what the other records will get; the band is that of all labels.{after} "
        f"From {ENOUGH_AUDIT} audit labels on, the audit sample alone carries the estimate; it has {n_audit}."
    )


def measurable(judged: Judged, run: Run) -> bool:
    """Return whether a run's encoder was tuned on no answer, or enough records have one that it did not learn from."""
    return not run.n_tuned or len(np.unique(judged.record_no)) >= ENOUGH_OTHERS


def _not_measurable(judged: Judged, run: Run) -> str:
    n = len(np.unique(judged.record_no))
    return (
        f"{NOT_MEASURABLE.capitalize()}: the encoder learnt from {run.n_tuned:,} texts, which cannot judge it. "
        f"Of the other records {n:,} {'has' if n == 1 else 'have'} an answer, {ENOUGH_OTHERS} are needed."
    )


def _headline_of_spans(judged: Judged, run: Run) -> tuple[Judged, str]:
    """Return the spans that the headline estimate rests on: those of the audit records, once there are enough."""
    n_audit, n_records = len(np.unique(judged.record_no[judged.audit])), len(np.unique(judged.record_no))
    only_audit = n_audit == n_records or n_audit >= ENOUGH_AUDIT
    chosen = judged
    if only_audit:
        chosen = Judged(**{name: getattr(judged, name)[judged.audit] for name in Judged.__slots__})
        n_records = n_audit
    n = len(chosen.record_no)
    what = f"{_way(run)} {n} predicted spans in {n_records} records"
    exact = "A span is right when its label and both borders are; spans of one record are not independent."
    after = _since(int(chosen.new.sum())) + _how(run)
    if only_audit:
        return chosen, f"{what}, all drawn at random. {exact}{after}"
    return chosen, (
        f"{what}, labels not random: hard records were asked first, so their precision is too low. {exact} The "
        f"corrected line says what the other records will get; the band is that of all labels.{after} "
        f"From {ENOUGH_AUDIT} audit records on, the audit sample alone carries the estimate; it has {n_audit}."
    )


def _way(run: Run) -> str:
    """Return how the predictions that are judged came about."""
    if run.method in AS_GIVEN:
        return "By a rule, on" if run.method == "rule" else "By predictions from a file, on"
    if run.method == NAMES:
        return "A guess from the label names, on"
    return "On a hold-out of" if run.method.startswith("holdout") else "Out-of-fold on"


def _since(n_new: int) -> str:
    return f" {n_new} of them answered since the run." if n_new else ""


def _how(run: Run) -> str:
    """Return what else is worth knowing about how a run judged itself."""
    method = read_method(run.method)
    said = f" The mean of {method.repeats} dealings of the folds." if method.repeats > 1 else ""
    return said + (" The audit sample was kept out of the fit." if method.audit_kept_out else "")


def repeats(store: Store, run: Run, task_id: int) -> tuple[Judged, ...]:
    """Return the judged records of further dealings of the folds, chosen as `headline` chooses; mostly empty."""
    further = range(1, read_method(run.method).repeats)
    return tuple(headline(store.runs.judged(run.run_id, task_id, number), run)[0] for number in further)


def unpredicted(store: Store, run: Run, task_id: int, basis: Basis) -> NDArray[np.int64]:
    """Return the true label ids [a] of labelled records that the run gave nothing: recall counts them as missed.

    Where the headline rests on random labels alone, so do these.
    """
    _, truth, audit = store.judging.missed(run.run_id, task_id)
    return truth[audit] if basis == "random" else truth


def measure(
    everyone: Sequence[Judged], without: NDArray[np.int64], cuts: Cuts, *, pool: Predicted, pool_size: int
) -> Measured:
    """Return the mean over all repeats, with the counts of the first; `without` as from `unpredicted`."""
    curves = [
        precision_curve(one.confidence, one.predicted == one.truth, pool.confidence, pool_size) for one in everyone
    ]
    by_label = [precision_by_label(*_with(one, without), cuts, pool=pool, pool_size=pool_size) for one in everyone]
    overall = mean_estimate([together(one, pool_size) for one in by_label])
    return Measured(mean_curve(curves), overall, mean_by_label(by_label))


def _with(judged: Judged, without: NDArray[np.int64]) -> tuple[Predicted, NDArray[np.int64]]:
    abstained = np.full(len(without), ABSTAINED)
    # 0: the record has another truth than this label or span; that is no label of its own that recall could miss
    truth = np.where(judged.truth > 0, judged.truth, ABSTAINED)
    return (
        Predicted(
            np.concatenate([judged.predicted, abstained]), np.concatenate([judged.confidence, np.zeros(len(without))])
        ),
        np.concatenate([truth, without]),
    )


def corrected_line(everyone: Sequence[Judged], pool: Predicted, cuts: Cuts) -> tuple[NDArray[np.float64], float | None]:
    """Return (expected precision on the unlabelled records [m], and at `cuts`), means over all repeats.

    The second is None where nothing unlabelled is kept.
    """
    kept = pool.confidence[pool.kept_label_ids(cuts) != ABSTAINED]
    lines, shares = [], []
    for one in everyone:
        correct = one.predicted == one.truth
        lines.append(corrected_precision(one.confidence, correct, pool.confidence))
        shares.append(expected_share(one.confidence, correct, kept).mean() if len(kept) else np.nan)
    share = float(np.mean(shares))
    return np.mean(lines, axis=0), None if np.isnan(share) else share
