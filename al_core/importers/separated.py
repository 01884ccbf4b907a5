"""Text files with separators: finding the separator, and reading on after a broken line."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from al_core.errors import InvalidInput
from al_core.importers.encodings import KEEP_BROKEN, detect_encoding
from al_core.importers.tables import ReadOptions, Report, Row, Table, unique_names

SEPARATORS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_ONE_COLUMN = "\x1f"  # a separator that no text has
_SAMPLE = 1 << 16
_LONGEST_ROW = 1 << 28  # characters; a quote that is never closed swallows the rest of the file
_MOST_REPLAYED = 3_000_000  # lines; many broken quotes would be read again and again


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the lines are cut: `separator` is "" for one column, `quoted` says whether quotes enclose cells."""

    separator: str
    quoted: bool
    notes: tuple[str, ...] = ()


class _Lines:
    """Lines of a file, with those of the row in hand, so that they can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._size = 0
        self._replayed = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self._row.append(line)
        self._size += len(line)
        if self._size > _LONGEST_ROW:
            raise self._never_closed()
        return line

    @property
    def first(self) -> int:
        """The number of the first line of the row in hand."""
        return self.number - len(self._row) + 1

    def next_row(self) -> None:
        self._row = []
        self._size = 0

    def again_after_first(self) -> None:
        """Read all lines of the row but its first one again."""
        rest = self._row[1:]
        self._replayed += len(rest)
        if self._replayed > _MOST_REPLAYED:
            raise self._never_closed()
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        self.next_row()

    def _never_closed(self) -> InvalidInput:
        return InvalidInput(
            f"A quote opened on line {self.first:,} is not closed for very long.",
            "Close it or double it; the file cannot be read past it.",
        )


def open_separated(path: Path, options: ReadOptions, report: Report, preferred: str = "") -> Table:
    """Return the table in a text file with separators; a file of one column is fine.

    `preferred` is tried before the others when the header line has it. Raises InvalidInput.
    """
    encoding, notes = detect_encoding(path, options.encoding)
    csv.field_size_limit((1 << 31) - 1)  # of this process; the default refuses cells of 131,073 characters
    with path.open(encoding=encoding, errors=KEEP_BROKEN, newline="") as stream:
        sample = stream.read(_SAMPLE)
    declared = re.match(r"sep=(.)\r?\n", sample)  # written by and for spreadsheets
    header_row = options.header_row or (2 if declared else 1)
    chosen = chosen_separator(options.separator or (declared[1] if declared else ""))
    dialect = find_dialect(sample, chosen, header_row, preferred)
    raw = path.open("rb")
    size = max(path.stat().st_size, 1)
    # newline="": line breaks inside cells stay what they are
    lines = io.TextIOWrapper(raw, encoding=encoding, errors=KEEP_BROKEN, newline="")
    rows = read_rows(lines, dialect, report)
    header: list[str] = []
    for _ in range(header_row):
        header = next(rows, (0, []))[1]
    if not header:
        raise InvalidInput(f"The file has no row {header_row} to take column names from.", "Choose another header row.")
    columns, renamed = unique_names(header)
    return Table(
        columns=columns,
        rows=_fitting(rows, len(columns), report),
        fraction=lambda: min(raw.tell() / size, 1.0) if not raw.closed else 1.0,
        options=ReadOptions(encoding=encoding, separator=dialect.separator, header_row=header_row),
        place="line",
        notes=notes + dialect.notes + renamed,
    )


def chosen_separator(separator: str) -> str:
    r"""Return the separator that a person chose, as one character; "" = detect.

    >>> chosen_separator(r"\t") == chosen_separator("tab") == "\t"
    True
    """
    named = {"\\t": "\t", **{name: char for char, name in _NAMES.items()}}
    char = named.get(separator, separator)
    if len(char) > 1 or char in ('"', "\n", "\r"):
        raise InvalidInput(f"{separator!r} cannot be the separator.", "Use one character: , ; | or tab.")
    return char


def read_rows(stream: Iterator[str], dialect: Dialect, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Return rows that are not blank with the line on which each begins; broken ones are reported and skipped."""
    lines = _Lines(stream)
    reader = _reader(lines, dialect)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unclosed = "unexpected end" in str(error)
            why = "a quote is opened and never closed" if unclosed else "there is text after a closing quote"
            report(lines.first, f"Skipped: {why}.")
            lines.again_after_first()
            reader = _reader(lines, dialect)
            continue
        line = lines.first
        lines.next_row()
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield line, cells


def _reader(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    separator = dialect.separator or _ONE_COLUMN
    if not dialect.quoted:
        return csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(lines, delimiter=separator, strict=True)


def _fitting(rows: Iterator[tuple[int, list[str]]], width: int, report: Report) -> Iterator[Row]:
    for line, cells in rows:
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]  # separators at the end of the line with nothing between them
        if len(cells) != width:
            report(line, f"Skipped: {_count(len(cells))} where the header has {_count(width)}.")
        else:
            yield line, cells


def _count(n_cells: int) -> str:
    return f"{n_cells} cell{'' if n_cells == 1 else 's'}"


def find_dialect(sample: str, chosen: str, header_row: int, preferred: str = "") -> Dialect:
    r"""Return how to cut the lines of which `sample` is the beginning; `chosen` is a separator or "".

    >>> find_dialect("id;text\n1;a, b\n2;c, d\n", "", 1).separator
    ';'
    >>> find_dialect("text\nhello, world\n", "", 1).separator
    ''
    """
    separator, notes = (chosen, ()) if chosen else _find_separator(sample, header_row, preferred)
    dialect = Dialect(separator, True, notes)
    if separator in ("", "\t") and _broken(sample, dialect):
        # Where commas cannot hurt, many programs write quotes as they are.
        return Dialect(separator, False, (*notes, "Quotes are read as ordinary characters."))
    return dialect


def _broken(sample: str, dialect: Dialect) -> bool:
    whole = sample if len(sample) < _SAMPLE else sample[: sample.rfind("\n") + 1] or sample
    try:
        for _ in _reader(io.StringIO(whole, newline=""), dialect):
            pass
    except csv.Error as error:
        return "unexpected end" not in str(error) or len(sample) < _SAMPLE
    return False


def _find_separator(sample: str, header_row: int, preferred: str) -> tuple[str, tuple[str, ...]]:
    widths = {char: _widths(sample, char) for char in SEPARATORS}
    agreement: dict[str, float] = {}
    for char, found in widths.items():
        header, body = found[header_row - 1 : header_row], found[header_row:]
        if header and header[0] > 1:
            agreement[char] = body.count(header[0]) / len(body) if body else 1.0
    if preferred in agreement:
        return preferred, ()
    if not agreement:
        return "", ("No separator was found in the header; the file is read as one column.",)
    best = max(agreement, key=lambda char: (agreement[char], widths[char][header_row - 1]))
    # One candidate may be a damaged file; several candidates that few lines agree with are no table.
    if agreement[best] >= (0.1 if len(agreement) == 1 else 0.6):
        return best, ()
    listed = " and ".join(_NAMES[char] for char in agreement)
    return "", (f"The lines do not agree on a separator ({listed}); the file is read as one column.",)


def _widths(sample: str, separator: str) -> list[int]:
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    widths = [len(cells) for cells in rows if len(cells) > 1 or (cells and cells[0].strip())]
    return widths[:-1] if len(sample) >= _SAMPLE and len(widths) > 2 else widths  # the last row is cut off
