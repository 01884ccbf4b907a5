"""The same answer on many records, in SQL throughout, and taking it back; answers are only ever added.

Each step is one short transaction of at most some thousand records, so that a person who labels meanwhile does not
wait. Taking back gives every record the answer again that the person had there before, or a retract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.errors import Conflict, NotFound
from al_core.store.database import Database
from al_core.store.projects import now
from al_core.store.truth import resolve

STEP = 4_000  # records of one transaction


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """Of how many records what is known before a bulk label: those there are, and those somebody has answered."""

    n_records: int
    n_answered: int


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk label as it was given; `n_records` of them got an answer, `undone_ts` is None until it is taken back."""

    bulk_id: int
    task_id: int
    person_id: int
    n_records: int
    made_ts: datetime
    undone_ts: datetime | None


class BulkAnswers:
    """Bulk labels of tasks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, task_id: int, record_nos: NDArray[np.int64]) -> BulkPreview:
        """Return how many of the records [n] are there, not deleted, and how many of these have an answer."""
        with self._database.transaction(wanted=_wanted(record_nos)) as cursor:
            row = cursor.execute(
                f"SELECT count(*), count(*) FILTER (w.record_no IN ({_ANSWERED.format(task='$task')}))"
                " FROM wanted w JOIN record r ON r.record_no = w.record_no AND r.deleted_ts IS NULL"
                " AND r.project_id = (SELECT project_id FROM task WHERE task_id = $task)",
                {"task": task_id},
            ).fetchall()[0]
        return BulkPreview(*row)

    def begin(self, task_id: int, person_id: int) -> int:
        """Return the id of a new bulk label without records yet."""
        with self._database.transaction() as cursor:
            bulk_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
            cursor.execute("INSERT INTO bulk VALUES (?, ?, ?, ?, NULL)", [bulk_id, task_id, person_id, now()])
        return bulk_id

    def give(self, bulk_id: int, record_nos: NDArray[np.int64], label_ids: Sequence[int], *, replace: bool) -> int:
        """Return how many of the records [n <= STEP] got the labels as the person's accepted answer.

        Deleted records are left out, and without `replace` all that somebody accepted or ignored.
        """
        labels = pa.table({"ordinal": pa.array(range(len(label_ids))), "label_id": pa.array(label_ids, pa.int64())})
        with self._database.transaction(wanted=_wanted(record_nos), given_label=labels) as cursor:
            cursor.execute(_MADE, {"bulk": bulk_id, "replace": replace, **_numbers(cursor, len(record_nos))})
            cursor.execute(_GIVEN, {"moment": now()})
            cursor.execute(
                "INSERT INTO answer_label SELECT answer_id, ordinal, label_id, NULL, NULL FROM made, given_label"
            )
            cursor.execute("INSERT INTO bulk_answer SELECT bulk_id, answer_id, record_no, before_id FROM made")
            cursor.execute(_FRESH)
            resolve(cursor)
            return _count(cursor)

    def take_back(self, bulk_id: int) -> int:
        """Return on how many records the person's answer is again what it was before; the others they changed since.

        Raises NotFound, and Conflict where it was taken back already.
        """
        bulk = self.get(bulk_id)
        if bulk.undone_ts is not None:
            raise Conflict("This bulk label was taken back already.", "There is nothing more to undo.")
        restored = 0
        while step := self._take_back_step(bulk_id):
            restored += step
        with self._database.transaction() as cursor:
            cursor.execute("UPDATE bulk SET undone_ts = ? WHERE bulk_id = ?", [now(), bulk_id])
        return restored

    def _take_back_step(self, bulk_id: int) -> int:
        """Return on how many records, at most STEP, the answer before was given again; 0 where none is left."""
        with self._database.transaction() as cursor:
            cursor.execute(_STANDING, {"bulk": bulk_id, "step": STEP, **_numbers(cursor, STEP)})
            cursor.execute(_RESTORED, {"moment": now()})
            cursor.execute(
                "INSERT INTO answer_label SELECT m.answer_id, l.ordinal, l.label_id, l.start_char, l.end_char"
                " FROM made m JOIN answer_label l ON l.answer_id = m.before_id"
            )
            cursor.execute(_FRESH)
            resolve(cursor)
            return _count(cursor)

    def get(self, bulk_id: int) -> Bulk:
        """Return a bulk label; raises NotFound."""
        row = self._database.row(f"{_BULK} WHERE b.bulk_id = ? GROUP BY ALL", [bulk_id])
        if row is None:
            raise NotFound(f"There is no bulk label {bulk_id}.", "It may belong to another workspace.")
        return Bulk(*row)

    def last(self, task_id: int, person_id: int) -> Bulk | None:
        """Return a person's newest bulk label in a task that was not taken back and gave an answer, or None."""
        row = self._database.row(
            f"{_BULK} WHERE b.task_id = ? AND b.person_id = ? AND b.undone_ts IS NULL GROUP BY ALL"
            " HAVING count(a.answer_id) > 0 ORDER BY b.bulk_id DESC LIMIT 1",
            [task_id, person_id],
        )
        return None if row is None else Bulk(*row)


