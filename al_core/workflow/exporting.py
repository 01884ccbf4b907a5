"""Exporting: every record under every task, with what people say and what the newest learner says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.precision import keep
from al_core.exporters import ExportRow, Span, write
from al_core.exporters.rows import Labels
from al_core.store import Store
from al_core.types import LabelSpan, Project, Task
from al_core.workflow.span_files import kept_spans
from al_core.workflow.thresholds import min_confidence


def export(store: Store, project: Project, path: Path, record_nos: NDArray[np.int64] | None = None) -> int:
    """Return how many rows were written to `path`, whose suffix names the format; it appears whole or not at all.

    All records, or those of `record_nos` [n] in their order.
    """
    names = [attribute.name for attribute in store.projects.attributes(project.project_id)]
    return write(path, _rows(store, project, record_nos), names)


def _rows(store: Store, project: Project, record_nos: NDArray[np.int64] | None) -> Iterator[ExportRow]:
    for task in store.projects.tasks(project.project_id):
        truths = store.answers.truths(task.task_id)
        predictions: Mapping[int, tuple[Labels | str, float]] = (
            kept_spans(store, task) if task.kind == "extraction" else kept_predictions(store, task)
        )
        for page in store.records.pages(project.project_id, task.attribute.attribute_id, among=record_nos):
            for record in page:
                truth = truths.get(record.record_no)
                predicted, confidence = predictions.get(record.record_no, (None, None))
                yield ExportRow(
                    record_id=record.external_id,
                    attributes=record.attributes | {task.attribute.name: record.text},
                    task=task.name,
                    truth=tuple(_written(task, span) for span in truth.labels) if truth else None,
                    predicted=predicted,
                    confidence=confidence,
                    answered_by=truth.people if truth else (),
                    drawn_by=truth.drawn_by if truth else None,
                    kind=task.kind,
                )


def kept_predictions(store: Store, task: Task) -> dict[int, tuple[str, float]]:
    """Return (label name, calibrated confidence) of the newest learner where it is kept at its threshold."""
    run = store.runs.newest_of_task(task.task_id)
    if run is None:
        return {}
    names = {label.label_id: label.name for label in task.labels}
    found = min_confidence(store, run.heuristic_id, list(names))
    cuts = found if isinstance(found, dict) else dict.fromkeys(names, found)
    return {
        record_no: (names[label_id], confidence)
        for record_no, (label_id, confidence) in store.runs.export_rows(run.run_id).items()
        if label_id in names and bool(keep(confidence, cuts[label_id]))
    }


def _written(task: Task, span: LabelSpan) -> str | Span:
    name = task.label_name(span.label_id)
    if span.start is None or span.end is None:
        return name
    return Span(start=span.start, end=span.end, label=name)
