"""Deleted records: gone from every count, queue and export, with their answers, until somebody restores them.

Each step is one short transaction of at most some thousand records, as for labels given to many at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.errors import NotFound
from al_core.store.bulk import STEP
from al_core.store.database import Database
from al_core.store.projects import now
from al_core.store.resettling import resettle


@dataclass(frozen=True, slots=True)
class DeletionPreview:
    """How many records there are, not deleted, and how many of these have an answer in any task."""

    n_records: int
    n_answered: int


@dataclass(frozen=True, slots=True)
class Deletion:
    """Records that were deleted together and have not been restored; `n_records` of them."""

    deletion_id: int
    project_id: int
    person: str
    made_ts: datetime
    n_records: int


class Deletions:
    """Records of projects that were deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, project_id: int, record_nos: NDArray[np.int64]) -> DeletionPreview:
        """Return how many of the records [n] are there, and how many of these have an answer."""
        with self._database.transaction(wanted=_wanted(record_nos)) as cursor:
            row = cursor.execute(_PREVIEW, {"project": project_id}).fetchall()[0]
        return DeletionPreview(*row)

    def begin(self, project_id: int, person_id: int) -> int:
        """Return the id of a new deletion without records yet."""
        with self._database.transaction() as cursor:
            deletion_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO deletion VALUES (?, ?, ?, ?, NULL)", [deletion_id, project_id, person_id, now()]
            )
        return deletion_id

    def delete(self, deletion_id: int, record_nos: NDArray[np.int64]) -> int:
        """Return how many of the records [n <= STEP] are deleted now; nobody is asked for them any more."""
        with self._database.transaction(wanted=_wanted(record_nos)) as cursor:
            cursor.execute(_LEAVING, [deletion_id])
            cursor.execute(_MARKED, {"deletion": deletion_id, "moment": now()})
            cursor.execute("INSERT INTO deleted_record SELECT ?, record_no FROM moved", [deletion_id])
            cursor.execute(_GIVEN_BACK, [deletion_id])
            return _settle(cursor, deletion_id)

    def restore(self, deletion_id: int) -> int:
        """Return how many records are back with their answers; raises NotFound for a deletion that is none (any more).

        What goes wrong ends it between two steps; the rest can be restored later.
        """
        if not any(one.deletion_id == deletion_id for one in self._all("d.restored_ts IS NULL", [])):
            raise NotFound("These records are not deleted (any more).", "Somebody may have restored them.")
        restored = 0
        while step := self._restore_step(deletion_id):
            restored += step
        with self._database.transaction() as cursor:
            cursor.execute("UPDATE deletion SET restored_ts = ? WHERE deletion_id = ?", [now(), deletion_id])
        return restored

    def _restore_step(self, deletion_id: int) -> int:
        with self._database.transaction() as cursor:
            cursor.execute(_RETURNING, [deletion_id, STEP])
            cursor.execute(_MARKED, {"deletion": deletion_id, "moment": None})
            return _settle(cursor, deletion_id)

    def standing(self, project_id: int) -> tuple[Deletion, ...]:
        """Return a project's deletions that were not restored, newest first."""
        return self._all("d.restored_ts IS NULL AND d.project_id = ?", [project_id])

    def _all(self, condition: str, parameters: list[int]) -> tuple[Deletion, ...]:
        rows = self._database.rows(
            f"{_DELETIONS} WHERE {condition} GROUP BY ALL ORDER BY d.deletion_id DESC", parameters
        )
        return tuple(Deletion(*row) for row in rows)


def _wanted(record_nos: NDArray[np.int64]) -> pa.Table:
    return pa.table({"record_no": pa.array(np.unique(record_nos), pa.int64())})


def _settle(cursor: duckdb.DuckDBPyConnection, deletion_id: int) -> int:
    """Return how many records moved, once all tasks' truth stands without them, or with them again."""
    n_moved = int(cursor.execute("SELECT count(*) FROM moved").fetchall()[0][0])
    if n_moved:
        tasks = cursor.execute(f"SELECT task_id FROM task WHERE project_id = {_PROJECT}", [deletion_id]).fetchall()
        cursor.execute(_FRESH, [deletion_id])
        resettle(cursor, [task_id for (task_id,) in tasks])
    return n_moved


_PROJECT = "(SELECT project_id FROM deletion WHERE deletion_id = ?)"

_DELETIONS = (
    "SELECT d.deletion_id, d.project_id, coalesce(p.name, ''), d.made_ts, count(*) FROM deletion d"
    " JOIN deleted_record USING (deletion_id) LEFT JOIN person p USING (person_id)"
)

_PREVIEW = """
SELECT count(*), count(*) FILTER (r.record_no IN (
    SELECT c.record_no FROM current_answer c JOIN answer a USING (answer_id) JOIN task t ON t.task_id = c.task_id
    WHERE t.project_id = $project AND t.deleted_ts IS NULL AND a.verdict <> 'retract'))
FROM wanted w JOIN record r ON r.record_no = w.record_no AND r.project_id = $project AND r.deleted_ts IS NULL
"""

# `moved` are the records of this step
_LEAVING = f"""
CREATE OR REPLACE TEMP TABLE moved AS
SELECT r.record_no FROM wanted w JOIN record r USING (record_no)
WHERE r.project_id = {_PROJECT} AND r.deleted_ts IS NULL
"""
_RETURNING = """
CREATE OR REPLACE TEMP TABLE moved AS
SELECT r.record_no FROM deleted_record x JOIN deletion d USING (deletion_id)
JOIN record r ON r.project_id = d.project_id AND r.record_no = x.record_no AND r.deleted_ts IS NOT NULL
WHERE deletion_id = ? ORDER BY r.record_no LIMIT ?
"""
_MARKED = (
    "UPDATE record SET deleted_ts = $moment WHERE record_no IN (FROM moved)"
    " AND project_id = (SELECT project_id FROM deletion WHERE deletion_id = $deletion)"
)
_GIVEN_BACK = (
    "UPDATE draw_item SET leased_until = NULL WHERE leased_until IS NOT NULL AND record_no IN (FROM moved)"
    f" AND draw_id IN (SELECT draw_id FROM draw JOIN task USING (task_id) WHERE project_id = {_PROJECT})"
)
_FRESH = (
    "CREATE OR REPLACE TEMP TABLE fresh AS SELECT DISTINCT a.task_id, a.record_no FROM answer a SEMI JOIN moved"
    f" USING (record_no) WHERE a.task_id IN (SELECT task_id FROM task WHERE project_id = {_PROJECT})"
)
