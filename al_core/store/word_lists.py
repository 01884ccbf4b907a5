"""Word lists of a project, which heuristic code imports by name."""

from __future__ import annotations

import json
from collections.abc import Sequence

from al_core.store.database import Database
from al_core.store.projects import now


class WordLists:
    """Named lists of words; a changed list is stored whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, project_id: int) -> dict[str, tuple[str, ...]]:
        """Return the words of each list by its name, in the order of the names."""
        rows = self._database.rows("SELECT name, words FROM word_list WHERE project_id = ? ORDER BY name", [project_id])
        return {str(name): tuple(json.loads(words)) for name, words in rows}

    def put(self, project_id: int, name: str, words: Sequence[str], person_id: int) -> None:
        """Store a list in the place of one of the same name."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO word_list VALUES (?, ?, ?, ?, ?)",
                [project_id, name, json.dumps(list(words)), person_id, now()],
            )

    def remove(self, project_id: int, name: str) -> None:
        """Remove a list; one that is not there is no error."""
        with self._database.transaction() as cursor:
            cursor.execute("DELETE FROM word_list WHERE project_id = ? AND name = ?", [project_id, name])
