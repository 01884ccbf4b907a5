"""The one DuckDB connection of a workspace: a cursor per call, always fetched whole, two writer locks."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from al_core.errors import InvalidInput, WorkspaceInUse

Row = tuple[Any, ...]
Columns = dict[str, NDArray[Any]]


class Database:
    """One file, one connection. Cursors are made per call: a connection shared by threads returns wrong rows.

    Two locks order the writers: `answers` for small transactions at human speed, `bulk` for imports and runs, so
    that a person who labels never waits for a long write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = _connect(path)
        self._locks = {"answers": threading.RLock(), "bulk": threading.RLock()}

    def close(self) -> None:
        """Close the connection; the write-ahead log is folded into the file first where nothing else writes."""
        with self._locks["bulk"], self._locks["answers"]:
            self._connection.close()

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        with self._connection.cursor() as cursor:
            fetched: list[Row] = cursor.execute(sql, parameters).fetchall()
            return fetched

    def row(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:  # noqa: ANN401
        """Return the first column of the first row of a query, or None."""
        found = self.row(sql, parameters)
        return found[0] if found else None

    def columns(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Columns:
        """Return the columns of a query as arrays [n], NULL numbers as nan and NULL texts as None."""
        with self._connection.cursor() as cursor:
            fetched = cursor.execute(sql, parameters).fetchnumpy()
        return {name: _plain(column) for name, column in fetched.items()}

    def columns_within(
        self, seconds: float, sql: str, parameters: Mapping[str, Any], tables: Mapping[str, pa.Table]
    ) -> Columns:
        """Return the columns of a query as `columns` does; `tables` are seen by its SQL under their names.

        Raises InvalidInput when it takes longer than `seconds`: it is interrupted, and nothing else waits for it.
        """
        with self._connection.cursor() as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            watch = threading.Timer(seconds, cursor.interrupt)
            watch.start()
            try:
                fetched = cursor.execute(sql, parameters).fetchnumpy()
            except duckdb.InterruptException as error:
                raise InvalidInput(
                    f"This took longer than {seconds:g} seconds and was stopped.",
                    "Narrow it down with another condition, or look for a plain text instead of a pattern.",
                ) from error
            finally:
                watch.cancel()
                watch.join()  # a late interrupt must not meet whatever comes after
        return {name: _plain(column) for name, column in fetched.items()}

    @contextmanager
    def transaction(self, lock: str = "answers", **tables: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor inside one transaction; `tables` are seen by its SQL under their names.

        Everything is undone when the block raises. `lock` is `answers` (short) or `bulk`.
        """
        with self._locks[lock], self._connection.cursor() as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            cursor.begin()
            try:
                yield cursor
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()


def _plain(column: Any) -> NDArray[Any]:  # noqa: ANN401
    if not isinstance(column, np.ma.MaskedArray):
        return np.asarray(column)
    if column.dtype.kind == "O":
        # filled(None) would mean: with the array's own filling, which is a question mark
        texts = np.array(column.data, dtype=object)
        texts[np.ma.getmaskarray(column)] = None
        return texts
    if column.dtype.kind == "b":
        return np.asarray(column.filled(False))
    if not np.ma.is_masked(column):
        return np.asarray(column)
    filled = np.asarray(column, dtype=np.float64)
    filled[np.ma.getmaskarray(column)] = np.nan
    return filled


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # DuckDB makes the write-ahead log anew whenever it likes: only the umask keeps it private in an open folder
    os.umask(os.umask(0o077) | 0o077)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.IOException as error:
        raise _explained(path, error) from error
    os.chmod(path, 0o600)  # the file holds the texts: it is private to its owner
    # nothing is downloaded at run time, and a query never spills outside the workspace
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _explained(path: Path, error: duckdb.IOException) -> WorkspaceInUse | InvalidInput:
    holder = re.search(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)", str(error))
    if holder:
        return WorkspaceInUse(
            f"The workspace {path.parent} is in use by process {holder['pid']} ({Path(holder['program']).name}).",
            "Stop that process, do it on the page of the running app, or choose another workspace.",
        )
    if "lock" in str(error).lower():
        return WorkspaceInUse(f"The workspace {path.parent} is in use by another process.", "Stop it first.")
    first = str(error).splitlines()[0]
    return InvalidInput(f"{path} cannot be opened as a workspace database: {first}", "Choose another workspace.")
