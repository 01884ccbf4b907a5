"""Who votes on what: the label matrix of a task, and the records behind each number that is read off it.

The overview counts these records and the Records page lists them, so that a number and its link agree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from al_core.store import Store
from al_core.types import Heuristic, Run, Task
from al_core.votes import LabelMatrix, Part, label_matrix
from al_core.workflow.span_votes import judged_span_votes, kept_span_votes
from al_core.workflow.thresholds import is_kept

Rows = NDArray[np.int64]


def voters(store: Store, task: Task) -> list[tuple[Heuristic, Run]]:
    """Return the task's enabled heuristics that have a finished run, each with its newest."""
    runs = [(one, store.runs.last(one.heuristic_id, finished=True)) for one in store.heuristics.all(task.task_id)]
    return [(one, run) for one, run in runs if run is not None and one.enabled]


def kept_votes(store: Store, task: Task) -> LabelMatrix:
    """Return the surest kept prediction of each voter, a row for each record; of spans, for each group that touches."""
    if task.kind == "extraction":
        return kept_span_votes(store, voters(store, task))
    columns = {}
    for heuristic, run in voters(store, task):
        said = store.views.said(run.run_id)
        kept = is_kept(store, heuristic.heuristic_id, said.label, said.confidence)
        units, first = np.unique(said.record_no[kept], return_index=True)  # by rank: the surest of each record
        columns[heuristic.heuristic_id] = (units, said.label[kept][first])
    return label_matrix(columns)


def judged_votes(store: Store, task: Task) -> tuple[LabelMatrix, NDArray[np.int32]]:
    """Return (votes on labelled records by predictions that never saw the label, the true label of each row [n])."""
    if task.kind == "extraction":
        return judged_span_votes(store, task, voters(store, task))
    columns: dict[int, tuple[Rows, Rows]] = {}
    units, truth = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for heuristic, run in voters(store, task):
        judged = store.runs.judged(run.run_id, task.task_id)
        second = judged.predicted if task.kind == "multi_label" else np.zeros_like(judged.predicted)
        places = np.column_stack([judged.record_no, second])
        kept = is_kept(store, heuristic.heuristic_id, judged.predicted, judged.confidence)
        columns[heuristic.heuristic_id] = (places[kept], judged.predicted[kept])
        units.append(places)
        truth.append(judged.truth)
    matrix = label_matrix(columns)
    if not len(matrix.units):
        return matrix, np.zeros(0, dtype=np.int32)
    known, first = np.unique(np.concatenate(units), axis=0, return_index=True)
    return matrix, matrix.truth_of(known, np.concatenate(truth)[first])


def records_behind(store: Store, task: Task, part: Part, heuristic_id: int = 0) -> Rows:
    """Return the numbers [n] of the records on which a heuristic, or with 0 any, votes in this way, ascending."""
    matrix, truth = judged_votes(store, task) if part == "alone" else (kept_votes(store, task), None)
    return records_of(matrix, matrix.part(part, truth), heuristic_id)


def records_of(matrix: LabelMatrix, votes: NDArray[np.bool_], heuristic_id: int = 0) -> Rows:
    """Return the numbers [r] of the records with one of these votes [n, m], of one heuristic or with 0 of any.

    >>> matrix = label_matrix({7: ([[1, 0], [1, 9], [2, 0]], [10, 20, 10])})
    >>> records_of(matrix, matrix.voted, 7).tolist(), records_of(matrix, matrix.voted, 8).tolist()
    ([1, 2], [])
    """
    if not heuristic_id:
        chosen = votes.any(axis=1)
    elif heuristic_id in matrix.heuristic_ids:
        chosen = votes[:, matrix.heuristic_ids.index(heuristic_id)]
    else:
        chosen = np.zeros(len(matrix.units), dtype=np.bool_)
    return np.unique(matrix.units[chosen, 0])
