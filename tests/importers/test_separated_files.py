from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.importers import Mapping, ReadOptions
from al_core.importers.previewing import make_preview
from al_core.importers.separated import Dialect, chosen_separator, find_dialect, read_rows
from al_core.importers.tables import DETECT


def rows_of(text: str, dialect: Dialect = Dialect(",", True)):  # noqa: B008
    problems: list[tuple[int, str]] = []
    rows = list(read_rows(iter(io.StringIO(text, newline="")), dialect, lambda *problem: problems.append(problem)))
    return rows, problems


@pytest.mark.parametrize(
    ("sample", "separator"),
    [
        ("id,text\n1,a\n", ","),
        ("id;text\n1;a, b\n2;c, d, e\n", ";"),
        ("id\ttext\n1\ta, b; c\n", "\t"),
        ("id|text\n1|a\n", "|"),
        ("id,text\n", ","),
        ("text\nhello, world\nwell, well, well\n", ""),
        ("Hello, dear\nno comma here\nnor here\n", ""),
        ('id,text\n1,"a;b;c"\n2,"d;e;f"\n', ","),
    ],
)
def test_separator_is_found(sample, separator):
    assert find_dialect(sample, "", 1).separator == separator


def test_tabs_with_loose_quotes_are_read_literally(written, stage_here):
    path = written("quotes.tsv", 'id\ttext\n1\t"Hi," she said\n2\t5" disks\n')
    outcome = stage_here(path)
    assert outcome.texts == ['"Hi," she said', '5" disks']
    assert "Quotes are read as ordinary characters." in outcome.staged.notes


def test_plain_lines_are_a_table_of_one_column(written, stage_here):
    outcome = stage_here(written("lines.txt", 'text\n"Hi," she said\none, two\n'), Mapping(("text",)))
    assert outcome.texts == ['"Hi," she said', "one, two"]


def test_reading_goes_on_behind_each_broken_line():
    text = 'a,b\n1,"x" y\n2,ok\n3,"never\n4,"two\nlines"\n5,"closed late" z\n6,ok\n'
    rows, problems = rows_of(text)
    assert rows == [(1, ["a", "b"]), (3, ["2", "ok"]), (5, ["4", "two\nlines"]), (8, ["6", "ok"])]
    assert [line for line, _ in problems] == [2, 4, 7]


def test_many_broken_lines_cost_no_more_than_their_number():
    rows, problems = rows_of("".join(f'{n},"open\n' for n in range(20_000)))
    assert (len(rows), len(problems)) == (0, 20_000)


def test_line_numbers_count_lines_and_not_rows(written, stage_here):
    path = written("a.csv", 'id,text\n1,"a\nb\nc"\n\n2\n')
    assert [problem.line for problem in stage_here(path).staged.problems] == [6]


def test_empty_cells_behind_the_last_column_are_no_problem(written, stage_here):
    outcome = stage_here(written("a.csv", "id,text\n1,a,,\n2,b\n"))
    assert (outcome.texts, outcome.staged.n_problems) == (["a", "b"], 0)


def test_old_line_ends(written, stage_here):
    assert stage_here(written("mac.csv", b"id,text\r1,a\r2,b\r")).texts == ["a", "b"]


def test_header_row_and_separator_can_be_chosen(written):
    path = written("a.csv", "Report of May\nid^text\n1^a\n")
    assert make_preview(path, ReadOptions(separator="^", header_row=2)).columns == ("id", "text")


def test_a_declared_separator_is_believed(written, stage_here):
    assert stage_here(written("a.csv", "sep=^\r\nid^text\r\n1^a, b\r\n")).texts == ["a, b"]


def test_a_header_of_numbers_is_doubted(written):
    notes = make_preview(written("a.csv", "1,hello\n2,you\n"), DETECT).notes
    assert notes == ('The header looks like a row of values ("1"). If the file has no header, add one.',)


def test_a_header_row_behind_the_end_is_an_error(written):
    with pytest.raises(InvalidInput, match="no row 9"):
        make_preview(written("a.csv", "id,text\n1,a\n"), ReadOptions(header_row=9))


@pytest.mark.parametrize("separator", ["ab", '"', "\n"])
def test_impossible_separators_are_refused(separator):
    with pytest.raises(InvalidInput, match="cannot be the separator"):
        chosen_separator(separator)


def test_a_thousand_columns_and_no_more(written):
    make_preview(written("a.csv", ",".join(f"c{n}" for n in range(1_000)) + "\n"), DETECT)
    with pytest.raises(InvalidInput, match="1,001 columns"):
        make_preview(written("b.csv", ",".join(f"c{n}" for n in range(1_001)) + "\n"), DETECT)


cells = st.text(st.characters(codec="utf-8"), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(cells, min_size=1, max_size=6), separator=st.sampled_from(",;\t|"))
def test_whatever_the_csv_module_writes_is_read_back(texts, separator, written, stage_here):
    stream = io.StringIO()
    rows = [["id", "text", "note"], ["first", "a text", ""], *([str(n), text, text] for n, text in enumerate(texts))]
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    outcome = stage_here(written("round.csv", stream.getvalue().encode()))
    kept = [text for text in texts if text.strip()]
    assert outcome.texts == ["a text", *kept]
    assert [record["note"] for record in outcome.records] == ["", *kept]
    assert outcome.staged.n_empty == len(texts) - len(kept)
    assert outcome.staged.n_problems == 0
