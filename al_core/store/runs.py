"""Runs and what they predicted: written in one transaction, immutable once finished, judged when read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.judging import JUDGED
from al_core.store.projects import now
from al_core.store.run_results import (
    OUT_OF_FIT,
    FinishedRun,
    Judged,
    TopTwo,
    candidates_table,
    failed_table,
    out_of_fold_table,
    ranked,
)
from al_core.types import Run, RunState

__all__ = ["FinishedRun", "Judged", "Runs", "TopTwo"]

RUN_COLUMNS = (
    "run_id, heuristic_id, version_no, state, coalesce(label_revision, 0), coalesce(n_labelled, 0),"
    " coalesce(pool_size, 0), coalesce(method, ''), coalesce(calibrator::VARCHAR, ''), error_kind, error_message,"
    " error_line, log, started_ts, ended_ts, coalesce(n_tuned, 0)"
)

# the one place that says which run of a heuristic counts
_CURRENT = "SELECT run_id FROM kept_run WHERE heuristic_id = $heuristic ORDER BY place DESC, was_held DESC LIMIT 1"


class Runs:
    """Executions of heuristics."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder

    def create(self, heuristic_id: int, version_no: int, job_id: str) -> int:
        """Return the id of a new queued run."""
        with self._database.transaction() as cursor:
            run_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO run (run_id, heuristic_id, version_no, job_id, state, started_ts)"
                " VALUES (?, ?, ?, ?, 'queued', ?)",
                [run_id, heuristic_id, version_no, job_id, now()],
            )
        return run_id

    def start(self, run_id: int, *, label_revision: int, n_labelled: int, embedding_shas: Sequence[str]) -> None:
        """Mark a run as running, with what it stands on."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE run SET state = 'running', label_revision = ?, n_labelled = ?, embedding_shas = ?,"
                " started_ts = ?, n_tuned = (SELECT count(DISTINCT text_sha) FROM tuned_text JOIN tuned_vectors"
                "  USING (tuning_id) WHERE sha256 IN (SELECT unnest(?::TEXT[]))) WHERE run_id = ?",
                [label_revision, n_labelled, json.dumps(list(embedding_shas)), now(), list(embedding_shas), run_id],
            )

    def end(self, run_id: int, state: RunState, kind: str, message: str, *, line: int = 0, log: str = "") -> None:
        """Store why a run has no result; results of earlier runs are not touched."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE run SET state = ?, error_kind = ?, error_message = ?, error_line = ?, log = ?, ended_ts = ?"
                " WHERE run_id = ?",
                [state, kind, message, line, log, now(), run_id],
            )

    def finish(self, run_id: int, result: FinishedRun) -> None:
        """Store a run's predictions, out-of-fold predictions and candidates, all or nothing."""
        predictions = ranked(result.predictions, in_pool=pa.array(result.in_pool, pa.bool_()))
        out_of_fold = out_of_fold_table(result)
        candidates = candidates_table(result.candidates)
        tables = {"predictions": predictions, "out_of_fold": out_of_fold, "candidates": candidates}
        with self._database.transaction("bulk", failed=failed_table(result.failed), **tables) as cursor:
            cursor.execute(
                "INSERT INTO prediction SELECT ?, record_no, rank, label_id, start_char, end_char, raw, calibrated,"
                " in_pool FROM predictions",
                [run_id],
            )
            cursor.execute(
                "INSERT INTO oof SELECT ?, record_no, repeat_no, rank, fold_no, label_id, start_char, end_char, raw,"
                " calibrated FROM out_of_fold",
                [run_id],
            )
            cursor.execute("INSERT INTO outcome SELECT ?, record_no, 'failed', message, line_no FROM failed", [run_id])
            cursor.execute(
                "INSERT INTO outcome SELECT ?, unnest(?::INTEGER[]), 'nothing_found', '', NULL",
                [run_id, result.nothing_found.tolist()],
            )
            cursor.execute("INSERT INTO candidate SELECT ?, * FROM candidates", [run_id])
            cursor.execute(
                "UPDATE run SET state = 'finished', calibrator = ?, method = ?, pool_size = ?, classes = ?,"
                " proba_path = ?, log = ?, last_record_no = ?, ended_ts = ? WHERE run_id = ?",
                [
                    result.calibrator,
                    result.method,
                    result.pool_size,
                    json.dumps(result.classes),
                    result.proba_path,
                    result.log,
                    result.last_record_no,
                    now(),
                    run_id,
                ],
            )

    def drop_matrices(self, heuristic_id: int, keep: int) -> None:
        """Delete the matrices of a heuristic's runs other than `keep` and the current one; rows and metrics stay."""
        for (run_id,) in self._database.rows(
            f"SELECT run_id FROM run WHERE heuristic_id = $heuristic AND run_id NOT IN ($keep, ({_CURRENT}))",
            {"heuristic": heuristic_id, "keep": keep},
        ):
            shutil.rmtree(self.folder / str(run_id), ignore_errors=True)

    def get(self, run_id: int) -> Run:
        """Return a run by id; raises KeyError."""
        row = self._database.row(f"SELECT {RUN_COLUMNS} FROM run WHERE run_id = ?", [run_id])
        if row is None:
            raise KeyError(run_id)
        return Run(*row)

    def last(self, heuristic_id: int, *, finished: bool = False) -> Run | None:
        """Return a heuristic's newest run, or its current one: finished, and kept where somebody had to; or None."""
        condition = f"AND run_id = ({_CURRENT})" if finished else ""
        row = self._database.row(
            f"SELECT {RUN_COLUMNS} FROM run WHERE heuristic_id = $heuristic {condition} ORDER BY run_id DESC LIMIT 1",
            {"heuristic": heuristic_id},
        )
        return None if row is None else Run(*row)

    def newest_of_task(self, task_id: int) -> Run | None:
        """Return the newest finished run of the task's enabled learners: Smart queue and suggestions use it."""
        row = self._database.row(
            f"SELECT {RUN_COLUMNS} FROM run WHERE run_id = (SELECT run_id FROM kept_run WHERE heuristic_id IN"
            " (SELECT heuristic_id FROM heuristic"
            " WHERE task_id = ? AND enabled AND deleted_ts IS NULL AND kind = 'active_learner')"
            " ORDER BY place DESC, was_held DESC LIMIT 1)",
            [task_id],
        )
        return None if row is None else Run(*row)

    # --- folds

    def folds(self, task_id: int, repeat_no: int = 0) -> tuple[NDArray[np.int64], list[str], NDArray[np.int8]]:
        """Return (record numbers [n], classes [n], folds [n]) in the order in which they were dealt."""
        found = self._database.columns(
            "SELECT record_no, class, fold_no FROM fold WHERE task_id = ? AND repeat_no = ? ORDER BY dealt_no",
            [task_id, repeat_no],
        )
        return found["record_no"].astype(np.int64), list(found["class"]), found["fold_no"].astype(np.int8)

    def add_folds(
        self,
        task_id: int,
        record_nos: NDArray[np.int64],
        classes: Sequence[str],
        folds: NDArray[np.int8],
        repeat_no: int = 0,
    ) -> None:
        """Store newly dealt folds; a record that has one keeps it."""
        table = pa.table(
            {
                "record_no": pa.array(record_nos, pa.int64()),
                "fold_no": pa.array(folds, pa.int8()),
                "class": pa.array(classes, pa.string()),
                "position": pa.array(range(len(classes)), pa.int64()),
            }
        )
        with self._database.transaction(dealt=table) as cursor:
            cursor.execute(
                "INSERT INTO fold SELECT $task, record_no, $repeat, fold_no, class, position"
                " + (SELECT count(*) FROM fold WHERE task_id = $task) FROM dealt ON CONFLICT DO NOTHING",
                {"task": task_id, "repeat": repeat_no},
            )

    # --- reading

    def judged(self, run_id: int, task_id: int, repeat_no: int = 0) -> Judged:
        """Return a run's predictions of records that have a truth now.

        Those labelled at the time of the run come out-of-fold, from one dealing of the folds; those answered since
        come from the run itself, which predicted them before the answer existed. Rules and given predictions learnt
        from no answer: theirs all come from the run. In a task with several labels there is a row for each label,
        whose truth is 0 where the record does not have it.
        """
        found = self._database.columns(JUDGED, {"run": run_id, "task": task_id, "repeat": repeat_no})
        integers = {name: found[name].astype(np.int64) for name in ("record_no", "predicted", "truth", "start", "end")}
        return Judged(
            **integers,
            confidence=found["confidence"].astype(np.float64),
            raw=found["raw"].astype(np.float64),
            audit=found["audit"].astype(np.bool_),
            new=found["fresh"].astype(np.bool_),
        )

    def out_of_fit(self, run_id: int) -> NDArray[np.int64]:
        """Return the labelled records, ascending, whose labels were kept out of the fit of the shipped model."""
        found = self._database.columns(
            "SELECT record_no FROM oof WHERE run_id = ? AND rank = 1 AND fold_no = ? ORDER BY record_no",
            [run_id, OUT_OF_FIT],
        )
        return found["record_no"].astype(np.int64)

    def pool(self, run_id: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (label ids [p], calibrated confidences [p]) of the records that nobody had labelled at the run.

        Of a record with several predictions it is the surest.
        """
        found = self._database.columns(
            "SELECT label_id, calibrated FROM present_prediction WHERE run_id = ? AND rank = 1 AND in_pool", [run_id]
        )
        return found["label_id"].astype(np.int64), found["calibrated"].astype(np.float64)

    def labels_said(self, run_id: int) -> frozenset[int]:
        """Return the ids of the labels that a run predicts anywhere as its first choice, those removed left out."""
        rows = self._database.rows(
            "SELECT DISTINCT label_id FROM present_prediction WHERE run_id = ? AND calibrated IS NOT NULL", [run_id]
        )
        return frozenset(row[0] for row in rows)

    def predicted(
        self, run_id: int, record_nos: Sequence[int]
    ) -> dict[int, tuple[tuple[int, float, float | None], ...]]:
        """Return (label id, raw, calibrated) of the first and second label, by record number."""
        rows = self._database.rows(
            "SELECT record_no, label_id, raw, calibrated FROM present_prediction"
            " WHERE run_id = ? AND record_no IN (SELECT unnest(?::INTEGER[])) ORDER BY record_no, rank",
            [run_id, [int(number) for number in record_nos]],
        )
        found: dict[int, list[tuple[int, float, float | None]]] = {}
        for record_no, label_id, raw, calibrated in rows:
            found.setdefault(record_no, []).append((label_id, raw, calibrated))
        return {record_no: tuple(ranked) for record_no, ranked in found.items()}

    def candidates(self, run_id: int, strategy: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (record numbers, scores) of what a strategy would ask first by a run's probabilities, in order."""
        found = self._database.columns(
            "SELECT record_no, score FROM candidate WHERE run_id = ? AND strategy = ? ORDER BY position",
            [run_id, strategy],
        )
        return found["record_no"].astype(np.int64), found["score"].astype(np.float64)

    def export_rows(self, run_id: int) -> dict[int, tuple[int, float]]:
        """Return (label id, calibrated confidence) by record number."""
        rows = self._database.rows(
            "SELECT record_no, label_id, calibrated FROM present_prediction WHERE run_id = ? AND rank = 1", [run_id]
        )
        return {record_no: (label_id, confidence) for record_no, label_id, confidence in rows}
