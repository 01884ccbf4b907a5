"""What people have answered before, as the Label page looks back on it: to correct, to review, to count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.projects import now
from al_core.types import RANDOM, LabelSpan, Verdict

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A person's current answer on a record. `draw_id` is None where it came without a draw."""

    record_no: int
    person: str
    verdict: Verdict
    draw_id: int | None
    drawn_by: str
    labels: tuple[LabelSpan, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """How many records a person has answered since a moment, and in the last hour."""

    since: int
    last_hour: int


class History:
    """Reads answers; nothing is written here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def activity(self, task_id: int, person_id: int, since: datetime) -> Activity:
        """Return how much a person has answered; `since` is in UTC. Records count once, retracted ones not."""
        row = self._database.row(
            "SELECT count(*) FILTER (a.server_ts >= $since), count(*) FILTER (a.server_ts >= $hour)"
            " FROM current_answer c JOIN answer a USING (answer_id)"
            " WHERE c.task_id = $task AND c.person_id = $person AND a.verdict <> 'retract' AND a.import_id IS NULL"
            " AND a.server_ts >= least($since, $hour)",
            {"task": task_id, "person": person_id, "since": since, "hour": now() - HOUR},
        )
        return Activity(*(row or (0, 0)))

    def given(
        self, task_id: int, record_nos: Sequence[int], *, by: int | None = None, not_by: int | None = None
    ) -> dict[int, GivenAnswer]:
        """Return the newest current answer on each record by record number; of one person, or of all but one."""
        rows = self._database.rows(
            "WITH present AS MATERIALIZED (SELECT record_no, person_id, answer_id FROM current_answer"
            "   WHERE task_id = $task AND record_no IN (SELECT unnest($wanted::INTEGER[]))"
            "   AND ($by IS NULL OR person_id = $by) AND ($not_by IS NULL OR person_id <> $not_by)),"
            " newest AS MATERIALIZED (SELECT DISTINCT ON (p.record_no) p.record_no, p.person_id, a.answer_id,"
            "   a.verdict, a.draw_id, a.drawn_by FROM present p"
            "   JOIN (SELECT answer_id, event_no, verdict, draw_id, drawn_by FROM answer"
            "     WHERE answer_id IN (SELECT answer_id FROM present)) a USING (answer_id)"
            "   WHERE a.verdict IN ('accept', 'ignore') ORDER BY p.record_no, a.event_no DESC)"
            " SELECT n.record_no, p.name, n.verdict, n.draw_id, n.drawn_by, l.label_id, l.start_char, l.end_char"
            " FROM newest n JOIN person p USING (person_id)"
            " LEFT JOIN (FROM answer_label WHERE answer_id IN (SELECT answer_id FROM newest)) l USING (answer_id)"
            " ORDER BY n.record_no, l.ordinal",
            {"task": task_id, "wanted": [int(number) for number in record_nos], "by": by, "not_by": not_by},
        )
        found: dict[int, GivenAnswer] = {}
        for record_no, person, verdict, draw_id, drawn_by, *span in rows:
            labels = found[record_no].labels if record_no in found else ()
            if span[0] is not None:
                labels = (*labels, LabelSpan(*span))
            found[record_no] = GivenAnswer(record_no, person, verdict, draw_id, drawn_by, labels)
        return found

    def reviewable(self, task_id: int, person_id: int) -> NDArray[np.int64]:
        """Return the records that somebody else has accepted and this person has not answered, newest first."""
        found = self._database.columns(
            "SELECT record_no FROM (SELECT c.record_no, max(a.event_no) AS newest,"
            "   bool_or(c.person_id <> $person AND a.verdict = 'accept') AS theirs,"
            "   bool_or(c.person_id = $person AND a.verdict IN ('accept', 'ignore')) AS mine"
            "   FROM current_answer c JOIN answer a USING (answer_id) WHERE c.task_id = $task GROUP BY c.record_no)"
            " WHERE theirs AND NOT mine ORDER BY newest DESC",
            {"task": task_id, "person": person_id},
        )
        return found["record_no"].astype(np.int64)

    def drawn_at_random(self, task_id: int, record_nos: Sequence[int]) -> frozenset[int]:
        """Return which of the records have an answer that came by a random draw: part of the audit sample."""
        rows = self._database.rows(
            "SELECT DISTINCT record_no FROM answer WHERE task_id = ? AND drawn_by = ?"
            " AND record_no IN (SELECT unnest(?::INTEGER[]))",
            [task_id, RANDOM, [int(number) for number in record_nos]],
        )
        return frozenset(row[0] for row in rows)
