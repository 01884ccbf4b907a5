"""Heuristics, their versions, drafts and thresholds."""

from __future__ import annotations

import hashlib
import json

from al_core.errors import Conflict, InvalidInput, NotFound, unknown_name
from al_core.store.database import Database
from al_core.store.projects import now
from al_core.types import Heuristic, HeuristicKind

_SELECT = (
    "SELECT h.heuristic_id, h.task_id, h.name, h.kind, coalesce(p.name, ''), h.enabled, h.head_version, v.source,"
    " coalesce(v.embedding_name, '') FROM heuristic h"
    " JOIN heuristic_version v ON v.heuristic_id = h.heuristic_id AND v.version_no = h.head_version"
    " LEFT JOIN person p ON p.person_id = h.owner_id WHERE h.deleted_ts IS NULL"
)


class Heuristics:
    """What predicts. A saved change is a new version; a draft is one person's unsaved text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, task_id: int, name: str, kind: HeuristicKind, source: str, embedding_name: str, person_id: int
    ) -> Heuristic:
        """Return a new heuristic at version 1; raises Conflict when the task has one of that name."""
        clean = " ".join(name.split())
        if not clean or len(clean) > 80:
            raise InvalidInput(f"A heuristic's name has 1 to 80 characters, this one has {len(clean)}.")
        with self._database.transaction() as cursor:
            if any(heuristic.name == clean for heuristic in self.all(task_id)):
                raise Conflict(f"The task has a heuristic called {clean!r} already.", "Choose another name.")
            heuristic_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO heuristic VALUES (?, ?, ?, ?, ?, true, 1, NULL)",
                [heuristic_id, task_id, clean, kind, person_id],
            )
            cursor.execute(
                "INSERT INTO heuristic_version VALUES (?, 1, ?, ?, ?, ?, ?)",
                [heuristic_id, source, _sha(source), embedding_name, person_id, now()],
            )
        return self.get(heuristic_id)

    def all(self, task_id: int) -> tuple[Heuristic, ...]:
        """Return a task's heuristics, oldest first."""
        rows = self._database.rows(f"{_SELECT} AND h.task_id = ? ORDER BY h.heuristic_id", [task_id])
        return tuple(Heuristic(*row) for row in rows)

    def get(self, heuristic_id: int) -> Heuristic:
        """Return a heuristic at its newest version; raises NotFound."""
        row = self._database.row(f"{_SELECT} AND h.heuristic_id = ?", [heuristic_id])
        if row is None:
            raise NotFound(f"Heuristic {heuristic_id} does not exist (any more).", "Pick another one.")
        return Heuristic(*row)

    def named(self, task_id: int, name: str) -> Heuristic:
        """Return a task's heuristic by name; raises NotFound with the choices."""
        heuristics = self.all(task_id)
        for heuristic in heuristics:
            if heuristic.name == name:
                return heuristic
        raise unknown_name("heuristic", name, [heuristic.name for heuristic in heuristics])

    def save_version(
        self, heuristic_id: int, source: str, embedding_name: str, person_id: int, *, after: int | None = None
    ) -> Heuristic:
        """Return the heuristic at its newest version: a new one where text or embedding differ from the last.

        Raises Conflict where the newest version is not `after` any more, when that is given.
        """
        with self._database.transaction() as cursor:
            present = self.get(heuristic_id)  # inside the lock: of two people who save at once the second is told
            if present.source == source and present.embedding_name == embedding_name:
                return present
            if after is not None and present.version_no != after:
                raise Conflict(
                    f"Version {present.version_no} of {present.name!r} was saved meanwhile; yours began from {after}.",
                    "Look at what differs, then save again.",
                )
            cursor.execute(
                "INSERT INTO heuristic_version VALUES (?, ?, ?, ?, ?, ?, ?)",
                [heuristic_id, present.version_no + 1, source, _sha(source), embedding_name, person_id, now()],
            )
            cursor.execute(
                "UPDATE heuristic SET head_version = ? WHERE heuristic_id = ?", [present.version_no + 1, heuristic_id]
            )
            cursor.execute("DELETE FROM draft WHERE heuristic_id = ? AND person_id = ?", [heuristic_id, person_id])
        return self.get(heuristic_id)

    def source(self, heuristic_id: int, version_no: int) -> str:
        """Return the source of one version."""
        return str(
            self._database.value(
                "SELECT source FROM heuristic_version WHERE heuristic_id = ? AND version_no = ?",
                [heuristic_id, version_no],
            )
        )

    def version(self, heuristic_id: int, version_no: int) -> tuple[str, str]:
        """Return (source, name of the embedding that was picked) of one version."""
        row = self._database.row(
            "SELECT source, coalesce(embedding_name, '') FROM heuristic_version"
            " WHERE heuristic_id = ? AND version_no = ?",
            [heuristic_id, version_no],
        )
        assert row is not None
        return str(row[0]), str(row[1])

    def change(self, heuristic_id: int, *, name: str | None = None, enabled: bool | None = None) -> None:
        """Rename a heuristic or switch it on or off."""
        present = self.get(heuristic_id)
        clean = " ".join(name.split()) if name is not None else present.name
        if not clean:
            raise InvalidInput("A heuristic needs a name.")
        if any(h.name == clean and h.heuristic_id != heuristic_id for h in self.all(present.task_id)):
            raise Conflict(f"The task has a heuristic called {clean!r} already.", "Choose another name.")
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE heuristic SET name = ?, enabled = ? WHERE heuristic_id = ?",
                [clean, present.enabled if enabled is None else enabled, heuristic_id],
            )

    def move(self, heuristic_id: int, task_id: int) -> None:
        """Give a heuristic to another task; raises InvalidInput where it has runs, which belong to the old one."""
        if self._database.value("SELECT 1 FROM run WHERE heuristic_id = ? LIMIT 1", [heuristic_id]):
            raise InvalidInput("A heuristic with runs stays with its task.", "Make a new one for the other task.")
        with self._database.transaction() as cursor:
            cursor.execute("UPDATE heuristic SET task_id = ? WHERE heuristic_id = ?", [task_id, heuristic_id])

    def set_deleted(self, heuristic_id: int, *, deleted: bool) -> None:
        """Delete a heuristic, or bring it back: nothing of it is removed."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE heuristic SET deleted_ts = ? WHERE heuristic_id = ?", [now() if deleted else None, heuristic_id]
            )

    # --- drafts

    def save_draft(self, heuristic_id: int, person_id: int, base_version: int, source: str) -> None:
        """Store a person's unsaved text of a heuristic."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?, ?)",
                [heuristic_id, person_id, base_version, source, now()],
            )

    def draft(self, heuristic_id: int, person_id: int) -> tuple[int, str] | None:
        """Return (version it began from, text) of a person's draft, or None."""
        row = self._database.row(
            "SELECT base_version, source FROM draft WHERE heuristic_id = ? AND person_id = ?", [heuristic_id, person_id]
        )
        return None if row is None else (int(row[0]), str(row[1]))

    def drop_draft(self, heuristic_id: int, person_id: int) -> None:
        """Remove a person's draft."""
        with self._database.transaction() as cursor:
            cursor.execute("DELETE FROM draft WHERE heuristic_id = ? AND person_id = ?", [heuristic_id, person_id])

    # --- thresholds

    def threshold(self, heuristic_id: int) -> tuple[float, str] | None:
        """Return (min_confidence, set by code or slider) for all labels, or None while nothing set it."""
        row = self._database.row(
            "SELECT value, set_by FROM threshold WHERE heuristic_id = ? AND label_id = 0", [heuristic_id]
        )
        return None if row is None else (float(row[0]), str(row[1]))

    def set_threshold(self, heuristic_id: int, value: float, set_by: str, person_id: int) -> None:
        """Store min_confidence for all labels of a heuristic; the change is kept in the audit log."""
        before = self.threshold(heuristic_id)
        if before == (value, set_by):
            return
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO threshold VALUES (?, 0, ?, ?, ?, ?)",
                [heuristic_id, value, set_by, person_id, now()],
            )
            cursor.execute(
                "INSERT INTO audit_event VALUES (nextval('event_sequence'), ?, ?, ?, ?, ?)",
                [
                    person_id,
                    f"threshold of heuristic {heuristic_id}",
                    json.dumps(before),
                    json.dumps((value, set_by)),
                    now(),
                ],
            )


def _sha(source: str) -> str:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
