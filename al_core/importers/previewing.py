"""The first rows of a file, as a person sees them before an import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from al_core.importers.formats import format_of
from al_core.importers.guesses import guess_columns
from al_core.importers.tables import (
    IMPORTERS,
    Preview,
    ProblemLog,
    ReadOptions,
    Row,
    Table,
    cell_text,
    without_surrogates,
)

_SHOWN_ROWS = 20
_SHOWN_CHARACTERS = 300
_GUESS_FROM = 200  # rows
_COUNT_UP_TO = 32 << 20  # bytes; counting the rows of a larger file would make people wait


def make_preview(path: Path, options: ReadOptions) -> Preview:
    """Return the preview of a file; raises InvalidInput when it cannot be read."""
    name, notes = format_of(path)
    problems = ProblemLog()
    table = IMPORTERS.get(name).open(path, options, problems.add)
    rows = list(islice(table.rows, _GUESS_FROM))
    n_rows = table.n_rows
    if path.stat().st_size <= _COUNT_UP_TO:
        n_rows = len(rows) + _rest(table.rows)
    guess = guess_columns(table.columns, [cells for _, cells in rows])
    shown = tuple(tuple(_shorten(cell_text(value)) for value in cells) for _, cells in rows[:_SHOWN_ROWS])
    return Preview(
        columns=table.columns,
        rows=shown,
        format=name,
        encoding=table.options.encoding,
        separator=table.options.separator,
        sheets=table.sheets,
        options=table.options,
        text_column=guess.text_column,
        id_column=guess.id_column,
        label_column=guess.label_column,
        span_column=guess.span_column,
        notes=(*notes, *table.notes, *_more_notes(table, problems, rows, guess.text_column)),
        n_rows=n_rows,
    )


def _rest(rows: Iterator[Row]) -> int:
    return sum(1 for _ in rows)


def _more_notes(table: Table, problems: ProblemLog, rows: list[Row], text_column: str | None) -> Iterator[str]:
    numbers = [name for name in table.columns if re.fullmatch(r"-?\d+([.,]\d+)?", name)]
    if numbers:
        yield f'The header looks like a row of values ("{numbers[0]}"). If the file has no header, add one.'
    if not rows:
        yield "There are no rows below the header."
    elif text_column is None:
        yield "No column looks like text; choose the one that holds it."
    if problems.count:
        first = problems.first[0]
        many = "1 problem" if problems.count == 1 else f"{problems.count:,} problems"
        yield f"{many} found; the first on {table.place} {first.line:,}: {first.message}"


def _shorten(text: str | None) -> str | None:
    if text is None:
        return None
    text = without_surrogates(text[: _SHOWN_CHARACTERS + 1])
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
