"""CSV: comma, semicolon, tab or bar, in any encoding that can be recognised."""

from __future__ import annotations

from pathlib import Path

from al_core.importers.separated import open_separated
from al_core.importers.tables import IMPORTERS, ReadOptions, Report, Table


class CsvImporter:
    """Reads text with separators; a plain text file is a table of one column."""

    suffixes: tuple[str, ...] = (".csv",)

    def open(self, path: Path, options: ReadOptions, report: Report) -> Table:
        """Return the table in the file; raises InvalidInput, reports broken lines."""
        return open_separated(path, options, report)


IMPORTERS.register("csv")(CsvImporter())
