"""Records as they are shown: a row of the table, and one record whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from al_core.errors import NotFound
from al_core.evaluation.precision import keep
from al_core.store import Store
from al_core.store.record_views import Act, Revision
from al_core.store.remarks import Comment
from al_core.types import Heuristic, LabelSpan, Project, Record, Task
from al_core.workflow.thresholds import min_confidence

__all__ = ["Act", "Revision", "SaidOfRecord", "TableRow", "WholeRecord", "table_rows", "whole_record"]


@dataclass(frozen=True, slots=True)
class SaidOfRecord:
    """One prediction of a heuristic; `kept` at the threshold in force."""

    heuristic: str
    label: LabelSpan
    confidence: float
    kept: bool


@dataclass(frozen=True, slots=True)
class TableRow:
    """A record in the table. `state` is "" without a truth; `said` are the predictions of the chosen heuristic."""

    record: Record
    state: str
    truth: tuple[LabelSpan, ...]
    drawn_by: str
    said: tuple[SaidOfRecord, ...]
    is_flagged: bool
    n_comments: int


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """Everything about one record: `acts` the newest first; by task id what is true, said, and who said nothing."""

    record: Record
    acts: tuple[Act, ...]
    truth: dict[int, TableRow]
    said: dict[int, tuple[SaidOfRecord, ...]]
    silent: dict[int, tuple[str, ...]]
    revisions: tuple[Revision, ...]
    comments: tuple[Comment, ...]


def table_rows(
    store: Store, project: Project, task: Task | None, record_nos: Sequence[int], heuristic: Heuristic | None = None
) -> tuple[TableRow, ...]:
    """Return records as rows in the order given; those deleted meanwhile are left out."""
    texts = (one for one in store.projects.attributes(project.project_id) if one.is_text)
    attribute = task.attribute if task else next(texts, None)
    if attribute is None:
        return ()
    records = store.records.get(project.project_id, attribute.attribute_id, record_nos)
    standing = store.views.standing(task.task_id, record_nos) if task else {}
    said = _said(store, task, heuristic, record_nos) if task and heuristic else {}
    flagged = frozenset(store.remarks.flagged(task.task_id).tolist()) if task else frozenset()
    comments = store.remarks.comments(project.project_id, record_nos)
    rows = []
    for number in record_nos:
        if number in records:
            stands = standing.get(number)
            rows.append(
                TableRow(
                    record=records[number],
                    state=stands.state if stands else "",
                    truth=stands.labels if stands else (),
                    drawn_by=stands.drawn_by if stands else "",
                    said=said.get(number, ()),
                    is_flagged=number in flagged,
                    n_comments=len(comments.get(number, ())),
                )
            )
    return tuple(rows)


def whole_record(store: Store, project: Project, record_no: int) -> WholeRecord:
    """Return everything about one record; raises NotFound where the project has none of that number (any more)."""
    if not store.views.is_there(project.project_id, record_no):
        raise NotFound(f"Record {record_no} does not exist in {project.name!r} (any more).", "Look for another one.")
    tasks = store.projects.tasks(project.project_id)
    truth: dict[int, TableRow] = {}
    said: dict[int, tuple[SaidOfRecord, ...]] = {}
    silent: dict[int, tuple[str, ...]] = {}
    for task in tasks:
        truth[task.task_id] = table_rows(store, project, task, [record_no])[0]
        enabled = [one for one in store.heuristics.all(task.task_id) if one.enabled]
        by_name = {one.name: _said(store, task, one, [record_no]).get(record_no, ()) for one in enabled}
        said[task.task_id] = tuple(prediction for found in by_name.values() for prediction in found)
        silent[task.task_id] = tuple(name for name, found in by_name.items() if not found)
    row = table_rows(store, project, tasks[0] if tasks else None, [record_no])[0]
    return WholeRecord(
        record=row.record,
        acts=store.views.acts(project.project_id, record_no),
        truth=truth,
        said=said,
        silent=silent,
        revisions=store.views.revisions(project.project_id, record_no),
        comments=store.remarks.comments(project.project_id, [record_no]).get(record_no, ()),
    )


def _said(
    store: Store, task: Task, heuristic: Heuristic, record_nos: Sequence[int]
) -> dict[int, tuple[SaidOfRecord, ...]]:
    """Return the honest predictions of a heuristic's newest run by record number, of labels that still exist."""
    run = store.runs.last(heuristic.heuristic_id, finished=True)
    if run is None:
        return {}
    known = [label.label_id for label in task.labels]
    cuts = min_confidence(store, heuristic.heuristic_id, known)
    rows = store.views.said(run.run_id, record_nos)
    found: dict[int, tuple[SaidOfRecord, ...]] = {}
    for place, number in enumerate(rows.record_no.tolist()):
        label_id, start, end = int(rows.label[place]), int(rows.start[place]), int(rows.end[place])
        if label_id not in known:
            continue
        span = LabelSpan(label_id) if start < 0 else LabelSpan(label_id, start, end)
        confidence = float(rows.confidence[place])
        kept = bool(keep(confidence, cuts[label_id] if isinstance(cuts, dict) else cuts))
        found[number] = (*found.get(number, ()), SaidOfRecord(heuristic.name, span, confidence, kept))
    return found
