"""All heuristics of a task side by side: how each stands, what it is worth, and what it adds to the others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.averages import Averages, averages
from al_core.evaluation.falling import below_since
from al_core.store import Store
from al_core.store.certificates import ALL_LABELS
from al_core.store.runs import Judged
from al_core.types import Heuristic, Run, Task
from al_core.workflow.creating import description
from al_core.workflow.evaluating import Evaluation, evaluate
from al_core.workflow.jobs import JobBoard
from al_core.workflow.judging import headline
from al_core.workflow.states import Status, status
from al_core.workflow.thresholds import is_kept
from al_core.workflow.voting import judged_votes, kept_votes, records_of

TREND = 8  # runs
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Overlapping:
    """What a heuristic does among the others, in records: see `VoteSummary`; `alone` counts labelled ones.

    A record with several labels or spans counts once, as on the Records page.
    """

    hits: int
    overlaps: int
    conflicts: int
    alone: int


@dataclass(frozen=True, slots=True)
class HeuristicRow:
    """One heuristic in the overview; without a finished run it has no evaluation, overlaps or trend.

    `trend` are precisions of its runs at the thresholds in force, oldest first. `fallen` is the day since which its
    precision has been below `promised`, the target of its newest certificate.
    """

    heuristic: Heuristic
    status: Status
    description: str
    evaluation: Evaluation | None
    averages: Averages | None
    among: Overlapping | None
    trend: tuple[float, ...]
    last_run: datetime | None
    n_failed: int
    promised: float | None
    certified: float | None
    fallen: date | None


@dataclass(frozen=True, slots=True)
class _Worth:
    """What follows from a run, the answers and the thresholds alone, and is remembered with them."""

    evaluation: Evaluation
    averages: Averages
    trend: tuple[float, ...]
    n_failed: int


def overview_rows(store: Store, jobs: JobBoard, task: Task) -> tuple[HeuristicRow, ...]:
    """Return a row for each heuristic of a task, oldest first."""
    heuristics = store.heuristics.all(task.task_id)
    labels = tuple(label.label_id for label in task.labels)
    since = (str(store.folder), task.task_id, labels, store.answers.revision(task.task_id))
    states = {one.heuristic_id: _state_of(store, one) for one in heuristics}
    among = _among(store, task, heuristics, (*since, store.records.count(task.project_id)), states)
    return tuple(
        _row(store, jobs, task, one, (*since, states[one.heuristic_id]), among.get(one.heuristic_id))
        for one in heuristics
    )


def _row(
    store: Store,
    jobs: JobBoard,
    task: Task,
    heuristic: Heuristic,
    state: tuple[Hashable, ...],
    among: Overlapping | None,
) -> HeuristicRow:
    worth = _WORTHS.get(state, lambda: _worth(store, task, heuristic))
    stands = status(store, jobs, heuristic)
    promised, certified = _promise(store, heuristic) if worth else (None, None)
    return HeuristicRow(
        heuristic=heuristic,
        status=stands,
        description=description(store, heuristic.heuristic_id),
        evaluation=worth.evaluation if worth else None,
        averages=worth.averages if worth else None,
        among=among if worth else None,
        trend=worth.trend if worth else (),
        last_run=stands.run.ended_ts if stands.run else None,
        n_failed=worth.n_failed if worth else 0,
        promised=promised,
        certified=certified,
        fallen=_fallen(store, task, worth.evaluation, promised) if worth and promised else None,
    )


def _worth(store: Store, task: Task, heuristic: Heuristic) -> _Worth | None:
    evaluation = evaluate(store, heuristic)
    if evaluation is None:
        return None
    n_failed, _ = store.judging.failed(evaluation.run.run_id, 0)
    return _Worth(evaluation, averages(evaluation.by_label), _trend(store, task, heuristic), n_failed)


def _state_of(store: Store, heuristic: Heuristic) -> tuple[Hashable, ...]:
    """Return what a heuristic's figures rest on besides the answers: its run, and the thresholds in force."""
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    by_label = tuple(sorted(store.label_thresholds.of(heuristic.heuristic_id).items()))
    threshold = store.heuristics.threshold(heuristic.heuristic_id)
    return heuristic.heuristic_id, run.run_id if run else 0, threshold, by_label


