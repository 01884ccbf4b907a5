"""JSON Lines: one object per line; a broken line costs only itself."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

from al_core.errors import InvalidInput
from al_core.importers.encodings import KEEP_BROKEN, detect_encoding
from al_core.importers.json_rows import column_keys, parse
from al_core.importers.tables import IMPORTERS, ReadOptions, Report, Table, unique_names


class JsonlImporter:
    """Reads one object per line, twice: columns may first occur in the last line."""

    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")

    def open(self, path: Path, options: ReadOptions, report: Report) -> Table:
        """Return the table in the file; raises InvalidInput when no line is an object, reports bad lines."""
        encoding, notes = detect_encoding(path, options.encoding)
        n_rows = 0

        def counted() -> Iterator[dict[str, object]]:
            nonlocal n_rows
            for _, row in _objects(_lines(path.open("rb"), encoding), _ignore):
                n_rows += 1
                yield row

        keys = column_keys(counted())
        if not n_rows:
            raise InvalidInput("No line of the file is a JSON object.", 'Use lines such as {"id": 1, "text": "..."}.')
        columns, renamed = unique_names(keys)
        raw = path.open("rb")
        size = max(path.stat().st_size, 1)
        rows = _objects(_lines(raw, encoding), report)
        return Table(
            columns=columns,
            rows=((line, [row.get(key) for key in keys]) for line, row in rows),
            fraction=lambda: min(raw.tell() / size, 1.0) if not raw.closed else 1.0,
            options=ReadOptions(encoding=encoding),
            place="line",
            notes=notes + renamed,
            n_rows=n_rows,
        )


IMPORTERS.register("jsonl")(JsonlImporter())


def _ignore(line: int, message: str) -> None:
    """Say nothing: bad lines are reported when the rows are read."""


def _lines(raw: io.BufferedReader, encoding: str) -> Iterator[str]:
    # newline="\n": U+2028 or a lone CR ends no line
    with io.TextIOWrapper(raw, encoding=encoding, errors=KEEP_BROKEN, newline="\n") as stream:
        yield from stream


def _objects(lines: Iterator[str], report: Report) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parse(line)
        except json.JSONDecodeError as error:
            report(number, f"Skipped: not valid JSON (column {error.colno:,}: {error.msg}).")
            continue
        except InvalidInput as error:
            report(number, f"Skipped: {error.message}")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            report(number, "Skipped: it is not an object with named values.")
