"""Parquet: typed columns, read batch by batch; every value becomes text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from al_core.errors import InvalidInput
from al_core.importers.tables import IMPORTERS, ReadOptions, Report, Row, Table, unique_names

_BATCH = 4_096


class ParquetImporter:
    """Reads Parquet; columns of bytes are left out, because they are no text."""

    suffixes: tuple[str, ...] = (".parquet", ".pq")

    def open(self, path: Path, options: ReadOptions, report: Report) -> Table:
        """Return the table in the file; raises InvalidInput when it is damaged."""
        try:
            file = pq.ParquetFile(path)
        except pa.ArrowMemoryError:  # it is an ArrowException too, but tells nothing about the file
            raise
        except (pa.ArrowException, OSError) as error:
            raise _damaged(error) from error
        schema = file.schema_arrow
        kept = [place for place, column in enumerate(schema) if not _is_bytes(column.type)]
        left_out = [column.name for column in schema if _is_bytes(column.type)]
        if not kept:
            raise InvalidInput("The file has no column that could be shown as text.")
        columns, renamed = unique_names([schema.field(place).name for place in kept])
        n_rows = file.metadata.num_rows
        done = [0]

        def read() -> Iterator[Row]:
            for cells in _rows(file, kept):
                done[0] += 1
                yield done[0], cells

        return Table(
            columns=columns,
            rows=read(),
            fraction=lambda: done[0] / max(n_rows, 1),
            notes=(*renamed, *(f'Column "{name}" holds bytes and is left out.' for name in left_out)),
            n_rows=n_rows,
        )


IMPORTERS.register("parquet")(ParquetImporter())


def _rows(file: pq.ParquetFile, kept: list[int]) -> Iterator[tuple[object, ...]]:
    try:
        for batch in file.iter_batches(batch_size=_BATCH):
            yield from zip(*(_values(batch.column(place)) for place in kept), strict=True)
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _damaged(error) from error


def _values(column: pa.Array) -> list[object]:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return [None if value is None else _iso(value) for value in column]
    values: list[object] = column.to_pylist(maps_as_pydicts="lossy")
    return values


def _iso(value: pa.Scalar) -> str | None:
    moment = value.as_py()  # of pandas: Python's datetime has no nanoseconds
    return None if moment is None else str(moment.isoformat())


def _is_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def _damaged(error: Exception) -> InvalidInput:
    why = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return InvalidInput("The Parquet file cannot be read; it is damaged or not whole.", f"The reader says: {why}")
