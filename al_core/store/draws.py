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
    """A record waiting for a person's answer. `draw_id` is None for one that is looked at again without a draw."""

    draw_id: int | None
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
        self.turn = threading.RLock()

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

    def waiting(
        self, task_id: int, person_id: int, strategy: str, *, overlap: int = 1, again: bool = False
    ) -> tuple[DrawnRecord, ...]:
        """Return a person's drawn records that wait for them and whose lease runs, in order; the lease is renewed.

        A record is done when the person has answered it or `overlap` people have. With `again` (a queue of records
        that have answers already) only what the person answered since the draw is done.
        """
        moment = now()
        whose = {"task": task_id, "person": person_id, "strategy": strategy, "moment": moment}
        with self._database.transaction() as cursor:
            rows = cursor.execute(_WAITING, whose | {"overlap": overlap, "again": again}).fetchall()
            if rows:
                cursor.execute(
                    "UPDATE draw_item SET leased_until = ? WHERE leased_to = ? AND leased_until > ?"
                    " AND draw_id IN (SELECT unnest(?::BIGINT[]))",
                    [moment + LEASE, person_id, moment, sorted({row[0] for row in rows})],
                )
        return tuple(DrawnRecord(*row) for row in rows)

    def taken(self, task_id: int, person_id: int, strategy: str, overlap: int = 1) -> NDArray[np.int64]:
        """Return the records that are not drawn for a person: theirs already, or `overlap` people have them.

        Somebody has a record who accepted or ignored it, or for whom it waits right now. What waits for the person
        themselves in another queue does not count: they may have turned away from that.
        """
        found = self._database.columns(
            "SELECT record_no FROM ("
            "   SELECT c.record_no, c.person_id FROM current_answer c JOIN answer a USING (answer_id)"
            "   WHERE c.task_id = $task AND a.verdict IN ('accept', 'ignore')"
            "   UNION SELECT i.record_no, i.leased_to FROM draw_item i JOIN draw d USING (draw_id)"
            "   WHERE d.task_id = $task AND i.leased_until > $moment"
            "   AND (i.leased_to <> $person OR d.strategy = $strategy))"
            " GROUP BY record_no HAVING count(*) >= $overlap OR bool_or(person_id = $person) ORDER BY record_no",
            {"task": task_id, "person": person_id, "strategy": strategy, "overlap": overlap, "moment": now()},
        )
        return found["record_no"].astype(np.int64)

    def leased(self, task_id: int) -> NDArray[np.int64]:
        """Return the numbers of the records that wait for somebody's answer right now."""
        found = self._database.columns(
            "SELECT DISTINCT i.record_no FROM draw_item i JOIN draw d USING (draw_id)"
            " WHERE d.task_id = ? AND i.leased_until > ? ORDER BY i.record_no",
            [task_id, now()],
        )
        return found["record_no"].astype(np.int64)

    def held(self, task_id: int, person_id: int, strategy: str) -> NDArray[np.int64]:
        """Return the records that wait for somebody else, or for this person in this very queue."""
        found = self._database.columns(
            "SELECT DISTINCT i.record_no FROM draw_item i JOIN draw d USING (draw_id)"
            " WHERE d.task_id = ? AND i.leased_until > ? AND (i.leased_to <> ? OR d.strategy = ?) ORDER BY i.record_no",
            [task_id, now(), person_id, strategy],
        )
        return found["record_no"].astype(np.int64)

    def with_others(self, task_id: int, person_id: int, strategy: str) -> int:
        """Return how many records of a queue wait for somebody else's answer and have none of anybody yet."""
        return int(
            self._database.value(
                "SELECT count(DISTINCT i.record_no) FROM draw_item i JOIN draw d USING (draw_id)"
                " WHERE d.task_id = $task AND d.strategy = $strategy AND i.leased_to <> $person"
                " AND i.leased_until > $moment AND i.record_no NOT IN ("
                "   SELECT c.record_no FROM current_answer c JOIN answer a USING (answer_id)"
                "   WHERE c.task_id = $task AND a.verdict IN ('accept', 'ignore'))",
                {"task": task_id, "person": person_id, "strategy": strategy, "moment": now()},
            )
        )

    def give_back(self, task_id: int, person_id: int) -> None:
        """End a person's leases on records without an answer, so that others can get them."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE draw_item SET leased_until = NULL WHERE leased_to = ?"
                " AND draw_id IN (SELECT draw_id FROM draw WHERE task_id = ?)",
                [person_id, task_id],
            )

    def give_back_older(self, task_id: int, person_id: int, strategy: str, *, run_id: int, keep: int | None) -> None:
        """End a person's leases on what a strategy picked by another run than `run_id`; random records stay.

        `keep` is the record on the person's screen: it stays theirs.
        """
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE draw_item SET leased_until = NULL WHERE leased_to = $person AND drawn_by <> 'random'"
                " AND record_no IS DISTINCT FROM $keep AND draw_id IN (SELECT draw_id FROM draw"
                "   WHERE task_id = $task AND strategy = $strategy AND run_id IS DISTINCT FROM $run)",
                {"person": person_id, "task": task_id, "strategy": strategy, "run": run_id, "keep": keep},
            )


# what the person rejected is asked again by a later draw, not by this one for ever
_WAITING = """
WITH leased AS MATERIALIZED (
    SELECT i.draw_id, i.record_no, d.strategy, d.run_id, i.drawn_by, i.probability, i.position, d.made_ts
    FROM draw_item i JOIN draw d USING (draw_id) JOIN task t USING (task_id)
    JOIN record r ON r.project_id = t.project_id AND r.record_no = i.record_no
    WHERE d.task_id = $task AND i.leased_to = $person AND d.strategy = $strategy
        AND i.leased_until > $moment AND r.deleted_ts IS NULL),
-- only the answers on these records are looked at, whatever else the task has
present AS MATERIALIZED (
    SELECT record_no, person_id, answer_id FROM current_answer
    WHERE task_id = $task AND record_no IN (SELECT record_no FROM leased)),
given AS MATERIALIZED (
    SELECT p.record_no, p.person_id, a.verdict, a.draw_id, a.server_ts FROM present p
    JOIN (SELECT answer_id, verdict, draw_id, server_ts FROM answer
        WHERE answer_id IN (SELECT answer_id FROM present)) a USING (answer_id))
SELECT draw_id, record_no, strategy, run_id, drawn_by, probability FROM leased i
WHERE NOT EXISTS (SELECT 1 FROM given g WHERE g.record_no = i.record_no AND g.person_id = $person
        AND (g.draw_id = i.draw_id AND g.verdict <> 'retract'
            OR g.verdict IN ('accept', 'ignore') AND (NOT $again OR g.server_ts > i.made_ts)))
    AND ($again OR i.record_no NOT IN (
        SELECT record_no FROM given WHERE verdict IN ('accept', 'ignore') GROUP BY record_no
        HAVING count(*) >= $overlap))
ORDER BY i.draw_id, i.position
"""
