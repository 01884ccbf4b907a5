"""Spans that come from files as predictions, and kept spans on their way into files."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.evaluation.precision import keep
from al_core.exporters import Span
from al_core.importers.spans import read_spans
from al_core.store import Store
from al_core.store.run_results import PredictedRows
from al_core.types import Task
from al_core.workflow.given_results import span_rows
from al_core.workflow.span_training import texts_of
from al_core.workflow.thresholds import min_confidence

SHOWN = 5  # examples of what could not be used


def fitting_spans(
    store: Store, task: Task, table: pa.Table, numbers: NDArray[np.int64]
) -> tuple[PredictedRows, tuple[str, ...]]:
    """Return the spans of a table (id, spans, confidence, all text) that fit records, and in words what does not.

    Spans are a JSON list of {"start", "end", "label"} in characters, as in an import; the confidence of a row is that
    of all its spans, 1.0 where none is written. Of overlapping spans the first counts.
    """
    by_id, there = store.records.by_external_id(task.project_id), set(numbers.tolist())
    known = {label.name: label.label_id for label in task.labels}
    problems: list[str] = []
    rows: list[tuple[int, int, float, int, int]] = []
    given = [
        (by_id.get(one or ""), one, *rest) for one, *rest in zip(*(c.to_pylist() for c in table.columns), strict=True)
    ]
    wanted = sorted({number for number, *_ in given if number in there})
    texts = dict(zip(wanted, texts_of(store, task, np.array(wanted, dtype=np.int64)), strict=True))
    for number, record_id, cell, written in given:
        if number not in texts:
            problems.append(f"{record_id}: no such record")
            continue
        confidence = _confidence(written)
        if confidence is None:
            problems.append(f"{record_id}: {written!r} is no number from 0 to 1")
            continue
        for start, end, name in read_spans(cell, texts[number], problems.append, lambda said: None) or []:
            if name in known:
                rows.append((number, known[name], confidence, start, end))
            else:
                problems.append(f"{record_id}: the task has no label {name!r}")
    columns = list(zip(*rows, strict=True)) or [()] * 5
    record_no, label_id, starts, ends = (np.array(columns[i], dtype=np.int64) for i in (0, 1, 3, 4))
    found = span_rows(record_no, label_id, np.array(columns[2], dtype=np.float64), starts, ends)
    examples = "; ".join(problems[:SHOWN])
    return found, ((f"{len(problems):,} could not be used, such as {examples}",) if problems else ())


def _confidence(written: str | None) -> float | None:
    if written is None or not written.strip():
        return 1.0
    try:
        value = float(written)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def kept_spans(store: Store, task: Task) -> dict[int, tuple[tuple[Span, ...], float]]:
    """Return (spans, the smallest of their confidences) of the newest learner's kept spans, by record number."""
    run = store.runs.newest_of_task(task.task_id)
    if run is None:
        return {}
    names = {label.label_id: label.name for label in task.labels}
    found = min_confidence(store, run.heuristic_id, list(names))
    cuts = found if isinstance(found, dict) else dict.fromkeys(names, found)
    spans: dict[int, list[Span]] = {}
    least: dict[int, float] = {}
    for number, label_id, start, end, confidence in zip(*store.judging.said_spans(run.run_id), strict=True):
        if label_id in names and bool(keep(confidence, cuts[int(label_id)])):
            span = Span(start=int(start), end=int(end), label=names[int(label_id)])
            spans.setdefault(int(number), []).append(span)
            least[int(number)] = min(float(confidence), least.get(int(number), 1.0))
    return {number: (tuple(one), least[number]) for number, one in spans.items()}
