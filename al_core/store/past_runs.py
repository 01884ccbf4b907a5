"""The finished runs of a heuristic, for what has changed from one to the next."""

from __future__ import annotations

from al_core.store.database import Database
from al_core.store.runs import RUN_COLUMNS
from al_core.types import Run


class PastRuns:
    """Reads runs; nothing is written here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def finished(self, heuristic_id: int, limit: int = 30) -> tuple[Run, ...]:
        """Return a heuristic's finished runs that were kept, oldest first, the newest `limit` of them."""
        rows = self._database.rows(
            f"SELECT {RUN_COLUMNS} FROM run WHERE run_id IN (SELECT run_id FROM kept_run WHERE heuristic_id = ?)"
            " ORDER BY run_id DESC LIMIT ?",
            [heuristic_id, limit],
        )
        return tuple(Run(*row) for row in reversed(rows))

    def by_version(self, heuristic_id: int) -> dict[int, tuple[Run, ...]]:
        """Return all runs of a heuristic, whatever became of them, by version; oldest first."""
        rows = self._database.rows(
            f"SELECT {RUN_COLUMNS} FROM run WHERE heuristic_id = ? ORDER BY run_id", [heuristic_id]
        )
        found: dict[int, tuple[Run, ...]] = {}
        for run in (Run(*row) for row in rows):
            found[run.version_no] = (*found.get(run.version_no, ()), run)
        return found
