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
        """Return a heuristic's finished runs, oldest first, the newest `limit` of them."""
        rows = self._database.rows(
            f"SELECT {RUN_COLUMNS} FROM run WHERE heuristic_id = ? AND state = 'finished' ORDER BY run_id DESC LIMIT ?",
            [heuristic_id, limit],
        )
        return tuple(Run(*row) for row in reversed(rows))
