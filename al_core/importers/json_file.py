"""JSON: a list of objects, an object of columns, or either of them under one key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from al_core.errors import InvalidInput
from al_core.importers.encodings import KEEP_BROKEN, detect_encoding
from al_core.importers.json_rows import column_keys, parse
from al_core.importers.tables import IMPORTERS, ReadOptions, Report, Row, Table, unique_names


class JsonImporter:
    """Reads one JSON document; it is held in memory whole."""

    suffixes: tuple[str, ...] = (".json",)

    def open(self, path: Path, options: ReadOptions, report: Report) -> Table:
        """Return the table in the file; raises InvalidInput, reports elements that are no objects."""
        encoding, notes = detect_encoding(path, options.encoding)
        try:
            document = parse(path.read_text(encoding=encoding, errors=KEEP_BROKEN))
        except json.JSONDecodeError as error:
            raise InvalidInput(
                f"The file is not valid JSON: line {error.lineno:,}, column {error.colno:,}: {error.msg}.",
                "If it holds one object per line, name it .jsonl.",
            ) from error
        elements, found = find_elements(document)
        rows = [(place, row) for place, row in enumerate(elements, start=1) if isinstance(row, dict)]
        for place, row in enumerate(elements, start=1):
            if not isinstance(row, dict):
                report(place, "Skipped: it is not an object with named values.")
        if not rows:
            raise _no_rows()
        keys = column_keys(row for _, row in rows)
        columns, renamed = unique_names(keys)
        done = [0]

        def read() -> Iterator[Row]:
            for place, row in rows:
                done[0] += 1
                yield place, [row.get(key) for key in keys]

        return Table(
            columns=columns,
            rows=read(),
            fraction=lambda: done[0] / len(rows),
            options=ReadOptions(encoding=encoding),
            notes=(*notes, *found, *renamed),
            n_rows=len(rows),
        )


IMPORTERS.register("json")(JsonImporter())


def find_elements(document: object) -> tuple[list[object], tuple[str, ...]]:
    """Return the rows of a JSON document (objects, if all is well), and a note on where they were.

    >>> find_elements({"id": ["1", "2"], "text": ["a", "b"]})[0]
    [{'id': '1', 'text': 'a'}, {'id': '2', 'text': 'b'}]
    >>> find_elements({"version": "3", "rows": [{"text": "a"}]})
    ([{'text': 'a'}], ('The rows were found under "rows".',))
    """
    elements = _direct(document)
    if elements is not None:
        return elements, ()
    nested = {}
    for key, value in document.items() if isinstance(document, dict) else ():
        inner = _direct(value)
        if inner and any(isinstance(row, dict) for row in inner):
            nested[key] = inner
    if len(nested) > 1:
        listed = ", ".join(sorted(nested))
        raise InvalidInput(f"The JSON has rows under several names: {listed}.", "Keep one of them in the file.")
    if not nested:
        raise _no_rows()
    key, elements = nested.popitem()
    return elements, (f'The rows were found under "{key}".',)


def _direct(document: object) -> list[object] | None:
    """Rows without looking deeper, or None."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or not document:
        return None
    values = list(document.values())
    if all(isinstance(column, list) for column in values):
        lists_of_rows = all(column and all(isinstance(part, dict) for part in column) for column in values)
        if lists_of_rows or len({len(column) for column in values}) > 1:
            return None
        return [dict(zip(document, cells, strict=True)) for cells in zip(*values, strict=True)]
    if all(isinstance(column, dict) for column in values) and len(values) > 1:  # columns by row name, as pandas writes
        names = column_keys(values)
        return [{key: column.get(name) for key, column in document.items()} for name in names]
    return None


def _no_rows() -> InvalidInput:
    return InvalidInput("The JSON holds no rows.", 'Use a list of objects: [{"id": 1, "text": "..."}, ...].')
