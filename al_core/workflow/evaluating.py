"""Evaluating: stored predictions against the current truth, always with n, interval and method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.precision import ABSTAINED, Estimate, LabelEstimate, PrecisionCurve, Predicted
from al_core.store import Store
from al_core.store.run_results import WHOLE, Judged
from al_core.text import around
from al_core.types import Heuristic, Run, Task
from al_core.workflow.judging import (
    ENOUGH_AUDIT,
    Basis,
    basis_of,
    corrected_line,
    headline,
    measurable,
    measure,
    repeats,
    unpredicted,
)
from al_core.workflow.several_worth import with_every_label
from al_core.workflow.thresholds import DEFAULT_THRESHOLD, min_confidence

__all__ = [
    "ENOUGH_AUDIT",
    "Basis",
    "Evaluation",
    "Mistake",
    "basis_of",
    "evaluate",
    "evaluate_all",
    "headline",
    "kept_wrongly",
    "set_threshold",
]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is known about a heuristic from its newest finished run.

    `estimate` holds at the thresholds in force: `threshold`, or `label_thresholds` where there are any. Where `basis`
    is "labels not random", `corrected` [m] is the precision expected on the unlabelled records along the curve's
    thresholds, and the precision of `estimate`; the intervals are those of all labels. `n_abstained` labelled records
    got no prediction at all: recall counts them as missed. Unless `is_measurable`, too few records have an answer that
    a tuned encoder did not learn from, and there is no figure.
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
    n_abstained: int = 0
    is_measurable: bool = True


@dataclass(frozen=True, slots=True)
class Mistake:
    """A labelled record whose kept prediction is not its truth; `text` is its text, or the words around a span."""

    record_no: int
    text: str
    truth: int
    predicted: int
    confidence: float


def evaluate(store: Store, heuristic: Heuristic, run: Run | None = None) -> Evaluation | None:
    """Return how a heuristic's current run, or the one given, stands against the present truth; None without one."""
    run = run or store.runs.last(heuristic.heuristic_id, finished=True)
    if run is None:
        return None
    rows = store.runs.judged(run.run_id, heuristic.task_id)
    judged, method = headline(rows, run)
    everyone = (judged, *repeats(store, run, heuristic.task_id))
    basis = basis_of(judged)
    pool = Predicted(*store.runs.pool(run.run_id))
    threshold, set_by = store.heuristics.threshold(heuristic.heuristic_id) or (DEFAULT_THRESHOLD, "code")
    cuts = min_confidence(store, heuristic.heuristic_id, np.union1d(judged.predicted, pool.label_ids))
    is_measurable = measurable(rows, run)
    without = unpredicted(store, run, heuristic.task_id, basis) if is_measurable else rows.truth[:0]
    measured = measure(everyone, without, cuts, pool=pool, pool_size=run.pool_size)
    measured = with_every_label(store, heuristic, run, measured)
    estimate = measured.estimate
    if basis == "random":
        corrected = None
    else:
        corrected, share = corrected_line(everyone, pool, cuts)
        estimate = estimate if share is None or not estimate.kept else replace(estimate, precision=share)
    return Evaluation(
        heuristic=heuristic,
        run=run,
        threshold=threshold,
        threshold_set_by=set_by,
        curve=measured.curve,
        estimate=estimate,
        by_label=measured.by_label,
        method=method,
        n_judged=len(judged.record_no),
        n_new=int(judged.new.sum()),
        labels_newer=store.answers.newer(heuristic.task_id, run.label_revision),
        basis=basis,
        corrected=corrected,
        label_thresholds=cuts if isinstance(cuts, dict) else {},
        n_abstained=len(without),
        is_measurable=is_measurable,
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
        mistake(judged, int(row), records[number].text)
        for row, number in zip(shown, numbers, strict=True)
        if number in records
    ]
    return len(wrong), mistakes


def mistake(judged: Judged, row: int, text: str) -> Mistake:
    """Return a judged prediction with its record's text; of a span, the words around it."""
    start, end = int(judged.start[row]), int(judged.end[row])
    return Mistake(
        record_no=int(judged.record_no[row]),
        text=text if start == WHOLE else around(text, start, end),
        truth=int(judged.truth[row]),
        predicted=int(judged.predicted[row]),
        confidence=float(judged.confidence[row]),
    )
