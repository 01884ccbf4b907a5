"""What people say about records beside their answers: comments, and flags ("look at this again").

Both are append-only acts with ids made by the browser, so that one that comes twice is stored once. A comment belongs
to the record, whatever the task; a flag to one task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.projects import now


@dataclass(frozen=True, slots=True)
class Comment:
    """What one person wrote about a record."""

    comment_id: str
    person: str
    text: str
    made_ts: datetime


class Remarks:
    """Comments and flags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_comment(self, comment_id: str, project_id: int, record_no: int, person_id: int, text: str) -> None:
        """Store a comment; one whose id is stored already is left as it is."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO comment VALUES (?::UUID, nextval('event_sequence'), ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [comment_id, project_id, record_no, person_id, text, now()],
            )

    def comments(self, project_id: int, record_nos: Sequence[int]) -> dict[int, tuple[Comment, ...]]:
        """Return the comments on records by record number, oldest first."""
        rows = self._database.rows(
            "SELECT c.record_no, c.comment_id, p.name, c.text, c.made_ts FROM comment c JOIN person p USING (person_id)"
            " WHERE c.project_id = ? AND c.record_no IN (SELECT unnest(?::INTEGER[])) ORDER BY c.event_no",
            [project_id, [int(number) for number in record_nos]],
        )
        found: dict[int, list[Comment]] = {}
        for record_no, comment_id, *rest in rows:
            found.setdefault(record_no, []).append(Comment(str(comment_id), *rest))
        return {record_no: tuple(comments) for record_no, comments in found.items()}

    def set_flag(self, flag_id: str, task_id: int, record_no: int, person_id: int, *, is_set: bool) -> None:
        """Set the flag of a record in a task, or take it back; an act whose id is stored already changes nothing."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO flag VALUES (?::UUID, nextval('event_sequence'), ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [flag_id, task_id, record_no, person_id, is_set, now()],
            )

    def flagged(self, task_id: int) -> NDArray[np.int64]:
        """Return the numbers of a task's flagged records, the flag set last first."""
        found = self._database.columns(
            "SELECT record_no FROM flagged WHERE task_id = ? ORDER BY event_no DESC", [task_id]
        )
        return found["record_no"].astype(np.int64)
