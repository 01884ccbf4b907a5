"""Runs that wait for a person to keep or discard them; until then the heuristic's earlier run counts."""

from __future__ import annotations

from al_core.store.database import Database
from al_core.store.projects import now
from al_core.store.runs import RUN_COLUMNS
from al_core.types import Run

_DISCARD = (
    "UPDATE held_run SET outcome = 'discarded', person_id = ?, decided_ts = ?"
    " WHERE heuristic_id = ? AND run_id <= ? AND outcome = 'waiting'"
)


class HeldRuns:
    """Decisions about runs of versions that were new when they ran. Runs themselves are never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, run_id: int, heuristic_id: int) -> None:
        """Let a run wait: once it is finished it does not count before somebody keeps it."""
        with self._database.transaction() as cursor:
            cursor.execute("INSERT INTO held_run VALUES (?, ?, 'waiting', NULL, NULL, NULL)", [run_id, heuristic_id])

    def waiting(self, heuristic_id: int) -> Run | None:
        """Return the heuristic's newest finished run that nobody decided about, or None."""
        row = self._database.row(
            f"SELECT {RUN_COLUMNS} FROM run WHERE state = 'finished' AND run_id IN"
            " (SELECT run_id FROM held_run WHERE heuristic_id = ? AND outcome = 'waiting')"
            " ORDER BY run_id DESC LIMIT 1",
            [heuristic_id],
        )
        return None if row is None else Run(*row)

    def keep(self, run: Run, person_id: int) -> None:
        """Make a waiting run the heuristic's current one; older ones that still waited are discarded."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE held_run SET outcome = 'kept', person_id = ?, decided_ts = ?, kept_after ="
                " (SELECT max(run_id) FROM run WHERE heuristic_id = ? AND state = 'finished')"
                " WHERE run_id = ? AND outcome = 'waiting'",
                [person_id, now(), run.heuristic_id, run.run_id],
            )
            cursor.execute(_DISCARD, [person_id, now(), run.heuristic_id, run.run_id])

    def discard(self, run: Run, person_id: int) -> None:
        """Decide against a run and older ones as far as they wait; the current run goes on to count."""
        with self._database.transaction() as cursor:
            cursor.execute(_DISCARD, [person_id, now(), run.heuristic_id, run.run_id])
