"""Importers: a file of records becomes a preview, or staged Parquet that the store loads.

Files are parsed in a process of their own (`python -m al_core.importers.worker`): one that crashes it,
nests without end or eats all memory costs one clear error. To add a format, write one file that registers
an importer in IMPORTERS and name it in `formats.py`.

`stage` fills a folder with `records.parquet` (row, external_id, and each text column and attribute as text),
`answers.parquet` (row, ordinal, label, start, end; only when labels or spans are mapped; a row with neither
label nor offsets means that somebody looked and found no span), and at the very end `done.json`.
"""

from __future__ import annotations

from al_core.importers.formats import format_of
from al_core.importers.parsing import preview, stage
from al_core.importers.staging import ANSWERS, DONE, RECORDS, load_staged
from al_core.importers.tables import IMPORTERS, Importer, Mapping, Preview, ReadOptions, Staged

__all__ = [
    "ANSWERS",
    "DONE",
    "IMPORTERS",
    "RECORDS",
    "Importer",
    "Mapping",
    "Preview",
    "ReadOptions",
    "Staged",
    "format_of",
    "load_staged",
    "preview",
    "stage",
]