def _wanted(record_nos: NDArray[np.int64]) -> pa.Table:
    return pa.table({"record_no": pa.array(np.unique(record_nos), pa.int64())})


def _numbers(cursor: duckdb.DuckDBPyConnection, n: int) -> dict[str, int]:
    """Return the event number that the first of n answers gets; they are in the order of the records."""
    taken = cursor.execute("SELECT nextval('event_sequence') FROM range(?)", [max(n, 1)]).fetchall()
    return {"first": min(row[0] for row in taken)}


def _count(cursor: duckdb.DuckDBPyConnection) -> int:
    return int(cursor.execute("SELECT count(*) FROM made").fetchall()[0][0])


_ANSWERED = (
    "SELECT c.record_no FROM current_answer c JOIN answer a USING (answer_id)"
    " WHERE c.task_id = {task} AND a.verdict IN ('accept', 'ignore')"
)

_BULK = (
    "SELECT b.bulk_id, b.task_id, b.person_id, count(a.answer_id), b.made_ts, b.undone_ts"
    " FROM bulk b LEFT JOIN bulk_answer a USING (bulk_id)"
)

# `made` are the answers of this step; `fresh` is what `resolve` reads
_MADE = f"""
CREATE OR REPLACE TEMP TABLE made AS
SELECT uuid() AS answer_id, b.bulk_id, b.task_id, b.person_id, w.record_no, c.answer_id AS before_id, x.text_sha,
    $first + row_number() OVER (ORDER BY w.record_no) - 1 AS event_no
FROM wanted w JOIN bulk b ON b.bulk_id = $bulk JOIN task t USING (task_id)
JOIN record r ON r.project_id = t.project_id AND r.record_no = w.record_no AND r.deleted_ts IS NULL
LEFT JOIN current_answer c ON c.task_id = t.task_id AND c.record_no = w.record_no AND c.person_id = b.person_id
LEFT JOIN current_text x ON x.attribute_id = t.attribute_id AND x.record_no = w.record_no
WHERE $replace OR w.record_no NOT IN ({_ANSWERED.format(task="(SELECT task_id FROM bulk WHERE bulk_id = $bulk)")})
"""
_FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT answer_id, task_id, record_no, person_id, event_no AS position FROM made
"""
# the filter may have spoken of predictions: such an answer is never blind
_GIVEN = """
INSERT INTO answer BY NAME
SELECT answer_id, event_no, task_id, record_no, text_sha, person_id, 'accept' AS verdict, 'bulk' AS drawn_by,
    false AS blind, false AS adjudicates, $moment AS server_ts FROM made
"""
# only where the bulk answer is still the person's newest: what they have answered since stays
_STANDING = """
CREATE OR REPLACE TEMP TABLE made AS
SELECT uuid() AS answer_id, g.record_no, g.before_id, c.task_id, c.person_id,
    $first + row_number() OVER (ORDER BY g.record_no) - 1 AS event_no
FROM bulk_answer g JOIN answer c USING (answer_id)
WHERE g.bulk_id = $bulk AND NOT EXISTS (SELECT 1 FROM answer n WHERE n.task_id = c.task_id
    AND n.record_no = c.record_no AND n.person_id = c.person_id AND n.event_no > c.event_no)
ORDER BY g.record_no LIMIT $step
"""
_RESTORED = """
INSERT INTO answer BY NAME
SELECT m.answer_id, m.event_no, m.task_id, m.record_no, coalesce(b.text_sha, x.text_sha) AS text_sha, m.person_id,
    coalesce(b.verdict, 'retract') AS verdict, b.draw_id, coalesce(b.drawn_by, 'bulk') AS drawn_by, b.probability,
    coalesce(b.blind, false) AS blind, coalesce(b.adjudicates, false) AS adjudicates, b.shown_run_id, b.shown_label_id,
    b.import_id, $moment AS server_ts
FROM made m LEFT JOIN answer b ON b.answer_id = m.before_id
JOIN task t ON t.task_id = m.task_id
LEFT JOIN current_text x ON x.attribute_id = t.attribute_id AND x.record_no = m.record_no
"""
