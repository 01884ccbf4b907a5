"""Slices: records under a name, as a filter that is asked anew (live) or as a list that does not change (frozen)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.errors import Conflict, InvalidInput, NotFound
from al_core.filters import RecordFilter, from_address, to_address
from al_core.store.database import Database
from al_core.store.projects import now

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Slice:
    """A saved slice. A frozen one has `n_records`; a live one has None, it is counted when it is read."""

    slice_id: int
    project_id: int
    name: str
    address: str
    is_frozen: bool
    n_records: int | None
    person: str
    made_ts: datetime

    @property
    def wanted(self) -> RecordFilter:
        """Return the filter that the slice was saved from; raises InvalidInput where it cannot be read."""
        return from_address(self.address)


class Slices:
    """The slices of projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        project_id: int,
        name: str,
        wanted: RecordFilter,
        person_id: int,
        *,
        record_nos: NDArray[np.int64] | None = None,
    ) -> Slice:
        """Return a new slice: frozen with `record_nos` [n] in their order, else live.

        Raises InvalidInput for a name that cannot be one, Conflict where the project has a slice of that name.
        """
        clean = " ".join(name.split())
        if not 1 <= len(clean) <= LONGEST_NAME:
            raise InvalidInput(f"A slice's name has 1 to {LONGEST_NAME} characters, this one has {len(clean)}.")
        numbers = np.zeros(0, dtype=np.int64) if record_nos is None else record_nos
        table = pa.table({"record_no": pa.array(numbers, pa.int64()), "position": pa.array(range(len(numbers)))})
        with self._database.transaction(sliced=table) as cursor:
            if any(one.name == clean for one in self.all(project_id)):
                raise Conflict(f"There is a slice called {clean!r} already.", "Choose another name.")
            slice_id = int(cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0])
            cursor.execute(
                "INSERT INTO slice VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                [slice_id, project_id, clean, to_address(wanted), record_nos is not None, person_id, now()],
            )
            cursor.execute("INSERT INTO slice_record SELECT ?, record_no, position FROM sliced", [slice_id])
        return self.get(project_id, slice_id)

    def all(self, project_id: int) -> tuple[Slice, ...]:
        """Return the slices of a project by name."""
        return tuple(Slice(*row) for row in self._database.rows(f"{_SLICES} ORDER BY s.name", [project_id]))

    def get(self, project_id: int, slice_id: int) -> Slice:
        """Return a slice; raises NotFound where the project has none of that id (any more)."""
        row = self._database.row(f"{_SLICES} AND s.slice_id = ?", [project_id, slice_id])
        if row is None:
            raise NotFound(f"Slice {slice_id} does not exist in this project (any more).", "Choose another one.")
        return Slice(*row)

    def numbers(self, slice_id: int) -> NDArray[np.int64]:
        """Return the record numbers [n] of a frozen slice in their order; none of a live one."""
        found = self._database.columns(
            "SELECT record_no FROM slice_record WHERE slice_id = ? ORDER BY position", [slice_id]
        )
        return found["record_no"].astype(np.int64)

    def set_deleted(self, slice_id: int, *, is_deleted: bool) -> None:
        """Delete a slice, or bring it back; its records are not touched.

        Raises Conflict where a slice that comes back finds its name taken.
        """
        with self._database.transaction() as cursor:
            taken = cursor.execute(
                "SELECT o.name FROM slice s JOIN slice o ON o.project_id = s.project_id AND o.name = s.name"
                " AND o.slice_id <> s.slice_id AND o.deleted_ts IS NULL WHERE s.slice_id = ?",
                [slice_id],
            ).fetchall()
            if taken and not is_deleted:
                raise Conflict(f"There is a slice called {taken[0][0]!r} by now.", "Delete that one first.")
            cursor.execute(
                "UPDATE slice SET deleted_ts = ? WHERE slice_id = ?", [now() if is_deleted else None, slice_id]
            )


_SLICES = """
SELECT s.slice_id, s.project_id, s.name, s.address, s.is_frozen,
    CASE WHEN s.is_frozen THEN (SELECT count(*) FROM slice_record r WHERE r.slice_id = s.slice_id) END,
    coalesce(p.name, ''), s.made_ts
FROM slice s LEFT JOIN person p USING (person_id) WHERE s.project_id = ? AND s.deleted_ts IS NULL
"""
