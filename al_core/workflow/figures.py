"""The figures of every heuristic of a task as plain rows: what the command line prints and scripts read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from al_core.evaluation.averages import averages
from al_core.store import Store
from al_core.types import Task
from al_core.workflow.evaluating import Evaluation, evaluate_all


def figures(store: Store, task: Task) -> list[dict[str, Any]]:
    """Return a row for each heuristic with a finished run, of all labels (`label` None), and one for each label.

    Every row has precision with low, high and n, recall with the n_labelled records that it is a share of, F1, coverage
    and method; the row of all labels has the micro and macro averages besides. What is unknown is None, never 0.
    """
    found = evaluate_all(store, task).values()
    return [row for evaluation in found for row in (_overall(evaluation), *_by_label(task, evaluation))]


def _overall(evaluation: Evaluation) -> dict[str, Any]:
    means = averages(evaluation.by_label)
    estimate = evaluation.estimate
    return _row(evaluation, None, evaluation.threshold) | {
        "precision": estimate.precision,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.kept,
        "recall": means.micro_recall,
        "f1": means.micro_f1,
        "n_labelled": sum(one.labelled for one in evaluation.by_label.values()),
        "coverage": estimate.coverage,
        "micro": {"precision": means.micro_precision, "recall": means.micro_recall, "f1": means.micro_f1},
        "macro": {
            "precision": means.macro_precision,
            "recall": means.macro_recall,
            "f1": means.macro_f1,
            "n_precision": means.n_precision,
            "n_recall": means.n_recall,
        },
    }


def _by_label(task: Task, evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    names = {label.label_id: label.name for label in task.labels}
    for label_id, one in evaluation.by_label.items():
        if label_id in names:
            threshold = evaluation.label_thresholds.get(label_id, evaluation.threshold)
            yield _row(evaluation, names[label_id], threshold) | {
                "precision": one.precision,
                "low": one.low,
                "high": one.high,
                "n": one.kept,
                "recall": one.recall,
                "f1": one.f1,
                "n_labelled": one.labelled,
                "coverage": one.coverage,
            }


def _row(evaluation: Evaluation, label: str | None, threshold: float) -> dict[str, Any]:
    return {
        "heuristic": evaluation.heuristic.name,
        "label": label,
        "threshold": threshold,
        "basis": evaluation.basis,
        "method": evaluation.method,
    }
