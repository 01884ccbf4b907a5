"""Exporters: labelled records as a file that appears whole or not at all.

To add a format, write one file that registers an Exporter in EXPORTERS and import it here.
"""

from __future__ import annotations

from al_core.exporters import csv_file, jsonl_file  # noqa: F401  # importing them registers them
from al_core.exporters.rows import EXPORTERS, Exporter, ExportRow, Span, column_names
from al_core.exporters.writing import exporter_for, write

__all__ = ["EXPORTERS", "ExportRow", "Exporter", "Span", "column_names", "exporter_for", "write"]
