"""Writes staged records and answers in batches, so that a million rows never stand in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_MOST_ROWS = 20_000
_MOST_CHARACTERS = 16_000_000  # a few cells of a million characters fill a batch too


class RecordWriter:
    """Parquet files of records (row, external_id, one string per column) and of answers, when they are asked for."""

    def __init__(self, records: Path, answers: Path | None, columns: Sequence[str]) -> None:
        self.n_records = 0
        self.just_flushed = False
        self._size = 0
        self._columns: list[list[Any]] = [[] for _ in range(len(columns) + 2)]
        self._answers: list[list[Any]] = [[] for _ in range(5)]
        texts = [pa.field(name, pa.string()) for name in columns]
        schema = pa.schema([pa.field("row", pa.int64()), pa.field("external_id", pa.string()), *texts])
        self._record_file = pq.ParquetWriter(records, schema, compression="zstd")
        self._answer_file = None if answers is None else pq.ParquetWriter(answers, _ANSWERS, compression="zstd")

    def add(
        self, external_id: str, texts: Sequence[str | None], given: Sequence[tuple[str | None, int | None, int | None]]
    ) -> None:
        """Return nothing; add one record and the labels that it came with."""
        for column, value in zip(self._columns, (self.n_records, external_id, *texts), strict=True):
            column.append(value)
        for ordinal, (label, start, end) in enumerate(given):
            for column, value in zip(self._answers, (self.n_records, ordinal, label, start, end), strict=True):
                column.append(value)
        self.n_records += 1
        self._size += sum(len(text) for text in texts if text)
        self.just_flushed = len(self._columns[0]) >= _MOST_ROWS or self._size >= _MOST_CHARACTERS
        if self.just_flushed:
            self._flush()

    def _flush(self) -> None:
        _write(self._record_file, self._columns)
        if self._answer_file is not None:
            _write(self._answer_file, self._answers)
        self._size = 0

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left; after an error the files are closed and stay unfinished."""
        if error is None:
            self._flush()
        self._record_file.close()
        if self._answer_file is not None:
            self._answer_file.close()


_ANSWERS = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("ordinal", pa.int32()),
        pa.field("label", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
    ]
)


def _write(file: pq.ParquetWriter, columns: list[list[Any]]) -> None:
    if not columns[0]:
        return
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, file.schema, strict=True)]
    file.write_batch(pa.record_batch(arrays, schema=file.schema))
    for column in columns:
        column.clear()
