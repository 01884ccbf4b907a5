"""Forgetting what nobody reads any more of old runs. Out-of-fold predictions and first labels stay for good."""

from __future__ import annotations

from collections.abc import Sequence

from al_core.store.database import Database

_OLD = (
    "run_id IN (SELECT run_id FROM run WHERE heuristic_id = $heuristic AND state = 'finished')"
    " AND run_id NOT IN (SELECT unnest($keep::BIGINT[]))"
)


class Retention:
    """Removes rows of runs that were overtaken."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget_overtaken(self, heuristic_id: int, keep: Sequence[int]) -> None:
        """Remove whom to ask next, and second labels, of a heuristic's finished runs other than `keep`."""
        named = {"heuristic": heuristic_id, "keep": [int(run_id) for run_id in keep]}
        with self._database.transaction("bulk") as cursor:
            cursor.execute(f"DELETE FROM candidate WHERE {_OLD}", named)
            cursor.execute(f"DELETE FROM prediction WHERE calibrated IS NULL AND {_OLD}", named)
