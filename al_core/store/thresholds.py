"""Thresholds of single labels; the one for all labels belongs to the heuristic itself."""

from __future__ import annotations

import json
from collections.abc import Mapping

from al_core.store.database import Database
from al_core.store.projects import now


class LabelThresholds:
    """A heuristic may have a min_confidence for each label; where it has, the one for all labels is not used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, heuristic_id: int) -> dict[int, float]:
        """Return min_confidence by label id, empty where one threshold serves all labels."""
        return dict(
            self._database.rows(
                "SELECT label_id, value FROM threshold WHERE heuristic_id = ? AND label_id <> 0 ORDER BY label_id",
                [heuristic_id],
            )
        )

    def put(self, heuristic_id: int, thresholds: Mapping[int, float], set_by: str, person_id: int) -> None:
        """Store one threshold a label, in the place of earlier ones; an empty mapping removes them."""
        with self._database.transaction() as cursor:
            before = self.of(heuristic_id)
            if before == dict(thresholds):
                return
            cursor.execute("DELETE FROM threshold WHERE heuristic_id = ? AND label_id <> 0", [heuristic_id])
            for label_id, value in thresholds.items():
                cursor.execute(
                    "INSERT INTO threshold VALUES (?, ?, ?, ?, ?, ?)",
                    [heuristic_id, label_id, value, set_by, person_id, now()],
                )
            cursor.execute(
                "INSERT INTO audit_event VALUES (nextval('event_sequence'), ?, ?, ?, ?, ?)",
                [
                    person_id,
                    f"thresholds by label of heuristic {heuristic_id}",
                    json.dumps(before),
                    json.dumps(dict(thresholds)),
                    now(),
                ],
            )
