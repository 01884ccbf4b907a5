"""XLSX: one sheet of a workbook, with the header row found below a title, and formulas by their stored values."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from al_core.errors import InvalidInput
from al_core.importers.tables import IMPORTERS, MOST_COLUMNS, ReadOptions, Report, Row, Table, unique_names

_LARGEST = 1 << 30  # bytes a workbook may unpack to
_HIGHEST_RATIO = 200  # XML of real workbooks packs 5 to 30 times; a bomb 1,000 times
_SMALL = 50 << 20  # bytes below which any ratio is harmless
_HIDDEN = " (hidden)"
_LOOK_AT = 20  # rows
# What openpyxl and what it reads with raise for broken files; a broken XML is a SyntaxError.
_DAMAGED = (InvalidFileException, KeyError, ValueError, OSError, SyntaxError, EOFError, zipfile.BadZipFile, zlib.error)
_R = TypeVar("_R")


class XlsxImporter:
    """Reads the chosen sheet of a workbook, the first visible one when none is chosen."""

    suffixes: tuple[str, ...] = (".xlsx", ".xlsm")

    def open(self, path: Path, options: ReadOptions, report: Report) -> Table:
        """Return the table on a sheet; raises InvalidInput, reports formulas without values and stray cells."""
        refuse_bombs(path)
        values, formulas = _workbook(path, stored_values=True), _workbook(path, stored_values=False)
        sheets = {sheet.title: sheet.sheet_state == "visible" for sheet in values.worksheets}
        name = choose_sheet(sheets, options.sheet)
        declared = values[name].max_row or 0  # only good enough for progress
        for workbook in (values, formulas):
            workbook[name].reset_dimensions()  # wrong declared sizes would make millions of empty cells
        top = list(islice(_rows(values[name]), max(_LOOK_AT, options.header_row)))
        header_row = options.header_row or find_header(top)
        if not header_row or header_row > len(top) or not any(map(_filled, top[header_row - 1])):
            raise InvalidInput(
                f'Sheet "{name}" has no header in row {header_row}.' if header_row else f'Sheet "{name}" is empty.',
                f"Choose another row or sheet ({', '.join(sheets)}).",
            )
        width = table_width(top, header_row)
        header = [*top[header_row - 1], *[None] * width][:width]
        columns, renamed = unique_names(header)
        done = [0]
        n_rows = max(declared - header_row, 1)
        source = zip(_rows(values[name]), _guarded(formulas[name].iter_rows()), strict=False)
        rows = _read(source, header_row, width, report)

        def counted() -> Iterator[Row]:
            for row in rows:
                done[0] += 1
                yield row

        return Table(
            columns=columns,
            rows=counted(),
            fraction=lambda: min(done[0] / n_rows, 1.0),
            options=ReadOptions(sheet=name, header_row=header_row),
            notes=renamed,
            sheets=tuple(title if visible else title + _HIDDEN for title, visible in sheets.items()),
        )


IMPORTERS.register("xlsx")(XlsxImporter())


def refuse_bombs(path: Path) -> None:
    """Return nothing; raises InvalidInput when the workbook would unpack to far more than a workbook does."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise InvalidInput("The workbook is damaged: it is not a whole ZIP archive.", "Save it again.") from error
    ratio = unpacked / max(path.stat().st_size, 1)
    if unpacked > _LARGEST or (unpacked > _SMALL and ratio > _HIGHEST_RATIO):
        raise InvalidInput(
            f"The workbook would unpack to {unpacked / 1e6:,.0f} MB ({ratio:,.0f} times its size); it is not opened.",
            "Save the sheet as CSV and import that.",
        )


def choose_sheet(sheets: dict[str, bool], wanted: str) -> str:
    """Return the name of the sheet to read: the wanted one, else the first visible one.

    >>> choose_sheet({"Notes": False, "Data": True}, "")
    'Data'
    >>> choose_sheet({"Notes": False, "Data": True}, "Notes (hidden)")
    'Notes'
    """
    if not sheets:
        raise InvalidInput("The workbook has no sheet with cells.")
    if not wanted:
        return next((title for title, visible in sheets.items() if visible), next(iter(sheets)))
    title = wanted if wanted in sheets else wanted.removesuffix(_HIDDEN)
    if title not in sheets:
        raise InvalidInput(f"There is no sheet {wanted!r}.", f"Sheets: {', '.join(sheets)}.")
    return title


def find_header(rows: Sequence[Sequence[object]]) -> int:
    """Return the number (from 1) of the row that looks like the header, 0 when all rows are empty.

    A title has one cell; the header is the first row with at least half as many cells as the fullest row.

    >>> find_header([["Report 2026"], [], ["id", "text"], [1, "a"]])
    3
    """
    filled = [sum(map(_filled, row)) for row in rows]
    enough = max((max(filled, default=0) + 1) // 2, 2 if max(filled, default=0) > 1 else 1)
    return next((number for number, count in enumerate(filled, start=1) if count >= enough), 0)


def table_width(rows: Sequence[Sequence[object]], header_row: int) -> int:
    """Return how many columns the table has: those with a name, and those filled in half of the rows looked at.

    >>> table_width([["id", "text"], [1, "a", "x"], [2, "b", None], [3, "c"]], 1)
    2
    """
    body = rows[header_row:]
    width = max(place for place, value in enumerate(rows[header_row - 1], start=1) if _filled(value))
    for place in range(width, max((len(row) for row in body), default=0)):
        if 2 * sum(len(row) > place and _filled(row[place]) for row in body) >= len(body):
            width = place + 1
    return width


def _workbook(path: Path, *, stored_values: bool) -> openpyxl.Workbook:
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=stored_values)
    except _DAMAGED as error:
        raise _damaged() from error


def _filled(value: object) -> bool:
    return value is not None and str(value).strip() != ""


def _damaged() -> InvalidInput:
    return InvalidInput("The workbook is damaged and cannot be read.", "Save it again, or save it as CSV.")


def _guarded(rows: Iterator[_R]) -> Iterator[_R]:
    """The rows; sheets are unpacked while they are read, so damage shows late."""
    try:
        yield from rows
    except _DAMAGED as error:
        raise _damaged() from error


def _rows(sheet: Worksheet) -> Iterator[tuple[object, ...]]:
    for row in _guarded(sheet.iter_rows(values_only=True)):
        if len(row) > MOST_COLUMNS and any(map(_filled, row[MOST_COLUMNS:])):
            raise InvalidInput(f"The sheet has cells beyond its column {MOST_COLUMNS:,}.", "Remove them.")
        yield row


def _read(source: Iterator[Any], header_row: int, width: int, report: Report) -> Iterator[Row]:
    for number, (row, cells) in enumerate(source, start=1):
        if number <= header_row:
            continue
        for cell, value in zip(cells, row, strict=False):
            if value is None and cell.data_type == "f":
                where = f"{get_column_letter(cell.column)}{number}"
                report(number, f"Cell {where} is a formula without a stored value; it is empty here.")
        for place, value in enumerate(row[width:], start=width + 1):
            if _filled(value):
                report(number, f"Cell {get_column_letter(place)}{number} lies outside of the table; it is left out.")
        inside = [*row[:width], *[None] * (width - len(row))]
        if any(map(_filled, inside)):
            yield number, [_plain(value) for value in inside]


def _plain(value: object) -> object:
    """Excel knows no dates without a time; midnight means that none was meant."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value
