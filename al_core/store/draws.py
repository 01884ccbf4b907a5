"""Draws: batches of records handed to people, with how and with what probability each was drawn."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.learning.query_strategies import Draw
from al_core.store.database import Database
from al_core.store.projects import now

LEASE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class DrawnRecord:
    """A record waiting for a person's answer."""

    draw_id: int
    record_no: int
    strategy: str
    run_id: int | None
    drawn_by: str
    probability: float


class Draws:
    """What was drawn, and for whom it is kept for some minutes so that two people get different records."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # held from the look at who has what to the new lease: two people who draw at once get different records
        self.turn = threading.Lock()

    def add(
        self, task_id: int, person_id: int, drawn: Draw, *, strategy: str, run_id: int | None, pool_size: int
    ) -> int:
        """Return the id of a new draw; its records (numbers in `drawn.indices`) are leased to the person."""
        table = pa.table(
            {
                "record_no": pa.array(drawn.indices, pa.int64()),
                "position": pa.array(range(len(drawn.indices)), pa.int64()),
                "drawn_by": pa.array(drawn.drawn_by, pa.string()),
                "probability": pa.array(drawn.probability, pa.float64()),
            }
        )
        made = now()
        with self._database.transaction(drawn_records=table) as cursor:
            draw_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO draw VALUES (?, ?, ?, ?, ?, NULL, ?)",
                [draw_id, task_id, strategy, run_id, pool_size, made],
            )
            cursor.execute(
                "INSERT INTO draw_item SELECT ?, record_no, position, drawn_by, probability, ?, ? FROM drawn_records",
                [draw_id, person_id, made + LEASE],
            )
        return draw_id

    def waiting(self, task_id: int, person_id: int, strategy: str) -> tuple[DrawnRecord, ...]:
        """Return a person's drawn records without an answer whose lease runs, in order; the lease is renewed."""
        moment = now()
        with self._database.transaction() as cursor:
            rows = cursor.execute(
                "SELECT i.draw_id, i.record_no, d.strategy, d.run_id, i.drawn_by, i.probability"
                " FROM draw_item i JOIN draw d USING (draw_id) JOIN task t USING (task_id)"
                " JOIN record r ON r.project_id = t.project_id AND r.record_no = i.record_no"
                " WHERE d.task_id = $task AND i.leased_to = $person AND d.strategy = $strategy"
                " AND i.leased_until > $moment AND r.deleted_ts IS NULL"
                # what the person rejected is asked again by a later draw, not by this one for ever
                " AND NOT EXISTS (SELECT 1 FROM current_answer c JOIN answer a USING (answer_id)"
                "   WHERE c.task_id = d.task_id AND c.record_no = i.record_no AND (a.verdict IN ('accept', 'ignore')"
                "   OR a.verdict = 'reject' AND a.person_id = $person AND a.draw_id = i.draw_id))"
                " ORDER BY i.draw_id, i.position",
                {"task": task_id, "person": person_id, "strategy": strategy, "moment": moment},
            ).fetchall()
            if rows:
                cursor.execute(
                    "UPDATE draw_item SET leased_until = ? WHERE leased_to = ? AND leased_until > ?"
                    " AND draw_id IN (SELECT unnest(?::BIGINT[]))",
                    [moment + LEASE, person_id, moment, sorted({row[0] for row in rows})],
                )
        return tuple(DrawnRecord(*row) for row in rows)

    def leased(self, task_id: int) -> NDArray[np.int64]:
        """Return the numbers of the records that wait for somebody's answer right now."""
        found = self._database.columns(
            "SELECT DISTINCT i.record_no FROM draw_item i JOIN draw d USING (draw_id)"
            " WHERE d.task_id = ? AND i.leased_until > ?",
            [task_id, now()],
        )
        return found["record_no"].astype(np.int64)

    def give_back(self, task_id: int, person_id: int) -> None:
        """End a person's leases on records without an answer, so that others can get them."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE draw_item SET leased_until = NULL WHERE leased_to = ?"
                " AND draw_id IN (SELECT draw_id FROM draw WHERE task_id = ?)",
                [person_id, task_id],
            )
