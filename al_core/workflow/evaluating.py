"""Evaluating: stored predictions against the current truth, always with n, interval and method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.correction import corrected_precision, expected_share
from al_core.evaluation.precision import (
    ABSTAINED,
    Estimate,
    LabelEstimate,
    PrecisionCurve,
    Predicted,
    clopper_pearson,
    precision_by_label,
    precision_curve,
)
from al_core.store import Store
from al_core.store.runs import Judged
from al_core.types import Heuristic, Run, Task
from al_core.workflow.thresholds import DEFAULT_THRESHOLD, min_confidence

Basis = Literal["random", "labels not random"]
ENOUGH_AUDIT = 60  # from here on the audit sample carries the estimate (DESIGN.md, section 5)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is known about a heuristic from its newest finished run.

    `estimate` holds at the thresholds in force: `threshold`, or `label_thresholds` where there are any. Where `basis`
    is "labels not random", `corrected` [m] is the precision expected on the unlabelled records along the curve's
    thresholds, and the precision of `estimate`; the intervals are those of all labels.
    """

    heuristic: Heuristic
    run: Run
    threshold: float
    threshold_set_by: str
    curve: PrecisionCurve
    estimate: Estimate
    by_label: dict[int, LabelEstimate]
    method: str
    n_judged: int
    n_new: int
    labels_newer: int
    basis: Basis
    corrected: NDArray[np.float64] | None
    label_thresholds: dict[int, float]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A labelled record whose kept prediction is not its truth."""

    record_no: int
    text: str
    truth: int
    predicted: int
    confidence: float


def evaluate(store: Store, heuristic: Heuristic) -> Evaluation | None:
    """Return how a heuristic's newest finished run stands against the present truth, None before its first one."""
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    if run is None:
        return None
    judged, method = headline(store.runs.judged(run.run_id, heuristic.task_id), run)
    basis = basis_of(judged)
    pool = Predicted(*store.runs.pool(run.run_id))
    correct = judged.predicted == judged.truth
    curve = precision_curve(judged.confidence, correct, pool.confidence, run.pool_size)
    threshold, set_by = store.heuristics.threshold(heuristic.heuristic_id) or (DEFAULT_THRESHOLD, "code")
    cuts = min_confidence(store, heuristic.heuristic_id, np.union1d(judged.predicted, pool.label_ids))
    by_label = precision_by_label(
        Predicted(judged.predicted, judged.confidence), judged.truth, cuts, pool=pool, pool_size=run.pool_size
    )
    estimate = _together(by_label, run.pool_size) if isinstance(cuts, dict) else curve.at(threshold)
    corrected = None
    if basis == "labels not random":
        corrected = corrected_precision(judged.confidence, correct, pool.confidence)
        kept = pool.confidence[pool.kept_label_ids(cuts) != ABSTAINED]
        if estimate.kept and len(kept):
            estimate = replace(estimate, precision=float(expected_share(judged.confidence, correct, kept).mean()))
    return Evaluation(
        heuristic=heuristic,
        run=run,
        threshold=threshold,
        threshold_set_by=set_by,
        curve=curve,
        estimate=estimate,
        by_label=by_label,
        method=method,
        n_judged=len(judged.record_no),
        n_new=int(judged.new.sum()),
        labels_newer=store.answers.newer(heuristic.task_id, run.label_revision),
        basis=basis,
        corrected=corrected,
        label_thresholds=cuts if isinstance(cuts, dict) else {},
    )


def _together(by_label: Mapping[int, Estimate], pool_size: int) -> Estimate:
    """Return the estimate of the predictions of all labels, each kept at its own threshold."""
    kept = sum(one.kept for one in by_label.values())
    correct = sum(one.correct for one in by_label.values())
    records = sum(one.records for one in by_label.values())
    low, high = clopper_pearson([correct], [kept])
    precision = correct / kept if kept else None
    return Estimate(precision, float(low[0]), float(high[0]), kept, correct, records, records / max(pool_size, 1))


def basis_of(judged: Judged) -> Basis:
    """Return what kind of labels the rows of `headline` have."""
    return "random" if bool(judged.audit.all()) else "labels not random"


def headline(judged: Judged, run: Run) -> tuple[Judged, str]:
    """Return the judged records that the headline estimate rests on, and the sentence that says so."""
    n, n_audit, n_new = len(judged.record_no), int(judged.audit.sum()), int(judged.new.sum())
    way = "On a hold-out of" if run.method == "holdout" else "Out-of-fold on"
    since = f" {n_new} of them answered since the run." if n_new else ""
    if n == 0:
        return judged, f"{way} 0 labels: none of them has a prediction of this run."
    if n == n_audit:
        return judged, f"{way} {n} labels, all drawn at random.{since}"
    if n_audit >= ENOUGH_AUDIT:
        only = Judged(**{name: getattr(judged, name)[judged.audit] for name in Judged.__slots__})
        since = f" {int(only.new.sum())} of them answered since the run." if only.new.any() else ""
        rest = f" {n - n_audit} labels chosen by a strategy are left out, they would bias it low."
        return only, f"{way} {n_audit} audit labels, drawn at random.{since}{rest}"
    return judged, (
        f"{way} {n} labels, labels not random: hard records were asked first, so their precision is too low. The "
        f"corrected line says what the other records will get; the band is that of all labels.{since} "
        f"From {ENOUGH_AUDIT} audit labels on, the audit sample alone carries the estimate; it has {n_audit}."
    )


def evaluate_all(store: Store, task: Task) -> dict[int, Evaluation]:
    """Return the evaluations of a task's heuristics that have a finished run, by heuristic id."""
    found = {h.heuristic_id: evaluate(store, h) for h in store.heuristics.all(task.task_id)}
    return {heuristic_id: evaluation for heuristic_id, evaluation in found.items() if evaluation is not None}


def set_threshold(store: Store, heuristic: Heuristic, value: float, person_id: int) -> float:
    """Return the threshold now stored for a heuristic: `value` rounded to two decimals within 0 and 1."""
    rounded = round(min(1.0, max(0.0, value)), 2)
    store.heuristics.set_threshold(heuristic.heuristic_id, rounded, "slider", person_id)
    return rounded


def kept_wrongly(store: Store, task: Task, evaluation: Evaluation, limit: int = 20) -> tuple[int, Sequence[Mistake]]:
    """Return how many judged records are kept with a wrong label, and the surest of them."""
    judged, _ = headline(store.runs.judged(evaluation.run.run_id, task.task_id), evaluation.run)
    cuts = evaluation.label_thresholds or evaluation.threshold
    kept = Predicted(judged.predicted, judged.confidence).kept_label_ids(cuts) != ABSTAINED
    wrong = np.flatnonzero(kept & (judged.predicted != judged.truth))
    shown = wrong[np.argsort(-judged.confidence[wrong], kind="stable")][:limit]
    numbers = [int(number) for number in judged.record_no[shown]]
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    mistakes = [
        Mistake(
            record_no=number,
            text=records[number].text,
            truth=int(judged.truth[row]),
            predicted=int(judged.predicted[row]),
            confidence=float(judged.confidence[row]),
        )
        for row, number in zip(shown, numbers, strict=True)
        if number in records
    ]
    return len(wrong), mistakes
