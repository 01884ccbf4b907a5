"""Writing an export so that nobody ever finds half of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from al_core.errors import InvalidInput
from al_core.exporters.rows import EXPORTERS, Exporter, ExportRow


def exporter_for(path: Path) -> Exporter:
    """Return the exporter for a file name; raises InvalidInput with the choices for an unknown suffix."""
    for name in EXPORTERS:
        exporter = EXPORTERS.get(name)
        if path.suffix.lower() == exporter.suffix:
            return exporter
    suffixes = " or ".join(EXPORTERS.get(name).suffix for name in EXPORTERS)
    given = f"end in {path.suffix!r}" if path.suffix else "have no suffix"
    raise InvalidInput(f"Exports cannot {given}: {path.name}.", f"Use a file name that ends in {suffixes}.")


def write(path: Path, rows: Iterable[ExportRow], attributes: Sequence[str] = ()) -> int:
    """Return how many rows were written to `path`, in the format of its suffix; `attributes` are columns in order.

    The file is written beside its place, synced and renamed: a reader sees the old or the new one, whole. It is
    private to its owner. Raises InvalidInput for an unknown suffix or a folder that cannot be written to.
    """
    exporter = exporter_for(path)
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with _private(unfinished, exporter.encoding) as stream:
            count = exporter.write_rows(stream, rows, attributes)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.", "Choose another file.") from error
    finally:
        if unfinished.is_file():
            unfinished.unlink()
    return count


def _private(path: Path, encoding: str) -> TextIO:
    """A new file for texts, which only its owner may read; newline="" keeps line breaks inside cells."""
    return open(path, "w", encoding=encoding, newline="", opener=lambda name, flags: os.open(name, flags, 0o600))
