"""Records: taking in staged files, current texts and attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.store.database import Database
from al_core.store.projects import now
from al_core.types import Record


@dataclass(frozen=True, slots=True)
class Ingested:
    """What taking in a staged file did to the records of a project."""

    import_id: int
    n_new: int
    n_changed: int
    n_same: int


# a file may call its columns anything; in SQL they go by their place
OWN = ("row", "external_id")
Places = dict[str, int]  # of the staged columns other than OWN, by name


class Records:
    """The rows of a project: numbered densely from 0, texts in revisions, other attributes as text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ingest(self, project_id: int, staged: Path, text_columns: Sequence[str], *, file: str, sha: str) -> Ingested:
        """Return what a staged Parquet file (row, external_id, columns) brought; one transaction, idempotent by id.

        A record that is there already keeps its number; a text that differs becomes a new revision. Raises
        InvalidInput where a text column is an attribute of the project that is not text.
        """
        names = pq.ParquetFile(staged).schema_arrow.names
        places = {name: place for place, name in enumerate(names) if name not in OWN}
        with self._database.transaction("bulk") as cursor:
            _add_attributes(cursor, project_id, list(places), set(text_columns))
            import_id = cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0]
            cursor.execute(
                "INSERT INTO import_batch VALUES (?, ?, ?, ?, NULL, NULL, ?)", [import_id, project_id, file, sha, now()]
            )
            n_new, n_known = _add_records(cursor, project_id, staged, names, import_id)
            changed = _add_values(cursor, project_id, places, set(text_columns))
        return Ingested(import_id, n_new, changed, n_known - changed)

    def claim(self, import_id: int, drawn_claim: str, person_id: int) -> None:
        """Store how an import's labels were drawn, as the importer claims."""
        with self._database.transaction() as cursor:
            cursor.execute(
                "UPDATE import_batch SET drawn_claim = ?, person_id = ? WHERE import_id = ?",
                [drawn_claim, person_id, import_id],
            )

    def count(self, project_id: int) -> int:
        """Return how many records a project has that are not deleted."""
        return int(
            self._database.value(
                "SELECT count(*) FROM record WHERE project_id = ? AND deleted_ts IS NULL", [project_id]
            )
        )

    def numbers(self, project_id: int) -> NDArray[np.int64]:
        """Return the numbers [n] of all records that are not deleted, ascending."""
        found = self._database.columns(
            "SELECT record_no FROM record WHERE project_id = ? AND deleted_ts IS NULL ORDER BY record_no", [project_id]
        )
        return found["record_no"].astype(np.int64)

    def get(self, project_id: int, attribute_id: int, record_nos: Sequence[int]) -> dict[int, Record]:
        """Return records by number, each with the text of one attribute and all its other values."""
        wanted = [int(number) for number in record_nos]
        if not wanted:
            return {}
        rows = self._database.rows(
            f"SELECT record_no, external_id FROM record WHERE project_id = $project AND {_WANTED}",
            {"wanted": wanted, "first": min(wanted), "last": max(wanted), "project": project_id},
        )
        values = self._values(project_id, wanted)
        found = {}
        for number, external_id in rows:
            others = values.get(number, {})
            _, text = others.pop(attribute_id, ("", ""))
            found[number] = Record(number, external_id, text, {name: value for name, value in others.values() if value})
        return found

    def _values(self, project_id: int, wanted: list[int]) -> dict[int, dict[int, tuple[str, str]]]:
        """Return (name, value) of the attributes and current texts by record number and attribute id, in order."""
        of_project = "attribute_id IN (SELECT attribute_id FROM attribute WHERE project_id = $project)"
        rows = self._database.rows(
            "SELECT v.record_no, attribute_id, a.name, v.value FROM ("
            f"   SELECT attribute_id, record_no, as_text AS value FROM scalar_value WHERE {of_project} AND {_WANTED}"
            "   UNION ALL SELECT attribute_id, record_no, text FROM current_text"
            f"  WHERE {of_project} AND {_WANTED}) v JOIN attribute a USING (attribute_id) ORDER BY a.ordinal",
            {"wanted": wanted, "first": min(wanted), "last": max(wanted), "project": project_id},
        )
        found: dict[int, dict[int, tuple[str, str]]] = {}
        for number, attribute_id, name, value in rows:
            found.setdefault(number, {})[attribute_id] = (name, value)
        return found

    def lengths(self, project_id: int, attribute_id: int, record_nos: Sequence[int]) -> dict[int, int]:
        """Return how many code points the current text of each record has; unknown and deleted ones are absent."""
        wanted = [int(number) for number in record_nos]
        if not wanted:
            return {}
        rows = self._database.rows(
            "SELECT r.record_no, coalesce(length(t.text), 0)"
            f" FROM (SELECT record_no FROM record WHERE project_id = $project AND deleted_ts IS NULL AND {_WANTED}) r"
            f" LEFT JOIN (SELECT record_no, text FROM current_text WHERE attribute_id = $attribute AND {_WANTED}) t"
            " USING (record_no)",
            {
                "wanted": wanted,
                "first": min(wanted),
                "last": max(wanted),
                "project": project_id,
                "attribute": attribute_id,
            },
        )
        return dict(rows)

    def by_external_id(self, project_id: int) -> dict[str, int]:
        """Return record numbers by the ids of the imported file."""
        rows = self._database.rows("SELECT external_id, record_no FROM record WHERE project_id = ?", [project_id])
        return dict(rows)

    def shas(self, attribute_id: int) -> tuple[NDArray[np.int64], NDArray[np.bytes_]]:
        """Return (record numbers [n], sha256 of their current texts [n] as ASCII hex), by number, not deleted."""
        found = self._database.columns(
            "SELECT t.record_no, t.text_sha FROM current_text t"
            " JOIN attribute a USING (attribute_id)"
            " JOIN record r ON r.project_id = a.project_id AND r.record_no = t.record_no AND r.deleted_ts IS NULL"
            " WHERE t.attribute_id = ? ORDER BY t.record_no",
            [attribute_id],
        )
        return found["record_no"].astype(np.int64), found["text_sha"].astype("S64")

    def write_texts(self, attribute_id: int, shas: Sequence[str], target: Path) -> int:
        """Return how many distinct texts were written to a Parquet file (sha, text), asked for by their sha256."""
        with self._database.transaction("bulk") as cursor:
            cursor.execute("CREATE TEMP TABLE wanted AS SELECT unnest(?::VARCHAR[]) AS sha", [list(shas)])
            path = str(target).replace("'", "''")
            cursor.execute(
                "COPY (SELECT DISTINCT ON (text_sha) text_sha AS sha, text FROM current_text"
                f" WHERE attribute_id = {int(attribute_id)} AND text_sha IN (SELECT sha FROM wanted))"
                f" TO '{path}' (FORMAT parquet)"
            )
            cursor.execute("DROP TABLE wanted")
        return len(set(shas))

    def pages(
        self, project_id: int, attribute_id: int, size: int = 2000, *, among: NDArray[np.int64] | None = None
    ) -> Iterator[list[Record]]:
        """Yield all records that are not deleted, by number, in lists of at most `size`; or those `among` some [n]."""
        numbers = self.numbers(project_id)
        if among is not None:
            numbers = among[np.isin(among, numbers)]
        for start in range(0, len(numbers), size):
            wanted = [int(number) for number in numbers[start : start + size]]
            records = self.get(project_id, attribute_id, wanted)
            yield [records[number] for number in wanted]


