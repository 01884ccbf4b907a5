"""A table becomes staged Parquet files that the store loads in SQL; duplicates and empties are counted here."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from pathlib import Path

from al_core.errors import InvalidInput
from al_core.importers.batches import RecordWriter
from al_core.importers.formats import format_of
from al_core.importers.spans import Span, read_spans
from al_core.importers.tables import (
    IMPORTERS,
    Mapping,
    ProblemLog,
    ReadOptions,
    Row,
    Staged,
    Table,
    cell_text,
    unique_names,
    without_surrogates,
)
from al_core.text import text_sha
from al_core.types import Problem

Progress = Callable[[float, str], None]
Given = tuple[
    tuple[str | None, int | None, int | None], ...
]  # label, start, end; one (None, None, None) = nothing here

RECORDS, ANSWERS, DONE = "records.parquet", "answers.parquet", "done.json"


@dataclass(slots=True)
class _First:
    """The first row of an id: where it stands, and hashes of its text and its labels."""

    line: int
    text: bytes
    given: int


@dataclass(slots=True)
class _Tally:
    """What is counted while rows are staged."""

    problems: ProblemLog
    n_empty: int = 0
    n_duplicate_ids: int = 0
    n_duplicate_texts: int = 0
    n_inside_tokens: int = 0
    first_inside: str = ""
    labels: Counter[str] = field(default_factory=Counter)
    by_id: dict[str, _First] = field(default_factory=dict)
    texts: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Places:
    """The mapping as places in a row."""

    texts: tuple[int, ...]
    attributes: tuple[int, ...]
    record_id: int | None
    label: int | None
    spans: int | None
    every_row: bool


def stage_table(path: Path, mapping: Mapping, folder: Path, options: ReadOptions, progress: Progress) -> Staged:
    """Return what was staged of the file; the folder then holds records, answers, and `done.json`, written last.

    Raises InvalidInput when the file or the mapping cannot be used, or no row has text.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (DONE, RECORDS, ANSWERS):
        (folder / name).unlink(missing_ok=True)
    name, notes = format_of(path)
    tally = _Tally(ProblemLog())
    table = IMPORTERS.get(name).open(path, options, tally.problems.add)
    places = _places(table.columns, mapping)
    kept = (*places.texts, *places.attributes)
    names, renamed = unique_names([table.columns[place] for place in kept], taken=("row", "external_id"))
    with_answers = places.label is not None or places.spans is not None
    with RecordWriter(folder / RECORDS, folder / ANSWERS if with_answers else None, names) as writer:
        for row in table.rows:
            _stage_row(row, table, places, writer, tally)
            if writer.just_flushed:
                progress(table.fraction(), f"{writer.n_records:,} rows read")
    if not writer.n_records:
        raise _nothing(tally, mapping)
    order = {name: place for name, place in zip(names, kept, strict=True)}
    staged = Staged(
        folder=folder,
        n_records=writer.n_records,
        columns=tuple(sorted(names, key=order.__getitem__)),
        text_columns=names[: len(places.texts)],
        n_empty=tally.n_empty,
        n_duplicate_ids=tally.n_duplicate_ids,
        n_duplicate_texts=tally.n_duplicate_texts,
        labels=tuple(sorted(tally.labels.items(), key=lambda pair: (-pair[1], pair[0]))),
        problems=tuple(tally.problems.first),
        n_problems=tally.problems.count,
        sha=file_sha(path),
        notes=(*notes, *table.notes, *renamed, *_inside_note(tally)),
    )
    _write_done(staged)
    progress(1.0, f"{staged.n_records:,} rows read")
    return staged


