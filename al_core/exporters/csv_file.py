r"""CSV for spreadsheets: UTF-8 with a byte order mark, CRLF between rows, line breaks inside cells as they are.

Spreadsheets run a cell that begins like a formula. Such text cells get a leading apostrophe, also those that
begin with apostrophes followed by such a character, so that taking one apostrophe away from every cell that
matches `^'+[=+@\t\r-]` gives back the text exactly. Plain numbers such as -5 are no formulas and stay.
Programs should rather read JSON Lines, which changes nothing. The mark makes spreadsheets read the file as
UTF-8; pandas, DuckDB and this project's own importer skip it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from al_core.exporters.rows import EXPORTERS, Exporter, ExportRow, Labels, column_names, flat_labels
from al_core.types import TaskKind

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def neutral(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula; `restored` undoes it.

    >>> neutral("=1+1"), neutral("-5"), neutral("a=b")
    ("'=1+1", '-5', 'a=b')
    """
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """Return what `neutral` was given.

    >>> restored("'=1+1"), restored("'quoted'")
    ('=1+1', "'quoted'")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write_csv(stream: TextIO, rows: Iterable[ExportRow], attributes: Sequence[str]) -> int:
    """Return how many rows were written below the header."""
    # With "\r\n" as the row's end the writer quotes cells with a lone CR too.
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([neutral(name) for name in column_names(attributes)])
    count = 0
    for row in rows:
        texts = [row.record_id, *(row.attributes.get(name, "") for name in attributes), row.task]
        labels = [_cell(row.truth, row.kind), _cell(row.predicted, row.kind)]
        confidence = "" if row.confidence is None else repr(float(row.confidence))
        people = [", ".join(row.answered_by), row.drawn_by or ""]
        writer.writerow([*map(neutral, texts), *map(neutral, labels), confidence, *map(neutral, people)])
        count += 1
    return count


def _cell(labels: Labels | str | None, kind: TaskKind) -> str:
    flat = flat_labels(labels, kind)
    if flat is None or isinstance(flat, str):
        return flat or ""
    return json.dumps(flat, ensure_ascii=False)


EXPORTERS.register("csv")(Exporter(".csv", "utf-8-sig", write_csv))