# between lets whole blocks be skipped, which a list alone does not
_WANTED = "record_no BETWEEN $first AND $last AND record_no IN (SELECT unnest($wanted::INTEGER[]))"


def _add_attributes(
    cursor: duckdb.DuckDBPyConnection, project_id: int, columns: Sequence[str], texts: set[str]
) -> None:
    for ordinal, name in enumerate(columns):
        cursor.execute(
            "INSERT INTO attribute SELECT nextval('id_sequence'), ?, ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM attribute WHERE project_id = ? AND name = ?)",
            [project_id, name, name in texts, ordinal, project_id, name],
        )


def _add_records(
    cursor: duckdb.DuckDBPyConnection, project_id: int, staged: Path, names: Sequence[str], import_id: int
) -> tuple[int, int]:
    last = cursor.execute("SELECT coalesce(max(record_no), -1) FROM record WHERE project_id = ?", [project_id])
    first_free = last.fetchall()[0][0] + 1
    columns = ", ".join(f"c{place}" for place in range(len(names)))
    row, external_id = (f"s.c{names.index(name)}" for name in OWN)
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE incoming AS SELECT s.*, coalesce(r.record_no, $first - 1 + CAST(sum("
        f"  CASE WHEN r.record_no IS NULL THEN 1 ELSE 0 END) OVER (ORDER BY {row}) AS INTEGER)) AS record_no,"
        f" r.record_no IS NULL AS is_new FROM read_parquet($staged) AS s({columns})"
        f" LEFT JOIN record r ON r.project_id = $project AND r.external_id = {external_id}",
        {"first": first_free, "staged": str(staged), "project": project_id},
    )
    cursor.execute(
        f"INSERT INTO record SELECT ?, record_no, {external_id}, ?, NULL FROM incoming s WHERE is_new"
        " ORDER BY record_no",
        [project_id, import_id],
    )
    counted = cursor.execute("SELECT count(*) FILTER (is_new), count(*) FILTER (NOT is_new) FROM incoming").fetchall()
    return int(counted[0][0]), int(counted[0][1])


def _add_values(cursor: duckdb.DuckDBPyConnection, project_id: int, places: Places, texts: set[str]) -> int:
    """Return how many known records have a text that differs from the stored one."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE changed (record_no INTEGER)")
    attributes = cursor.execute(
        "SELECT name, attribute_id, is_text FROM attribute WHERE project_id = ?", [project_id]
    ).fetchall()
    for name, attribute_id, is_text in attributes:
        if name in places and is_text:
            _add_texts(cursor, attribute_id, f"c{places[name]}")
        elif name in texts:
            known = ", ".join(repr(known) for known, _, known_is_text in attributes if known_is_text)
            raise InvalidInput(
                f"{name!r} is an attribute of this project that is not text.",
                f"Choose {known} as text, or import into a new project.",
            )
        elif name in places:
            _add_scalars(cursor, attribute_id, f"c{places[name]}")
    return int(cursor.execute("SELECT count(DISTINCT record_no) FROM changed").fetchall()[0][0])


def _add_texts(cursor: duckdb.DuckDBPyConnection, attribute_id: int, column: str) -> None:
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh_text AS SELECT i.record_no, coalesce(i.{column}, '') AS text,"
        f" sha256(coalesce(i.{column}, '')) AS sha, coalesce(t.revision, 0) + 1 AS revision"
        " FROM incoming i LEFT JOIN current_text t ON t.attribute_id = ? AND t.record_no = i.record_no"
        f" WHERE t.text_sha IS NULL OR t.text_sha <> sha256(coalesce(i.{column}, ''))",
        [attribute_id],
    )
    cursor.execute(
        "UPDATE text_value SET superseded = true WHERE attribute_id = ? AND NOT superseded"
        " AND record_no IN (SELECT record_no FROM fresh_text)",
        [attribute_id],
    )
    cursor.execute(
        "INSERT INTO text_value SELECT ?, record_no, revision, text, sha, false FROM fresh_text ORDER BY record_no",
        [attribute_id],
    )
    cursor.execute("INSERT INTO changed SELECT record_no FROM fresh_text WHERE revision > 1")


def _add_scalars(cursor: duckdb.DuckDBPyConnection, attribute_id: int, column: str) -> None:
    cursor.execute(
        "DELETE FROM scalar_value WHERE attribute_id = ?"
        f" AND record_no IN (SELECT record_no FROM incoming WHERE NOT is_new AND {column} IS NULL)",
        [attribute_id],
    )
    cursor.execute(
        f"INSERT OR REPLACE INTO scalar_value SELECT ?, record_no, {column} FROM incoming"
        f" WHERE {column} IS NOT NULL ORDER BY record_no",
        [attribute_id],
    )
