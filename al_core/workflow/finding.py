"""Finding records by a filter: what a filter names is looked up, predictions are judged as everywhere, slices opened.

Whether a prediction is kept, and which are judged, is decided by the functions that Tune asks; so its numbers and
the records behind them agree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput, NotFound
from al_core.evaluation.precision import keep
from al_core.filters import (
    Abstained,
    AnsweredBy,
    HeuristicSays,
    InSlice,
    Missed,
    Not,
    RecordFilter,
    Simple,
    TruthIs,
    Votes,
)
from al_core.store import Store
from al_core.store.record_search import Cursor, Keys, Question, RecordPage
from al_core.types import Heuristic, Project, Run, Task
from al_core.workflow.judging import basis_of, headline, measurable
from al_core.workflow.thresholds import is_kept
from al_core.workflow.voting import records_behind

__all__ = ["Cursor", "Question", "RecordPage", "ask_page", "asked", "how_many", "numbers_of"]

Rows = NDArray[np.int64]
DEEPEST = 12  # slices within slices


def asked(store: Store, project: Project, wanted: RecordFilter, *, depth: int = 0) -> Question:
    """Return a filter with all that the store must know to answer it.

    Raises NotFound for a task, label, heuristic, person, slice or attribute that does not exist (any more), and
    InvalidInput where a heuristic has no finished run.
    """
    task = _task(store, project, wanted)
    simple = [one.condition if isinstance(one, Not) else one for one in wanted.conditions]
    sets: dict[Simple, Rows] = {}
    for condition in simple:
        if isinstance(condition, InSlice):
            sets[condition] = slice_numbers(store, project, condition.slice_id, depth=depth + 1)
        elif task is not None:
            _check_names(store, task, condition)
            found = _by_predictions(store, task, condition)
            if found is not None:
                sets[condition] = found
    keys = _keys(store, task, wanted) if task else None
    return Question(project.project_id, store.projects.attributes(project.project_id), wanted, sets, keys)


def ask_page(store: Store, project: Project, wanted: RecordFilter, after: Cursor | None = None) -> RecordPage:
    """Return the first records of a filter, or those after a cursor; raises as `asked` does."""
    return store.search.page(asked(store, project, wanted), after)


def how_many(store: Store, project: Project, wanted: RecordFilter) -> int:
    """Return how many records meet a filter; raises as `asked` does."""
    return store.search.count(asked(store, project, wanted))


def numbers_of(store: Store, project: Project, wanted: RecordFilter) -> Rows:
    """Return the numbers [n] of all records of a filter in its order; raises as `asked` does."""
    return store.search.numbers(asked(store, project, wanted))


def slice_numbers(store: Store, project: Project, slice_id: int, *, depth: int = 0) -> Rows:
    """Return the record numbers [n] of a slice as it stands now, in its order."""
    if depth > DEEPEST:
        raise InvalidInput(f"More than {DEEPEST} slices lie within each other.", "Save the inner ones as frozen.")
    found = store.slices.get(project.project_id, slice_id)
    if found.is_frozen:
        return store.slices.numbers(slice_id)
    return store.search.numbers(asked(store, project, found.wanted, depth=depth))


def newest_run(store: Store, heuristic: Heuristic) -> Run:
    """Return the run that a heuristic is judged by; raises InvalidInput before its first finished one."""
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    if run is None:
        raise InvalidInput(f"{heuristic.name!r} has no finished run yet.", "Run it on the Heuristics page first.")
    return run


def heuristic_of(store: Store, task: Task, heuristic_id: int) -> Heuristic:
    """Return a heuristic of a task by id; raises NotFound for one that does not exist (any more)."""
    for one in store.heuristics.all(task.task_id):
        if one.heuristic_id == heuristic_id:
            return one
    raise NotFound(f"Heuristic {heuristic_id} does not exist in {task.name!r} (any more).", "Choose another one.")


def _task(store: Store, project: Project, wanted: RecordFilter) -> Task | None:
    if wanted.task_id is None:
        return None
    task = store.projects.task(wanted.task_id)
    if task.project_id != project.project_id:
        raise NotFound(f"Task {task.name!r} is not in project {project.name!r}.", "Choose its project above.")
    return task


def _check_names(store: Store, task: Task, condition: Simple) -> None:
    known = {label.label_id for label in task.labels}
    if isinstance(condition, TruthIs | HeuristicSays):
        gone = [one for one in condition.label_ids if one and one not in known]
        if gone:
            raise NotFound(f"Label {gone[0]} does not exist in {task.name!r} (any more).", "Choose another label.")
    if isinstance(condition, AnsweredBy):
        strangers = set(condition.person_ids) - set(store.views.people(task.task_id))
        if strangers:
            raise NotFound(f"Nobody with number {min(strangers)} has answered in {task.name!r}.", "Choose somebody.")


def _by_predictions(store: Store, task: Task, condition: Simple) -> Rows | None:
    if isinstance(condition, HeuristicSays):
        return _said(store, task, condition)
    if isinstance(condition, Abstained):
        run = newest_run(store, heuristic_of(store, task, condition.heuristic_id))
        return store.views.abstained(run.run_id, task.project_id)
    if isinstance(condition, Missed):
        return _missed(store, task, condition)
    if isinstance(condition, Votes):
        if condition.heuristic_id:
            heuristic_of(store, task, condition.heuristic_id)
        return records_behind(store, task, condition.kind, condition.heuristic_id)
    return None


def _said(store: Store, task: Task, condition: HeuristicSays) -> Rows:
    run = newest_run(store, heuristic_of(store, task, condition.heuristic_id))
    record_no, label, confidence, is_right = _rows(store, task, run, condition)
    chosen = keep(confidence, condition.low) & keep(np.full(len(confidence), condition.high), confidence)
    if condition.label_ids:
        chosen &= np.isin(label, condition.label_ids)
    if condition.kept is not None:
        kept = is_kept(store, condition.heuristic_id, label, confidence, condition.threshold)
        chosen &= kept == condition.kept
    if condition.right is not None and is_right is not None:
        chosen &= is_right == condition.right
    found = np.unique(record_no[chosen])
    if condition.low_margin > 0 or condition.high_margin < 1:
        said = store.views.said(run.run_id)
        highest = np.full(len(said.margin), condition.high_margin)
        close = keep(said.margin, condition.low_margin) & keep(highest, said.margin)
        found = found[np.isin(found, said.record_no[close])]
    return found


def _rows(
    store: Store, task: Task, run: Run, condition: HeuristicSays
) -> tuple[Rows, Rows, NDArray[np.float64], NDArray[np.bool_] | None]:
    """Return (record numbers, label ids, confidences, right or None where there is no truth) of a group of records."""
    among = condition.among
    if condition.right is not None and among == "any":
        among = "judged"
    if among in ("judged", "headline"):
        judged = store.runs.judged(run.run_id, task.task_id)
        if among == "headline":
            judged, _ = headline(judged, run)
        return judged.record_no, judged.predicted, judged.confidence, judged.predicted == judged.truth
    said = store.views.said(run.run_id)
    if among == "any":
        return said.record_no, said.label, said.confidence, None
    record_no, label, confidence = store.judging.pool_rows(run.run_id)
    return record_no, label, confidence, None


def _missed(store: Store, task: Task, condition: Missed) -> Rows:
    """Return the records with a true label that is not given and kept: those that recall on Tune counts as missed."""
    run = newest_run(store, heuristic_of(store, task, condition.heuristic_id))
    rows = store.runs.judged(run.run_id, task.task_id)
    if not measurable(rows, run):
        return np.zeros(0, dtype=np.int64)
    judged, _ = headline(rows, run)
    kept = is_kept(store, condition.heuristic_id, judged.predicted, judged.confidence)
    found = kept & (judged.predicted == judged.truth)
    record_no, _, audit = store.judging.missed(run.run_id, task.task_id)
    silent = record_no[audit] if basis_of(judged) == "random" else record_no
    return np.union1d(judged.record_no[(judged.truth > 0) & ~found], silent)


def _keys(store: Store, task: Task, wanted: RecordFilter) -> Keys | None:
    if wanted.order.by not in ("confidence", "margin"):
        return None
    said = store.views.said(newest_run(store, heuristic_of(store, task, wanted.order.heuristic_id)).run_id)
    value = said.confidence if wanted.order.by == "confidence" else said.margin
    record_no, first = np.unique(said.record_no, return_index=True)  # rows are by rank: the surest of each record
    return Keys(record_no, value[first])
