"""Which importer reads a file: by its suffix, checked against its first bytes, else by its first bytes."""

from __future__ import annotations

import json
from pathlib import Path

from al_core.errors import InvalidInput
from al_core.importers import csv_file, json_file, jsonl_file, parquet_file, tsv_file, xlsx_file  # noqa: F401  # register
from al_core.importers.tables import IMPORTERS

_PARQUET, _ZIP = b"PAR1", b"PK\x03\x04"
_BEGINNINGS = (
    (_PARQUET, "a Parquet file"),
    (_ZIP, "a ZIP archive (an XLSX workbook is one)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ARROW1", "an Arrow file"),
    (b"\x7fELF", "a program"),
)


def format_of(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the name of the file's format in IMPORTERS, and notes where its name and its content differ.

    Raises InvalidInput when there is no file, it is empty, or no importer reads it.
    """
    head = _head(path)
    binary = next((name for beginning, name in _BEGINNINGS if head.startswith(beginning)), "")
    suffix = path.suffix.lower()
    named = next((name for name in IMPORTERS if suffix in IMPORTERS.get(name).suffixes), "")
    expected = {"parquet": _PARQUET, "xlsx": _ZIP}.get(named)
    if expected and not head.startswith(expected):
        seen = binary or "a file of another kind"
        raise InvalidInput(f"{path.name} is not a {named.upper()} file; it begins like {seen}.", _choices())
    if binary and not expected:
        by_content = "parquet" if head.startswith(_PARQUET) else "xlsx" if head.startswith(_ZIP) else ""
        if named or not by_content:
            raise InvalidInput(f"{path.name} cannot be read as text; it begins like {binary}.", _choices())
        return by_content, ()
    if named == "json" and _is_lines(head):
        return "jsonl", ("The file holds one JSON object per line and is read as JSON Lines.",)
    return (named, ()) if named else (_text_format(head), ())


def _choices() -> str:
    return f"Formats that can be imported: {', '.join(IMPORTERS)}."


def _head(path: Path) -> bytes:
    if not path.is_file():
        raise InvalidInput(f"There is no file {path.name!r}.", "Check its path.")
    try:
        with path.open("rb") as stream:
            head = stream.read(1 << 20)
    except PermissionError as error:
        raise InvalidInput(f"{path.name} may not be read.", "Check its permissions.") from error
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        size = path.stat().st_size
        if size <= len(head):
            raise InvalidInput(f"{path.name} is empty.", "Choose a file with a header and at least one row.")
    return head


def _text_format(head: bytes) -> str:
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if _is_lines(head):
        return "jsonl"
    return "json" if begin in (b"[", b"{") else "csv"


def _is_lines(head: bytes) -> bool:
    """Two lines or more of which the first is a whole JSON object."""
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[:100] if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines[:2]):
        return False
    try:
        return isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        return False
