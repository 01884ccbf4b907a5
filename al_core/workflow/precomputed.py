"""Predictions that come from a file, such as another model's: brought in once, then judged like any heuristic.

The file is read by the importers, in a process of their own, and kept as Parquet in the workspace. What it says of
records that are not there (yet) stays in it, so that a run after the next import finds them.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.importers import RECORDS, Mapping, stage
from al_core.store import Store
from al_core.types import Heuristic, Job, Person, Task
from al_core.workflow.creating import free_name
from al_core.workflow.function_runs import inputs_of
from al_core.workflow.given_results import standing_of, store_given, whole_rows
from al_core.workflow.jobs import JobContext
from al_core.workflow.span_files import fitting_spans
from al_core.workflow.training import RunFailed
from al_core.workflow.underway import Underway
from al_core.workflow.workspace import Workspace

SHOWN = 5  # examples of what could not be used


@dataclass(frozen=True, slots=True)
class PredictionColumns:
    """Which columns of a file say what; without a column of confidences each prediction has 1.0."""

    record_id: str
    label: str
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """Predictions of a file that fit the project: arrays [m], and in words what does not."""

    record_no: NDArray[np.int64]
    label_id: NDArray[np.int64]
    confidence: NDArray[np.float64]
    left_out: tuple[str, ...]


def bring_in(
    workspace: Workspace, task: Task, path: Path, columns: PredictionColumns, name: str, person: Person
) -> Job:
    """Return the job whose result is the new heuristic; its predictions still have to be run to count."""
    return workspace.jobs.start(
        "import",
        f"Predictions of {path.name}",
        lambda context: _bring_in(workspace, task, path, columns, (name, person), context),
        key=f"predictions:{task.task_id}:{path.name}",
        project_id=task.project_id,
        person=person,
    )


def predictions_file(store: Store, heuristic: Heuristic) -> Path:
    """Return where the predictions of one version of a heuristic lie."""
    return store.folder / "predictions" / f"{heuristic.heuristic_id}-{heuristic.version_no}.parquet"


def run_precomputed(under_way: Underway) -> None:
    """Return nothing; matches the file's predictions with the records that are there now, and stores them."""
    store, task, log = under_way.store, under_way.task, under_way.log
    standing = standing_of(store, task)
    store.runs.start(
        under_way.run_id,
        label_revision=standing.label_revision,
        n_labelled=standing.n_labelled,
        embedding_shas=inputs_of(store, task),
    )
    path = predictions_file(store, under_way.heuristic)
    if not path.is_file():
        raise RunFailed("file", f"The predictions are not in the workspace any more: {path.name}. Bring them in again.")
    if task.kind == "extraction":
        rows, left_out = fitting_spans(store, task, pq.read_table(path), standing.numbers)
    else:
        found = fitting(store, task, pq.read_table(path), standing.numbers)
        rows, left_out = whole_rows(found.record_no, found.label_id, found.confidence), found.left_out
    for line in left_out:
        log.say(line)
    if not len(rows.record_no):
        raise RunFailed("file", " ".join(["No prediction of the file fits a record.", *left_out]))
    store_given(under_way, standing, rows, "given")


def fitting(store: Store, task: Task, table: pa.Table, numbers: NDArray[np.int64]) -> Given:
    """Return the rows of a table (id, label, confidence, all text) that name a record and a label of the task.

    Of several rows on a record (and, where it may have several labels, on one label) the surest counts.
    """
    by_id, there = store.records.by_external_id(task.project_id), set(numbers.tolist())
    best: dict[tuple[int, int], tuple[float, int]] = {}
    strangers: list[str] = []
    unknown: list[str] = []
    not_numbers: list[str] = []
    n_again = 0
    for record_id, name, written in zip(*(table[column].to_pylist() for column in table.column_names), strict=True):
        number, label_id = by_id.get(record_id or ""), task.label_id((name or "").strip())
        confidence = _confidence(written)
        if number is None or number not in there:
            strangers.append(str(record_id))
        elif label_id is None:
            unknown.append(str(name))
        elif confidence is None:
            not_numbers.append(str(written))
        else:
            key = (number, label_id if task.kind == "multi_label" else 0)
            n_again += key in best
            best[key] = max(best.get(key, (-1.0, 0)), (confidence, label_id))
    return Given(
        np.array([number for number, _ in best], dtype=np.int64),
        np.array([label_id for _, label_id in best.values()], dtype=np.int64),
        np.array([confidence for confidence, _ in best.values()], dtype=np.float64),
        tuple(
            [
                *_said(strangers, "rows name a record that is not there"),
                *_said(unknown, "rows have a label that the task does not have"),
                *_said(not_numbers, "rows have a confidence that is no number from 0 to 1"),
                *([f"{n_again:,} rows repeat a record: the surest counts"] if n_again else []),
            ]
        ),
    )


def _said(found: list[str], what: str) -> list[str]:
    examples = ", ".join(repr(one)[:60] for one in dict.fromkeys(found[: 20 * SHOWN]))
    return [f"{len(found):,} {what}, such as {', '.join(examples.split(', ')[:SHOWN])}"] if found else []


def _confidence(written: str | None) -> float | None:
    """Return a confidence from 0 to 1, 1.0 where none is written, None for anything else.

    >>> _confidence("0.5"), _confidence(None), _confidence("87 %"), _confidence("nan")
    (0.5, 1.0, None, None)
    """
    if written is None or not written.strip():
        return 1.0
    try:
        value = float(written)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _bring_in(
    workspace: Workspace,
    task: Task,
    path: Path,
    columns: PredictionColumns,
    owned: tuple[str, Person],
    context: JobContext,
) -> int:
    name, person = owned
    with tempfile.TemporaryDirectory(dir=workspace.folder, prefix="predictions-") as staged_in:
        mapping = Mapping((columns.label,), every_row=True)
        staged = stage(path, mapping, Path(staged_in), on_progress=context.progress)
        table = pq.read_table(Path(staged_in) / RECORDS)
        wanted = [one for one in (columns.record_id, columns.label, columns.confidence) if one]
        missing = [one for one in wanted if one not in table.column_names]
        if missing:
            raise InvalidInput(f"The file has no column {missing[0]!r}.", f"It has: {', '.join(staged.columns)}.")
        confidence = table[columns.confidence] if columns.confidence else pa.nulls(len(table), pa.string())
        kept = pa.table({"id": table[columns.record_id], "label": table[columns.label], "confidence": confidence})
    about = {"file": path.name, "sha256": staged.sha, "rows": len(kept)} | {"columns": asdict(columns)}
    store = workspace.store
    made = store.heuristics.create(
        task.task_id,
        free_name(store, task, name.strip() or path.stem[:70]),
        "precomputed",
        json.dumps(about, indent=2),
        "",
        person.person_id,
    )
    target = predictions_file(store, made)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    partial = target.with_suffix(".part")
    pq.write_table(kept, partial)
    partial.chmod(0o600)
    partial.rename(target)
    return made.heuristic_id
