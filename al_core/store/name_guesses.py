"""What label names alone say of the labelled records, beside what a run predicted for them out-of-fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.store.database import Database
from al_core.store.judging import NOT_TUNED_ON


@dataclass(frozen=True, slots=True)
class Compared:
    """How many of `n` labelled records names alone get right, and how many the run that learnt from answers."""

    n: int
    by_names: int
    by_run: int


@dataclass(frozen=True, slots=True)
class ComparedSeveral:
    """F1 of labels at 0.5 on `n` labelled records, by the names alone and by the run that learnt from answers."""

    n: int
    by_names: float
    by_run: float


class NameGuesses:
    """Written once a run, read against the present truth."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run_id: int, record_nos: NDArray[np.int64], label_ids: NDArray[np.int64], *, described: bool) -> None:
        """Store guesses [n] for records [n]; `described`: descriptions counted beside the names.

        In a task with several labels a record comes once for each label that is guessed, with 0 where none is.
        """
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO name_guess SELECT $run, $described, unnest($records), unnest($labels)",
                {
                    "run": run_id,
                    "described": described,
                    "records": record_nos.tolist(),
                    "labels": label_ids.tolist(),
                },
            )

    def compared(self, run_id: int, task_id: int) -> dict[bool, Compared]:
        """Return the comparison with the truth of now, by whether descriptions counted; empty without any guess."""
        rows = self._database.rows(
            "SELECT g.described, count(*), count(*) FILTER (g.label_id = l.label_id),"
            " count(*) FILTER (o.label_id = l.label_id)"
            " FROM name_guess g"
            " JOIN truth t ON t.task_id = $task AND t.record_no = g.record_no AND t.state <> 'conflict'"
            " JOIN truth_label l ON l.task_id = t.task_id AND l.record_no = t.record_no AND l.ordinal = 0"
            " JOIN present_oof o ON o.run_id = g.run_id AND o.record_no = g.record_no AND o.calibrated IS NOT NULL"
            f" AND o.repeat_no = 0 WHERE g.run_id = $run AND g.{NOT_TUNED_ON} GROUP BY g.described",
            {"run": run_id, "task": task_id},
        )
        return {bool(described): Compared(n, by_names, by_run) for described, n, by_names, by_run in rows}

    def compared_several(self, run_id: int, task_id: int) -> dict[bool, ComparedSeveral]:
        """Return the comparison with the truth of now where records have any number of labels; as `compared`."""
        rows = self._database.rows(
            "WITH o AS (SELECT o.record_no, o.label_id, o.calibrated >= 0.5 AS given FROM oof o"
            " JOIN truth t ON t.task_id = $task AND t.record_no = o.record_no AND t.state <> 'conflict'"
            f" WHERE o.run_id = $run AND o.repeat_no = 0 AND o.calibrated IS NOT NULL AND o.{NOT_TUNED_ON}),"
            " views AS (SELECT DISTINCT described FROM name_guess WHERE run_id = $run),"
            " pair AS (SELECT v.described, o.record_no, o.given, g.label_id IS NOT NULL AS named,"
            " l.label_id IS NOT NULL AS is_true FROM views v CROSS JOIN o"
            " SEMI JOIN (FROM name_guess WHERE run_id = $run) k"
            " ON k.record_no = o.record_no AND k.described = v.described"
            " LEFT JOIN (FROM name_guess WHERE run_id = $run) g"
            " ON g.described = v.described AND g.record_no = o.record_no AND g.label_id = o.label_id"
            " LEFT JOIN truth_label l ON l.task_id = $task AND l.record_no = o.record_no AND l.label_id = o.label_id)"
            " SELECT described, count(DISTINCT record_no),"
            " coalesce(2 * count(*) FILTER (named AND is_true)"
            " / nullif(count(*) FILTER (named) + count(*) FILTER (is_true), 0), 0),"
            " coalesce(2 * count(*) FILTER (given AND is_true)"
            " / nullif(count(*) FILTER (given) + count(*) FILTER (is_true), 0), 0)"
            " FROM pair GROUP BY described",
            {"run": run_id, "task": task_id},
        )
        return {bool(described): ComparedSeveral(n, by_names, by_run) for described, n, by_names, by_run in rows}
