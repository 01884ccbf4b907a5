from __future__ import annotations

import csv
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.exporters import EXPORTERS, ExportRow, column_names, write
from al_core.exporters.csv_file import neutral, restored

SPAM = ExportRow(
    record_id="01",
    attributes={"text": 'say "hi",\r\nthen\rgo 👩‍👩‍👧', "note": "NA"},
    task="topic",
    truth=("spam",),
    predicted="ham",
    confidence=0.25,
    answered_by=("Ann", "Ben"),
    drawn_by="random",
)
NAMES = ExportRow(
    record_id="x",
    attributes={"text": "Anna lives"},
    task="names",
    truth=({"start": 0, "end": 4, "label": "PER"},),
    predicted=(),
    confidence=None,
    kind="extraction",
)
COLUMNS = ["record_id", "text", "note", "task", "truth", "predicted", "confidence", "answered_by", "drawn_by"]


def read_back(path) -> list[dict[str, str]]:
    """What either format holds, as text; an absent value is ""."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    return [{name: flat(name, value) for name, value in row.items()} for row in rows]


def flat(name, value) -> str:
    if name == "answered_by":
        return ", ".join(value)
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value)


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_every_format_holds_the_same(name, tmp_path):
    path = tmp_path / f"out{EXPORTERS.get(name).suffix}"
    assert write(path, [SPAM, NAMES], ["text", "note"]) == 2
    first, second = read_back(path)
    assert list(first) == COLUMNS
    assert list(first.values()) == [
        "01",
        'say "hi",\r\nthen\rgo 👩‍👩‍👧',
        "NA",
        "topic",
        "spam",
        "ham",
        "0.25",
        "Ann, Ben",
        "random",
    ]
    spans = '[{"start": 0, "end": 4, "label": "PER"}]'
    assert list(second.values()) == ["x", "Anna lives", "", "names", spans, "[]", "", "", ""]


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_zero_rows_are_a_file_too(name, tmp_path):
    path = tmp_path / f"out{EXPORTERS.get(name).suffix}"
    assert write(path, [], ["text"]) == 0
    assert read_back(path) == []


@pytest.mark.parametrize("name", EXPORTERS.names())
def test_a_failed_export_leaves_the_old_one(name, tmp_path):
    path = tmp_path / f"out{EXPORTERS.get(name).suffix}"
    write(path, [SPAM])
    before = path.read_bytes()

    def broken():
        yield NAMES
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError):
        write(path, broken())
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("file_name", ["out.xlsx", "out"])
def test_unknown_suffixes_name_the_choices(file_name, tmp_path):
    with pytest.raises(InvalidInput, match=re.escape("ends in .csv or .jsonl")):
        write(tmp_path / file_name, [SPAM])


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"):
        write(tmp_path / "nowhere" / "out.csv", [SPAM])


def test_multi_label_truth_is_always_a_list(tmp_path):
    row = ExportRow("1", {}, "tags", ("one",), None, None, kind="multi_label")
    write(tmp_path / "out.jsonl", [row])
    assert json.loads((tmp_path / "out.jsonl").read_text())["truth"] == ["one"]


def test_csv_begins_with_a_mark_and_ends_rows_with_crlf(tmp_path):
    path = tmp_path / "out.csv"
    write(path, [ExportRow("1", {}, "t", None, None, None)])
    expected = "record_id,task,truth,predicted,confidence,answered_by,drawn_by\r\n1,t,,,,,\r\n"
    assert path.read_bytes() == b"\xef\xbb\xbf" + expected.encode()


def test_attributes_called_like_our_columns_are_numbered():
    assert column_names(["truth", "truth (2)"])[1:3] == ["truth (2)", "truth (2) (2)"]


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "'=1", "=", "-", "-5x"])
def test_formulas_get_an_apostrophe(text):
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=b", "-5", "+49", "-0.5e3", "'quoted'", " =1", "1-2"])
def test_what_is_no_formula_stays(text):
    assert neutral(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r1a."), max_size=6))
def test_neutral_can_be_undone(text):
    assert restored(neutral(text)) == text


def test_exported_formulas_are_neutral_in_every_column(tmp_path):
    path = tmp_path / "out.csv"
    write(path, [ExportRow("=1", {"=n": "=2"}, "=3", ("=4",), "=5", -0.5, ("=6",), "=7")], ["=n"])
    header, row = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    assert header[1] == "'=n"
    assert row == ["'=1", "'=2", "'=3", "'=4", "'=5", "-0.5", "'=6", "'=7"]
