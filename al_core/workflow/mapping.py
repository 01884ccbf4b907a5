"""The map: an embedding laid out in a plane as a job, and what its points are coloured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.exploring import lay_out
from al_core.errors import InvalidInput
from al_core.learning.disagreement import disagreement
from al_core.learning.projection import MOST_ROWS
from al_core.store import Store
from al_core.store.embeddings import VectorFile
from al_core.store.landscape import LabelColumn
from al_core.types import Embedding, Job, Person, Project, Task
from al_core.workflow.embedding import killer
from al_core.workflow.jobs import JobContext
from al_core.workflow.similar import present_rows, vectors_of
from al_core.workflow.workspace import Workspace

LONGEST_SHOWN = 160  # characters of a text that the map shows
UNKNOWN = -9  # in the place of a label id: nobody has said, or the heuristic abstained

_POINT = np.dtype([("record_no", "<i8"), ("x", "<f4"), ("y", "<f4")])


@dataclass(frozen=True, slots=True)
class RecordMap:
    """Where records lie: `record_no` [m], `points` [m, 2] in 0 .. 1, and how many records there are in all."""

    record_no: NDArray[np.int64]
    points: NDArray[np.float32]
    n_records: int


@dataclass(frozen=True, slots=True)
class Colouring:
    """One way to colour a map: `label` [m] (ids, NOTHING, SEVERAL, CONFLICT, UNKNOWN) or `amount` [m] (0 .. 1, nan)."""

    name: str
    label: NDArray[np.int64] | None = None
    amount: NDArray[np.float64] | None = None


def draw_map(workspace: Workspace, project: Project, embedding: Embedding, person: Person) -> Job:
    """Return the job that lays an embedding out in a plane; above 20,000 records a random part of them."""
    file = vectors_of(workspace.store, embedding)
    return workspace.jobs.start(
        "map",
        f"Map of {embedding.name}",
        lambda context: _draw(workspace.store, file, context),
        key=map_key(embedding),
        project_id=project.project_id,
        person=person,
    )


def map_key(embedding: Embedding) -> str:
    """Return the key of the job that draws an embedding's map."""
    return f"map:{embedding.embedding_id}"


def _draw(store: Store, file: VectorFile, context: JobContext) -> int:
    """Return how many records were laid out."""
    context.progress(0.0, "reading the vectors")
    present = present_rows(store, file)
    rows = np.arange(len(file.record_nos)) if present is None else np.flatnonzero(present)
    if len(rows) == 0:
        raise InvalidInput(f"{file.embedding.name} has no records to lay out.", "Import a file first.")
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
    points = lay_out(
        file.path,
        rows,
        seed=0,
        on_progress=lambda fraction, message: context.progress(0.98 * fraction, message),
        on_start=lambda pid: context.on_cancel(killer(pid), pid),
    )
    context.child_ended()
    drawn = np.zeros(len(rows), dtype=_POINT)
    drawn["record_no"], drawn["x"], drawn["y"] = file.record_nos[rows], points[:, 0], points[:, 1]
    store.embeddings.put_beside(file, "map", drawn)
    return len(rows)


def map_of(store: Store, embedding: Embedding) -> RecordMap | None:
    """Return an embedding's map without records deleted since, or None while its present vectors have none."""
    file = vectors_of(store, embedding)
    drawn = store.embeddings.beside(file, "map")
    if drawn is None:
        return None
    deleted = store.landscape.deleted(embedding.project_id)
    drawn = drawn[~np.isin(drawn["record_no"], deleted)]
    n_records = len(file.record_nos) - int(np.isin(deleted, file.record_nos).sum())
    return RecordMap(drawn["record_no"], np.stack([drawn["x"], drawn["y"]], axis=1), n_records)


def colourings(store: Store, task: Task | None, record_no: NDArray[np.int64]) -> tuple[Colouring, ...]:
    """Return every way to colour records [m] ascending: truth, each heuristic's label and confidence, disagreement.

    Heuristics count with their current run and, where the record was labelled then, out-of-fold. Without a task
    nobody has said anything.
    """
    if task is None:
        return (Colouring("Truth", label=np.full(len(record_no), UNKNOWN, dtype=np.int64)),)
    found = [Colouring("Truth", label=_aligned(store.landscape.truth(task.task_id), record_no)[0])]
    said: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    for heuristic in store.heuristics.all(task.task_id):
        run = store.runs.last(heuristic.heuristic_id, finished=True)
        if run is None:
            continue
        label, confidence = _aligned(store.landscape.predicted(run.run_id), record_no)
        found.append(Colouring(heuristic.name, label=label))
        found.append(Colouring(f"{heuristic.name}, confidence", amount=confidence))
        if heuristic.enabled and heuristic.kind != "merge":
            said.append((label, confidence))
    if len(said) > 1:
        labels = np.stack([np.where(label == UNKNOWN, 0, label) for label, _ in said], axis=1)
        sure = np.stack([np.nan_to_num(confidence) for _, confidence in said], axis=1)
        contrary = disagreement(labels, sure)
        found.append(Colouring("Disagreement", amount=np.where((labels > 0).sum(axis=1) > 1, contrary, np.nan)))
    return tuple(found)


def _aligned(column: LabelColumn, record_no: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (labels [m], confidences [m]) of `record_no` [m], UNKNOWN and nan where the column has nothing."""
    label = np.full(len(record_no), UNKNOWN, dtype=np.int64)
    confidence = np.full(len(record_no), np.nan)
    if len(column.record_no):
        place = np.minimum(np.searchsorted(column.record_no, record_no), len(column.record_no) - 1)
        known = column.record_no[place] == record_no
        label[known], confidence[known] = column.label[place[known]], column.confidence[place[known]]
    return label, confidence
