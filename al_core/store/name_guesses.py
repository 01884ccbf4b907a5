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


class NameGuesses:
    """Written once a run, read against the present truth."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run_id: int, record_nos: NDArray[np.int64], label_ids: NDArray[np.int64], *, described: bool) -> None:
        """Store the guess [n] for each of the records [n]; `described`: descriptions counted beside the names."""
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
