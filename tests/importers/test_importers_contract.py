"""Every registered importer reads the same small table to the same staged records."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.errors import InvalidInput
from al_core.importers import IMPORTERS, Mapping, format_of
from al_core.importers.previewing import make_preview
from al_core.importers.tables import DETECT

COLUMNS = ["id", "text", "label", "note"]
ROWS = [
    ["01", "good\nmorning", "greeting", "NA"],
    ["9007199254740993", 'say "hi", 👩‍👩‍👧', " complaint ", "null"],
    ["x-3", "   ", "greeting", "no text"],
    ["x-4", "لا شكرا", "", "nan"],
    ["01", "good\nmorning", "greeting", "NA"],
]
EXPECTED = [
    {"external_id": "01", "text": "good\nmorning", "note": "NA"},
    {"external_id": "9007199254740993", "text": 'say "hi", 👩‍👩‍👧', "note": "null"},
    {"external_id": "x-4", "text": "لا شكرا", "note": "nan"},
]


def write_separated(path: Path, separator: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows([COLUMNS, *ROWS])
    path.write_bytes(stream.getvalue().encode())


def write_table(path: Path) -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    match path.suffix:
        case ".csv" | ".tsv":
            write_separated(path, "," if path.suffix == ".csv" else "\t")
        case ".json":
            path.write_text(json.dumps(rows))
        case ".jsonl":
            path.write_text("\n".join(json.dumps(row) for row in rows))
        case ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        case ".xlsx":
            workbook = openpyxl.Workbook()
            for row in [COLUMNS, *ROWS]:
                workbook.active.append(row)
            workbook.save(path)
        case _:
            pytest.fail(f"say here how to write {path.suffix}")


@pytest.mark.parametrize("name", IMPORTERS.names())
def test_same_table_same_records(name, tmp_path, stage_here):
    path = tmp_path / f"table{IMPORTERS.get(name).suffixes[0]}"
    write_table(path)
    outcome = stage_here(path, Mapping(("text",), "id", "label"))
    assert outcome.records == EXPECTED
    assert outcome.answers == [(0, "greeting", None, None), (1, "complaint", None, None)]
    assert outcome.staged.labels == (("complaint", 1), ("greeting", 1))
    assert (outcome.staged.n_empty, outcome.staged.n_duplicate_ids, outcome.staged.n_problems) == (1, 1, 0)
    assert outcome.staged.columns == ("text", "note")


@pytest.mark.parametrize("name", IMPORTERS.names())
def test_same_table_same_preview(name, tmp_path):
    path = tmp_path / f"table{IMPORTERS.get(name).suffixes[0]}"
    write_table(path)
    shown = make_preview(path, DETECT)
    assert (shown.format, shown.columns, shown.n_rows) == (name, tuple(COLUMNS), 5)
    assert (shown.text_column, shown.id_column, shown.label_column, shown.span_column) == ("text", "id", "label", None)
    assert [cells[0] for cells in shown.rows] == ["01", "9007199254740993", "x-3", "x-4", "01"]


@pytest.mark.parametrize("name", IMPORTERS.names())
def test_garbage_is_one_clear_error(name, written, stage_here):
    suffix = IMPORTERS.get(name).suffixes[0]
    with pytest.raises(InvalidInput) as caught:
        stage_here(written(f"picture{suffix}", b"\x89PNG\r\n\x1a\n" + bytes(60)))
    assert "PNG picture" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("notes.txt", "text\nhello\n", "csv"),
        ("no_suffix", '{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ("array.txt", '[{"text": "a"}]', "json"),
        ("lines.json", '{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ("pretty.json", '{\n"text": ["a"]\n}', "json"),
    ],
)
def test_content_decides_where_the_suffix_does_not(name, content, expected, written):
    assert format_of(written(name, content))[0] == expected


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"PAR1" + bytes(20), "Parquet"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(20), "password-protected"),
        ("a.csv", b"\x1f\x8b" + bytes(20), "gzip"),
        ("a.parquet", b"PAR1 and then nothing of it", "damaged"),
        ("a.xlsx", b"PK\x03\x04 and then nothing of it", "damaged"),
        ("a.json", "{}", "no rows"),
        ("a.jsonl", "1\n2\n", "No line"),
        ("a.csv", " \n\t\n", "empty"),
        ("a.csv", "id,text\n", "No row has text"),
    ],
)
def test_unusable_files_say_why(name, content, words, written, stage_here):
    with pytest.raises(InvalidInput, match=words):
        stage_here(written(name, content))


def test_a_missing_file_is_named(tmp_path, stage_here):
    with pytest.raises(InvalidInput, match=r"nothing\.csv"):
        stage_here(tmp_path / "nothing.csv")
