"""What every importer speaks: options in, a table out; and what a preview and a staged import hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from math import isnan
from pathlib import Path
from typing import Literal, Protocol

from al_core.errors import InvalidInput
from al_core.registry import Registry
from al_core.types import Problem

Report = Callable[[int, str], None]  # (line of a text file or row of a table, what is wrong there)
Row = tuple[int, Sequence[object]]  # (its line or row, one value per column)

MOST_COLUMNS = 1_000
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file; empty or 0 = detect. `header_row` counts from 1 (blank lines of a CSV file do not count)."""

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header_row: int = 0


DETECT = ReadOptions()


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which columns hold what; the first text column is the main one, spans are offsets in it.

    With `every_row`, rows are what they are: none is taken for another one again.
    """

    text_columns: tuple[str, ...]
    id_column: str | None = None
    label_column: str | None = None
    span_column: str | None = None
    every_row: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file, how it was read, and guesses of what its columns hold (None when not sure)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    format: str
    encoding: str
    separator: str
    sheets: tuple[str, ...]
    options: ReadOptions
    text_column: str | None
    id_column: str | None
    label_column: str | None
    span_column: str | None
    notes: tuple[str, ...]
    n_rows: int | None


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that was read whole: `records.parquet` and, when labels or spans are mapped, `answers.parquet`."""

    folder: Path
    n_records: int
    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    n_empty: int
    n_duplicate_ids: int
    n_duplicate_texts: int
    labels: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...]
    n_problems: int
    sha: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """An open file: `rows` is read once, `fraction()` says how much of it was read, from 0 to 1."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    fraction: Callable[[], float]
    options: ReadOptions = DETECT
    place: Literal["line", "row"] = "row"
    notes: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    n_rows: int | None = None


class Importer(Protocol):
    """One file format. Lives in one file of this package and registers itself in IMPORTERS."""

    suffixes: tuple[str, ...]

    def open(self, path: Path, options: ReadOptions, report: Report) -> Table:
        """Return the table in the file; raises InvalidInput when there is none, reports single bad rows."""
        ...


IMPORTERS: Registry[Importer] = Registry("file format")


@dataclass(slots=True)
class ProblemLog:
    """Counts all problems and keeps the first hundred."""

    first: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, message: str) -> None:
        """Return nothing; count the problem and keep it if there is room."""
        self.count += 1
        if len(self.first) < MOST_PROBLEMS:
            self.first.append(Problem(line, without_surrogates(message)))


def unique_names(names: Iterable[object], taken: Iterable[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return column names that differ even without regard to case, and a note on each that was changed.

    Raises InvalidInput for more than a thousand columns.

    >>> unique_names(["text", "Text", ""])[0]
    ('text', 'Text (2)', 'column 3')
    """
    used = {name.casefold() for name in taken}
    unique: list[str] = []
    notes: list[str] = []
    for place, given in enumerate(names, start=1):
        wanted = without_surrogates(cell_text(given) or "").strip()
        name = wanted = wanted or f"column {place}"
        count = 1
        while name.casefold() in used:
            count += 1
            name = f"{wanted} ({count})"
        if not (cell_text(given) or "").strip():
            notes.append(f'Column {place} has no name; it is called "{name}" here.')
        elif count > 1:
            notes.append(f'The name "{wanted}" is taken; column {place} is called "{name}" here.')
        used.add(name.casefold())
        unique.append(name)
    if len(unique) > MOST_COLUMNS:
        raise InvalidInput(
            f"The file has {len(unique):,} columns; at most {MOST_COLUMNS:,} can be imported.",
            "Check the separator and the header row, or remove columns.",
        )
    return tuple(unique), tuple(notes)


class NumberText(str):
    """A number of a JSON file, kept as it was written: 2**53 + 1, 01 and 1e400 would not survive as floats."""

    __slots__ = ()


def cell_text(value: object) -> str | None:
    """Return a value as the text that is stored: ISO for times, JSON for lists and structs, None when missing.

    >>> cell_text(True), cell_text(7), cell_text([1, "a"]), cell_text(float("nan"))
    ('true', '7', '[1, "a"]', None)
    """
    if value is None or isinstance(value, str):
        return value if value is None or type(value) is str else str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and isnan(value):
        return None
    if isinstance(value, datetime | date | time):
        written = value.isoformat()
        return None if written == "NaT" else written
    if isinstance(value, dict | list | tuple):
        return json_text(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def json_text(value: object) -> str:
    """Return JSON of a nested value, with numbers as they were written and times in ISO.

    >>> json_text({"a": [NumberText("1.0"), None, "é"]})
    '{"a": [1.0, null, "é"]}'
    """
    if value is None:
        return "null"
    if isinstance(value, dict):
        inner = ", ".join(
            f"{json.dumps(str(key), ensure_ascii=False)}: {json_text(part)}" for key, part in value.items()
        )
        return "{" + inner + "}"
    if isinstance(value, list | tuple):
        if {type(part) for part in value} <= {str, int}:
            return json.dumps(value, ensure_ascii=False)  # tokens and offsets: many, and fast this way
        return "[" + ", ".join(json_text(part) for part in value) + "]"
    if isinstance(value, bool | int | float | NumberText):
        return cell_text(value) or "null"
    return json.dumps(cell_text(value), ensure_ascii=False)


def without_surrogates(text: str) -> str:
    """Return the text with each lone surrogate (half a character or a broken byte) replaced, one for one.

    UTF-8, and so Parquet and the database, cannot hold them; the replacement keeps all offsets.

    >>> without_surrogates("a" + chr(0xD83D) + "b")
    'a\ufffdb'
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