def _among(
    store: Store,
    task: Task,
    heuristics: tuple[Heuristic, ...],
    since: tuple[Hashable, ...],
    states: dict[int, tuple[Hashable, ...]],
) -> dict[int, Overlapping]:
    """Return what each enabled heuristic does among the others, by its id."""
    key = (*since, *(states[one.heuristic_id] for one in heuristics if one.enabled))

    return _MATRICES.get(key, lambda: overlapping(store, task))


def overlapping(store: Store, task: Task) -> dict[int, Overlapping]:
    """Return what each enabled heuristic with a run does among the others, by its id: as many records as are found."""
    matrix = kept_votes(store, task)
    judged, truth = judged_votes(store, task)
    voted, overlap, conflict = matrix.part("voted"), matrix.part("overlap"), matrix.part("conflict")
    alone = judged.part("alone", truth)
    return {
        heuristic_id: Overlapping(
            hits=len(records_of(matrix, voted, heuristic_id)),
            overlaps=len(records_of(matrix, overlap, heuristic_id)),
            conflicts=len(records_of(matrix, conflict, heuristic_id)),
            alone=len(records_of(judged, alone, heuristic_id)),
        )
        for heuristic_id in matrix.heuristic_ids
    }


def _kept(store: Store, heuristic: Heuristic, judged: Judged) -> NDArray[np.bool_]:
    return is_kept(store, heuristic.heuristic_id, judged.predicted, judged.confidence)


def _trend(store: Store, task: Task, heuristic: Heuristic) -> tuple[float, ...]:
    """Return the precision of the last runs at the thresholds in force now, against the present truth."""
    runs = store.past_runs.finished(heuristic.heuristic_id, limit=TREND)
    found = [_precision(store, task, heuristic, run) for run in runs]
    return tuple(one for one in found if one is not None)


def _precision(store: Store, task: Task, heuristic: Heuristic, run: Run) -> float | None:
    judged, _ = headline(store.runs.judged(run.run_id, task.task_id), run)
    kept = _kept(store, heuristic, judged)
    return float((judged.predicted == judged.truth)[kept].mean()) if kept.any() else None


def _promise(store: Store, heuristic: Heuristic) -> tuple[float | None, float | None]:
    """Return (target, threshold) of the newest certificate for all labels of a heuristic, None without one."""
    looks = [one for one in store.certificates.of(heuristic.heuristic_id) if one.label_id == ALL_LABELS]
    given = max((one for one in looks if one.threshold is not None), key=lambda one: one.made_ts, default=None)
    if given is None:
        return None, None
    return given.target, None if given.withdrawn else given.threshold


def _fallen(store: Store, task: Task, evaluation: Evaluation, promised: float) -> date | None:
    judged, _ = headline(store.runs.judged(evaluation.run.run_id, task.task_id), evaluation.run)
    kept = np.flatnonzero(_kept(store, evaluation.heuristic, judged))
    answered = store.judging.answered_at(task.task_id)
    order = sorted((int(row) for row in kept), key=lambda row: answered[int(judged.record_no[row])])
    correct = (judged.predicted == judged.truth)[order] if order else np.zeros(0, dtype=np.bool_)
    days = [answered[int(judged.record_no[row])].date() for row in order]
    return below_since(correct, days, promised)


class _Remembered:
    """Results that stay true while their key does, the newest some dozen; safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """Return the result of `compute`, or of an earlier call with the same key."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]  # type: ignore[return-value]
        result = compute()
        with self._lock:
            self._found[key] = result
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return result


_MATRICES, _WORTHS = _Remembered(32), _Remembered(500)
