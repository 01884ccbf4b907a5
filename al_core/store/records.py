"""Records: taking in staged files, current texts and attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

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


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier.

    >>> quoted('a"b') == 'a""b'.join('""')
    True
    """
    return '"' + name.replace('"', '""') + '"'


class Records:
    """The rows of a project: numbered densely from 0, texts in revisions, other attributes as text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ingest(self, project_id: int, staged: Path, text_columns: Sequence[str], *, file: str, sha: str) -> Ingested:
        """Return what a staged Parquet file (row, external_id, columns) brought; one transaction, idempotent by id.

        A record that is there already keeps its number; a text that differs becomes a new revision.
        """
        with self._database.transaction("bulk") as cursor:
            described = cursor.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(staged)]).fetchall()
            columns = [row[0] for row in described if row[0] not in ("row", "external_id")]
            _add_attributes(cursor, project_id, columns, set(text_columns))
            import_id = cursor.execute("SELECT nextval('id_sequence')").fetchall()[0][0]
            cursor.execute(
                "INSERT INTO import_batch VALUES (?, ?, ?, ?, NULL, NULL, ?)", [import_id, project_id, file, sha, now()]
            )
            n_new, n_known = _add_records(cursor, project_id, staged, import_id)
            changed = 0
            for name, attribute_id, is_text in cursor.execute(
                "SELECT name, attribute_id, is_text FROM attribute WHERE project_id = ?", [project_id]
            ).fetchall():
                if name in columns and is_text:
                    changed += _add_texts(cursor, attribute_id, name)
                elif name in columns:
                    _add_scalars(cursor, attribute_id, name)
            cursor.execute("DROP TABLE incoming")
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
        rows = self._database.rows(
            "SELECT r.record_no, r.external_id, coalesce(t.text, '') FROM record r"
            " JOIN (SELECT unnest($wanted::INTEGER[]) AS record_no) w USING (record_no)"
            " LEFT JOIN current_text t ON t.record_no = r.record_no AND t.attribute_id = $attribute"
            " WHERE r.project_id = $project",
            {"wanted": wanted, "attribute": attribute_id, "project": project_id},
        )
        attributes = self._attributes(project_id, attribute_id, wanted)
        return {number: Record(number, external, text, attributes.get(number, {})) for number, external, text in rows}

    def _attributes(self, project_id: int, attribute_id: int, wanted: list[int]) -> dict[int, dict[str, str]]:
        rows = self._database.rows(
            "SELECT v.record_no, a.name, v.as_text FROM ("
            "   SELECT attribute_id, record_no, as_text FROM scalar_value"
            "   UNION ALL SELECT attribute_id, record_no, text FROM current_text WHERE attribute_id <> $attribute) v"
            " JOIN attribute a USING (attribute_id)"
            " JOIN (SELECT unnest($wanted::INTEGER[]) AS record_no) w USING (record_no)"
            " WHERE a.project_id = $project AND v.as_text IS NOT NULL AND v.as_text <> '' ORDER BY a.ordinal",
            {"wanted": wanted, "attribute": attribute_id, "project": project_id},
        )
        found: dict[int, dict[str, str]] = {}
        for number, name, value in rows:
            found.setdefault(number, {})[name] = value
        return found

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

    def pages(self, project_id: int, attribute_id: int, size: int = 2000) -> Iterator[list[Record]]:
        """Yield all records that are not deleted, by number, in lists of at most `size`."""
        numbers = self.numbers(project_id)
        for start in range(0, len(numbers), size):
            wanted = [int(number) for number in numbers[start : start + size]]
            records = self.get(project_id, attribute_id, wanted)
            yield [records[number] for number in wanted]


def _add_attributes(
    cursor: duckdb.DuckDBPyConnection, project_id: int, columns: Sequence[str], texts: set[str]
) -> None:
    for ordinal, name in enumerate(columns):
        cursor.execute(
            "INSERT INTO attribute SELECT nextval('id_sequence'), ?, ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM attribute WHERE project_id = ? AND name = ?)",
            [project_id, name, name in texts, ordinal, project_id, name],
        )


def _add_records(cursor: duckdb.DuckDBPyConnection, project_id: int, staged: Path, import_id: int) -> tuple[int, int]:
    last = cursor.execute("SELECT coalesce(max(record_no), -1) FROM record WHERE project_id = ?", [project_id])
    first_free = last.fetchall()[0][0] + 1
    cursor.execute(
        "CREATE TEMP TABLE incoming AS SELECT s.*, coalesce(r.record_no, $first - 1 + CAST(sum("
        "   CASE WHEN r.record_no IS NULL THEN 1 ELSE 0 END) OVER (ORDER BY s.row) AS INTEGER)) AS record_no,"
        " r.record_no IS NULL AS is_new FROM read_parquet($staged) s"
        " LEFT JOIN record r ON r.project_id = $project AND r.external_id = s.external_id",
        {"first": first_free, "staged": str(staged), "project": project_id},
    )
    cursor.execute(
        "INSERT INTO record SELECT ?, record_no, external_id, ?, NULL FROM incoming WHERE is_new ORDER BY record_no",
        [project_id, import_id],
    )
    counted = cursor.execute("SELECT count(*) FILTER (is_new), count(*) FILTER (NOT is_new) FROM incoming").fetchall()
    return int(counted[0][0]), int(counted[0][1])


def _add_texts(cursor: duckdb.DuckDBPyConnection, attribute_id: int, name: str) -> int:
    column = quoted(name)
    cursor.execute(
        f"CREATE TEMP TABLE fresh_text AS SELECT i.record_no, coalesce(i.{column}, '') AS text,"
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
    changed = cursor.execute("SELECT count(*) FROM fresh_text WHERE revision > 1").fetchall()[0][0]
    cursor.execute("DROP TABLE fresh_text")
    return int(changed)


def _add_scalars(cursor: duckdb.DuckDBPyConnection, attribute_id: int, name: str) -> None:
    cursor.execute(
        f"INSERT OR REPLACE INTO scalar_value SELECT ?, record_no, {quoted(name)} FROM incoming"
        f" WHERE {quoted(name)} IS NOT NULL ORDER BY record_no",
        [attribute_id],
    )
