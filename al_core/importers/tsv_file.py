"""TSV: a text file whose separator is a tab, unless its header says otherwise."""

from __future__ import annotations

from pathlib import Path

from al_core.importers.separated import open_separated
from al_core.importers.tables import IMPORTERS, ReadOptions, Report, Table


class TsvImporter:
    """Reads text with tabs."""

    suffixes: tuple[str, ...] = (".tsv", ".tab")

    def open(self, path: Path, options: ReadOptions, report: Report) -> Table:
        """Return the table in the file; raises InvalidInput, reports broken lines."""
        return open_separated(path, options, report, preferred="\t")


IMPORTERS.register("tsv")(TsvImporter())
