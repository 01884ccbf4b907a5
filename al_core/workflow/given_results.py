"""What a run leaves behind that learnt from no answer: a rule's votes, or predictions that came from a file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.learning.calibration import Calibrator
from al_core.store import Store
from al_core.store.run_results import WHOLE, FailedRecord, FinishedRun, PredictedRows, no_rows
from al_core.types import Task
from al_core.workflow.underway import Underway

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there when a run begins: all record numbers [n], those that nobody has answered, and the revision."""

    numbers: Ints
    pool: Ints
    n_labelled: int
    label_revision: int


def standing_of(store: Store, task: Task) -> Standing:
    """Return what a task has now; a record that is answered meanwhile counts as answered."""
    revision = store.answers.revision(task.task_id)
    answered, labelled = store.answers.answered(task.task_id), store.answers.labelled(task.task_id)
    numbers = store.records.numbers(task.project_id)
    pool = np.setdiff1d(numbers, np.union1d(answered, labelled.record_no))
    return Standing(numbers, pool, len(labelled.record_no), revision)


def whole_rows(
    record_no: Ints, label_id: Ints, confidence: NDArray[np.float64], raw: NDArray[np.float64] | None = None
) -> PredictedRows:
    """Return predictions about whole records, ranked within each record from the surest on; `raw` as calibrated.

    >>> rows = whole_rows(np.array([4, 4, 2]), np.array([7, 8, 7]), np.array([0.5, 0.9, 1.0]))
    >>> rows.record_no.tolist(), rows.label_id.tolist(), rows.rank.tolist()
    ([2, 4, 4], [7, 8, 7], [1, 1, 2])
    """
    order = np.lexsort((label_id, -confidence, record_no))
    before = confidence if raw is None else raw
    numbers = record_no[order]
    whole = np.full(len(numbers), WHOLE, dtype=np.int64)
    return PredictedRows(
        record_no=numbers,
        rank=np.arange(len(numbers)) - np.searchsorted(numbers, numbers, side="left") + 1,
        label_id=label_id[order],
        raw=before[order].round(6),
        calibrated=confidence[order].round(6),
        start=whole,
        end=whole,
    )


def span_rows(
    record_no: Ints, label_id: Ints, confidence: NDArray[np.float64], start: Ints, end: Ints
) -> PredictedRows:
    """Return predictions about spans of characters, ranked within each record from the surest on.

    >>> zero = np.array([0, 0])
    >>> span_rows(zero, np.array([7, 8]), np.array([0.5, 0.9]), zero, np.array([3, 4])).label_id.tolist()
    [8, 7]
    """
    order = np.lexsort((start, -confidence, record_no))
    whole = whole_rows(record_no[order], np.arange(len(order)), confidence[order])
    return replace(whole, label_id=label_id[order], start=start[order], end=end[order])


def store_given(
    under_way: Underway, standing: Standing, rows: PredictedRows, method: str, failed: tuple[FailedRecord, ...] = ()
) -> None:
    """Return nothing; stores predictions with the confidences that came with them, in one transaction."""
    task, log = under_way.task, under_way.log
    log.say(f"done, {len(rows.record_no):,} predictions on {len(np.unique(rows.record_no)):,} records")
    under_way.context.progress(0.95, "storing")
    under_way.context.check()
    under_way.store.runs.finish(
        under_way.run_id,
        FinishedRun(
            predictions=rows,
            in_pool=np.isin(rows.record_no, standing.pool),
            out_of_fold=no_rows(),
            fold_no=np.zeros(0, dtype=np.int64),
            candidates={},
            calibrator=Calibrator("none").to_json(),
            method=method,
            pool_size=len(standing.pool),
            classes=tuple(label.name for label in task.labels),
            proba_path="",
            log=log.text,
            failed=failed,
            last_record_no=int(standing.numbers.max(initial=-1)),
        ),
    )
