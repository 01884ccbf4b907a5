from __future__ import annotations

import zipfile
from datetime import datetime

import openpyxl
import pytest

from al_core.errors import InvalidInput
from al_core.importers import ReadOptions
from al_core.importers.previewing import make_preview
from al_core.importers.tables import DETECT
from al_core.importers.xlsx_file import find_header, table_width


def save(path, rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["id", "text"], [1, "a"]], 1),
        ([["Title"], [], ["id", "text"], [1, "a"]], 3),
        ([["Title", "2026"], ["a", "b", "c", "d", "e"], [1, 2, 3, 4, 5]], 2),
        ([["text"], ["only one column"]], 1),
        ([[], [None, " "]], 0),
    ],
)
def test_header_is_found(rows, header):
    assert find_header(rows) == header


def test_an_unnamed_column_belongs_to_the_table_when_it_is_filled():
    assert table_width([["id", "text"], [1, "a", "x"], [2, "b", "y"]], 1) == 3
    assert table_width([["id", "text"], [1, "a", "x"], [2, "b"], [3, "c"]], 1) == 2


def test_values_become_the_text_that_people_see(tmp_path, stage_here):
    row = [7, "a", True, 1.5, datetime(2026, 1, 2), datetime(2026, 1, 2, 3, 4)]
    path = save(tmp_path / "a.xlsx", [["id", "text", "yes", "number", "day", "time"], row])
    assert stage_here(path).records == [
        {
            "external_id": "7",
            "text": "a",
            "yes": "true",
            "number": "1.5",
            "day": "2026-01-02",
            "time": "2026-01-02T03:04:00",
        }
    ]


def test_an_unknown_sheet_lists_the_others(tmp_path):
    path = save(tmp_path / "a.xlsx", [["id", "text"], [1, "a"]])
    with pytest.raises(InvalidInput, match=r"no sheet 'Nope'.*Sheets: Sheet\."):
        make_preview(path, ReadOptions(sheet="Nope"))


def test_a_header_row_without_cells_is_an_error(tmp_path):
    path = save(tmp_path / "a.xlsx", [["id", "text"], [1, "a"]])
    with pytest.raises(InvalidInput, match="no header in row 40"):
        make_preview(path, ReadOptions(header_row=40))


def test_bombs_are_refused_before_they_are_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(60 << 20))
    with pytest.raises(InvalidInput, match="would unpack to 63 MB"):
        make_preview(path, DETECT)


def test_another_archive_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(InvalidInput, match="damaged"):
        make_preview(path, DETECT)


def test_a_sheet_that_breaks_off_is_damaged(tmp_path):
    whole = save(tmp_path / "whole.xlsx", [["id", "text"], [1, "a"]])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) - 60] if "sheet1" in name else content)
    with pytest.raises(InvalidInput, match="damaged"):
        make_preview(broken, DETECT)