def file_sha(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def load_staged(folder: Path) -> Staged:
    """Return what an earlier `stage` left in the folder; raises InvalidInput when it was not finished."""
    try:
        written = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidInput("The import was not finished; nothing of it was kept.", "Import the file again.") from error
    return staged_from_json(folder, written)


def staged_from_json(folder: Path, written: dict[str, object]) -> Staged:
    """Return a Staged from the values that `done.json` holds."""
    pairs = {name: tuple(value) if isinstance(value, list) else value for name, value in written.items()}
    pairs["labels"] = tuple((name, count) for name, count in written["labels"])  # type: ignore[attr-defined]
    pairs["problems"] = tuple(Problem(**problem) for problem in written["problems"])  # type: ignore[attr-defined]
    return Staged(folder=folder, **pairs)  # type: ignore[arg-type]


def _write_done(staged: Staged) -> None:
    written = {name: value for name, value in asdict(staged).items() if name != "folder"}
    unfinished = staged.folder / (DONE + ".tmp")
    with unfinished.open("w", encoding="utf-8") as stream:
        json.dump(written, stream)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(staged.folder / DONE)


def _places(columns: Sequence[str], mapping: Mapping) -> _Places:
    if not mapping.text_columns:
        raise InvalidInput("No text column is chosen.", f"Columns: {', '.join(columns)}.")
    if mapping.label_column is not None and mapping.span_column is not None:
        raise InvalidInput(
            "Labels and spans cannot be imported at once: they belong to two tasks.", "Import the file once for each."
        )
    single = (mapping.id_column, mapping.label_column, mapping.span_column)
    chosen = [*mapping.text_columns, *(name for name in single if name is not None)]
    for name in chosen:
        if name not in columns:
            raise InvalidInput(f"There is no column {name!r}.", f"Columns: {', '.join(columns)}.")
        if chosen.count(name) > 1:
            raise InvalidInput(f"Column {name!r} is chosen twice.", "Choose each column for one thing.")
    place = {name: number for number, name in enumerate(columns)}
    record_id, label, spans = (None if name is None else place[name] for name in single)
    attributes = tuple(place[name] for name in columns if name not in chosen)
    return _Places(
        tuple(place[name] for name in mapping.text_columns), attributes, record_id, label, spans, mapping.every_row
    )


def _stage_row(row: Row, table: Table, places: _Places, writer: RecordWriter, tally: _Tally) -> None:
    line, cells = row
    texts = [_text(cells[place], table.columns[place], line, tally) for place in places.texts]
    main = texts[0]
    if main is None or not main.strip():
        tally.n_empty += 1
        return
    sha = text_sha(main)
    given_id = None
    if places.record_id is not None:
        given_id = _text(cells[places.record_id], table.columns[places.record_id], line, tally)
    external_id = given_id if given_id and given_id.strip() else f"sha-{sha[:16]}"
    external_id = f"row-{line}" if places.every_row else external_id
    given = _given(cells, main, places, line, external_id, tally)
    found = _First(line, bytes.fromhex(sha[:32]), hash(given))
    if external_id in tally.by_id:
        _count_again(external_id, found, table.place, tally)
        return
    tally.by_id[external_id] = found
    tally.n_duplicate_texts += found.text in tally.texts
    tally.texts.add(found.text)
    tally.labels.update(label for label, _, _ in given if label is not None)
    attributes = [_text(cells[place], table.columns[place], line, tally) for place in places.attributes]
    writer.add(external_id, [*texts, *attributes], given)


def _text(value: object, column: str, line: int, tally: _Tally) -> str | None:
    text = cell_text(value)
    if text is None or text.isascii():
        return text
    clean = without_surrogates(text)
    if clean != text:
        tally.problems.add(line, f'A broken character in "{column}" was replaced by \ufffd.')
    return clean


def _count_again(external_id: str, found: _First, place: str, tally: _Tally) -> None:
    first = tally.by_id[external_id]
    if found.text == first.text:
        tally.n_duplicate_ids += 1
        if found.given != first.given:
            message = (
                f"Skipped: {external_id!r} is on {place} {first.line} already, with another label; that one is kept."
            )
            tally.problems.add(found.line, message)
        return
    tally.n_duplicate_ids += 1
    message = f"Skipped: id {external_id!r} is on {place} {first.line} already, with another text; that one is kept."
    tally.problems.add(found.line, message)


def _given(cells: Sequence[object], text: str, places: _Places, line: int, record: str, tally: _Tally) -> Given:
    """The labels that the row gives."""
    if places.label is not None:
        label = _text(read_label(cells[places.label]), "label", line, tally)
        return ((label, None, None),) if label else ()
    if places.spans is None:
        return ()

    def report(message: str) -> None:
        tally.problems.add(line, f"Record {record!r}: {message}")

    def note(message: str) -> None:
        tally.n_inside_tokens += 1
        tally.first_inside = tally.first_inside or f"record {record!r}: {message}"

    spans: list[Span] | None = read_spans(cells[places.spans], text, report, note)
    if spans is None:
        return ()
    return tuple((without_surrogates(label), start, end) for start, end, label in spans) or ((None, None, None),)


def read_label(value: object) -> str:
    """Return the label in a cell, stripped; "" = none. Raises InvalidInput for a list of labels.

    >>> read_label(" spam "), read_label(None), read_label(3)
    ('spam', '', '3')
    """
    if isinstance(value, list | tuple | dict):
        raise InvalidInput(
            "The label column holds lists: several labels per record are not supported here.",
            "Choose a column with one label per row.",
        )
    return (cell_text(value) or "").strip()


def _inside_note(tally: _Tally) -> tuple[str, ...]:
    if not tally.n_inside_tokens:
        return ()
    return (f"Spans that begin or end inside a token: {tally.n_inside_tokens:,}; the first is in {tally.first_inside}",)


def _nothing(tally: _Tally, mapping: Mapping) -> InvalidInput:
    problem = tally.problems.first[0] if tally.problems.first else None
    hint = f"First problem: line {problem.line}: {problem.message}" if problem else "Choose another text column."
    return InvalidInput(f'No row has text in the column "{mapping.text_columns[0]}".', hint)
