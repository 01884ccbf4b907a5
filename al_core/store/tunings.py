"""Encoders that were tuned on answers: where they are, and which texts they learnt from."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.projects import now
from al_core.types import Task


@dataclass(frozen=True, slots=True)
class Tuning:
    """A model in the folder `model` that learnt from the answers on `n_records` records of a task."""

    tuning_id: int
    task_id: int
    attribute_id: int
    model: str
    model_sha: str
    n_records: int
    person: str
    made_ts: datetime


class Tunings:
    """Written once each; what a model has learnt from is never forgotten, also where its vectors are gone."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder
        self._sweep()
        self._follow()

    def _sweep(self) -> None:
        """Delete what a tuning left that was cut off: nothing works there yet when a workspace is opened."""
        known = {Path(model).name for (model,) in self._database.rows("SELECT model FROM tuning")}
        for path in self.folder.glob("*"):
            if path.name not in known:
                shutil.rmtree(path)

    def _follow(self) -> None:
        """Give embeddings the present paths of their models, where the workspace's folder was moved."""
        for tuning_id, model in self._database.rows("SELECT tuning_id, model FROM tuning"):
            here = str(self.folder / Path(model).name)
            if here == model:
                continue
            with self._database.transaction() as cursor:
                for end in ("", "-pool"):
                    cursor.execute("UPDATE embedding SET model = ? WHERE model = ?", [here + end, model + end])
                cursor.execute("UPDATE tuning SET model = ? WHERE tuning_id = ?", [here, tuning_id])

    def add(self, task: Task, model: str, model_sha: str, text_shas: Sequence[str], person_id: int) -> None:
        """Store that the model in a folder learnt from texts, named by their SHA-256, with the labels of a task."""
        with self._database.transaction() as cursor:
            tuning_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO tuning VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    tuning_id,
                    task.task_id,
                    task.attribute.attribute_id,
                    model,
                    model_sha,
                    len(text_shas),
                    person_id,
                    now(),
                ],
            )
            cursor.execute("INSERT INTO tuned_text SELECT ?, unnest(?::TEXT[])", [tuning_id, list(text_shas)])

    def all(self) -> tuple[Tuning, ...]:
        """Return all tunings of the workspace, newest first."""
        rows = self._database.rows(
            "SELECT t.tuning_id, t.task_id, t.attribute_id, t.model, t.model_sha, t.n_records,"
            " coalesce(p.name, ''), t.made_ts FROM tuning t LEFT JOIN person p USING (person_id)"
            " ORDER BY t.tuning_id DESC"
        )
        return tuple(Tuning(*row) for row in rows)

    def records(self, attribute_id: int, vector_shas: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers [k] of records whose text the makers of some vectors, named by SHA-256, learnt from."""
        found = self._database.columns(
            "SELECT DISTINCT c.record_no FROM tuned_vectors v JOIN tuned_text x USING (tuning_id)"
            " JOIN text_value c ON c.text_sha = x.text_sha AND c.attribute_id = ?"
            " WHERE v.sha256 IN (SELECT unnest(?::TEXT[])) ORDER BY c.record_no",
            [attribute_id, list(vector_shas)],
        )
        return found["record_no"].astype(np.int64)

    def length(self, attribute_id: int) -> tuple[int, float]:
        """Return how many different texts an attribute has, and how many characters they have on average."""
        row = self._database.row(
            "SELECT count(DISTINCT text_sha), coalesce(avg(length(text)), 0) FROM current_text WHERE attribute_id = ?",
            [attribute_id],
        )
        assert row is not None
        return int(row[0]), float(row[1])

    def others(self, tuning: Tuning) -> int:
        """Return how many records of a tuning's task have a truth, and a text that the model did not learn from."""
        return int(
            self._database.value(
                "SELECT count(*) FROM truth t WHERE t.task_id = ? AND t.state <> 'conflict' AND t.record_no NOT IN"
                " (SELECT c.record_no FROM text_value c JOIN tuned_text x ON x.text_sha = c.text_sha"
                " WHERE x.tuning_id = ? AND c.attribute_id = ?)",
                [tuning.task_id, tuning.tuning_id, tuning.attribute_id],
            )
        )


def link_vectors(cursor: DuckDBPyConnection, model: str, model_sha: str, sha256: str) -> None:
    """Note that a set of vectors was made by a tuned model, or from its vectors, where it was."""
    cursor.execute(
        "INSERT INTO tuned_vectors SELECT tuning_id, ? FROM tuning WHERE model IN (?, ?) OR model_sha = ?",
        [sha256, model, model.removesuffix("-pool"), model_sha],
    )
