"""Labels that were taken out of a task, and their return: answers keep them, so that nothing is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import duckdb

from al_core.errors import Conflict, InvalidInput, NotFound
from al_core.store.database import Database
from al_core.store.projects import now
from al_core.store.resettling import TruthChanges, resettle
from al_core.types import Label


@dataclass(frozen=True, slots=True)
class LabelLoss:
    """What removing a label changes: answers of now that carry it, and what becomes of their records' truth."""

    n_answers: int
    truth: TruthChanges


@dataclass(frozen=True, slots=True)
class RemovedLabel:
    """A label that can come back, with the answers that carry it."""

    label: Label
    removed_ts: datetime
    n_answers: int


class RemovedLabels:
    """Labels that a task had."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, task_id: int) -> tuple[RemovedLabel, ...]:
        """Return the removed labels of a task, the last removed first."""
        rows = self._database.rows(_REMOVED, [task_id])
        return tuple(RemovedLabel(Label(*row[:5]), row[5], row[6]) for row in rows)

    def look_before(self, task_id: int, label_id: int) -> LabelLoss:
        """Return what removing a label would change; it is tried and undone. Raises as `remove` does."""
        with self._database.transaction() as cursor:
            loss = _remove(cursor, task_id, label_id)
            cursor.rollback()
            cursor.begin()
        return loss

    def remove(self, task_id: int, label_id: int, person_id: int) -> LabelLoss:
        """Return what taking a label out of its task changed.

        Raises NotFound where the task has no such label (any more), InvalidInput for its last one.
        """
        with self._database.transaction() as cursor:
            loss = _remove(cursor, task_id, label_id)
            _note(cursor, person_id, label_id, is_removed=True)
        return loss

    def restore(self, task_id: int, label_id: int, person_id: int) -> Label:
        """Return a label that is in its task again, with its answers; without its key where another has that now.

        Raises NotFound where it is not a removed one (any more), Conflict where its name is taken by now.
        """
        with self._database.transaction() as cursor:
            removed = next((one.label for one in self.of(task_id) if one.label.label_id == label_id), None)
            if removed is None:
                raise NotFound("This label is not a removed one (any more).", "Reload the page.")
            present = cursor.execute(
                "SELECT name, key FROM label WHERE task_id = ? AND deleted_ts IS NULL", [task_id]
            ).fetchall()
            if removed.name in {name for name, _ in present}:
                raise Conflict(f"There is another label called {removed.name!r} by now.", "Rename that one first.")
            key = "" if removed.key in {key for _, key in present} else removed.key
            cursor.execute("UPDATE label SET deleted_ts = NULL, key = ? WHERE label_id = ?", [key, label_id])
            _settle(cursor, task_id, label_id)
            _note(cursor, person_id, label_id, is_removed=False)
        return Label(label_id, removed.name, removed.colour, key, removed.description)


def _remove(cursor: duckdb.DuckDBPyConnection, task_id: int, label_id: int) -> LabelLoss:
    present = cursor.execute(
        "SELECT label_id, name FROM label WHERE task_id = ? AND deleted_ts IS NULL", [task_id]
    ).fetchall()
    name = dict(present).get(label_id)
    if name is None:
        raise NotFound("This label is not in the task (any more).", "Reload the page.")
    if len(present) == 1:
        raise InvalidInput(f"{name!r} is the task's last label.", "Add another one first.")
    n_answers = cursor.execute(_CARRYING, [task_id, label_id]).fetchall()[0][0]
    cursor.execute("UPDATE label SET deleted_ts = ? WHERE label_id = ?", [now(), label_id])
    return LabelLoss(int(n_answers), _settle(cursor, task_id, label_id))


def _settle(cursor: duckdb.DuckDBPyConnection, task_id: int, label_id: int) -> TruthChanges:
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE fresh AS SELECT DISTINCT task_id, record_no FROM answer"
        " WHERE task_id = ? AND answer_id IN (SELECT answer_id FROM answer_label WHERE label_id = ?)",
        [task_id, label_id],
    )
    return resettle(cursor, [task_id])[task_id]


def _note(cursor: duckdb.DuckDBPyConnection, person_id: int, label_id: int, *, is_removed: bool) -> None:
    cursor.execute(
        "INSERT INTO audit_event VALUES (nextval('event_sequence'), ?, ?, ?, ?, ?)",
        [person_id, f"label {label_id} removed", json.dumps(not is_removed), json.dumps(is_removed), now()],
    )


_CARRYING = (
    "SELECT count(DISTINCT c.answer_id) FROM current_answer c JOIN answer_label l USING (answer_id)"
    " WHERE c.task_id = ? AND l.label_id = ?"
)

# the newest answers of people on records; with an answer of a deleted record, which would come back with it
_REMOVED = """
WITH newest AS (
    SELECT arg_max(answer_id, event_no) AS answer_id FROM answer WHERE task_id = $1 GROUP BY record_no, person_id),
carried AS (
    SELECT label_id, count(DISTINCT answer_id) AS n FROM answer_label JOIN removed_label USING (label_id)
    SEMI JOIN newest USING (answer_id) GROUP BY label_id)
SELECT l.label_id, l.name, l.colour, l.key, l.description, l.deleted_ts, coalesce(c.n, 0)
FROM label l LEFT JOIN carried c USING (label_id)
WHERE l.task_id = $1 AND l.deleted_ts IS NOT NULL ORDER BY l.deleted_ts DESC, l.label_id DESC
"""
