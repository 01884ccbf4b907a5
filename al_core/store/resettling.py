"""Working the truth out anew after a label or records went or came back, and what changed by that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from al_core.store.database import Database
from al_core.store.truth import resolve_again

STANDING = """
SELECT task_id, record_no, any_value(state) = 'conflict' AS is_conflict,
    string_agg(concat_ws(':', label_id, start_char, end_char), ',' ORDER BY label_id, start_char) AS labels
FROM truth SEMI JOIN fresh USING (task_id, record_no) LEFT JOIN truth_label USING (task_id, record_no)
GROUP BY task_id, record_no
"""

_CHANGED = """
SELECT count(*) FILTER (NOT b.is_conflict AND a.record_no IS NULL),
    count(*) FILTER (NOT (NOT b.is_conflict AND a.record_no IS NULL))
FROM (FROM before WHERE task_id = $task) b FULL JOIN (FROM standing WHERE task_id = $task) a USING (record_no)
WHERE b.record_no IS NULL OR a.record_no IS NULL OR a.is_conflict <> b.is_conflict
    OR coalesce(a.labels, '') <> coalesce(b.labels, '')
"""


@dataclass(frozen=True, slots=True)
class TruthChanges:
    """How many records have no truth any more, and how many have another one, a conflict or none from a conflict."""

    n_unlabelled: int
    n_otherwise: int


def resettle(cursor: duckdb.DuckDBPyConnection, task_ids: Sequence[int]) -> dict[int, TruthChanges]:
    """Return by task what changed for the records (task_id, record_no) of the temporary table `fresh`.

    It is noted for each of the tasks, also where nothing changed: what is remembered about them is out of date.
    """
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE before AS {STANDING}")
    resolve_again(cursor)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE standing AS {STANDING}")
    found = {}
    for task_id in task_ids:
        found[task_id] = TruthChanges(*cursor.execute(_CHANGED, {"task": task_id}).fetchall()[0])
        cursor.execute(
            "INSERT INTO resettled SELECT ?, nextval('event_sequence'), ?",
            [task_id, found[task_id].n_unlabelled + found[task_id].n_otherwise],
        )
    return found


class Resettled:
    """What removals changed; read only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, task_id: int, revision: int) -> int:
        """Return how often a record's truth changed by removals, or their undo, since a label revision."""
        return int(
            self._database.value(
                "SELECT coalesce(sum(n_changed), 0) FROM resettled WHERE task_id = ? AND event_no > ?",
                [task_id, revision],
            )
        )
