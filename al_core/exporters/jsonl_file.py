"""JSON Lines for programs: one object per record and task, nothing changed, readable by the importer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TextIO

from al_core.exporters.rows import EXPORTERS, Exporter, ExportRow, column_names, flat_labels


def write_jsonl(stream: TextIO, rows: Iterable[ExportRow], attributes: Sequence[str]) -> int:
    """Return how many lines were written."""
    names = column_names(attributes)
    count = 0
    for row in rows:
        values = [
            row.record_id,
            *(row.attributes.get(name) for name in attributes),
            row.task,
            flat_labels(row.truth, row.kind),
            flat_labels(row.predicted, row.kind),
            row.confidence,
            list(row.answered_by),
            row.drawn_by,
        ]
        stream.write(json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, allow_nan=False) + "\n")
        count += 1
    return count


EXPORTERS.register("jsonl")(Exporter(".jsonl", "utf-8", write_jsonl))
