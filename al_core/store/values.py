"""Records as heuristic code gets them: all attributes, those that hold numbers only as numbers."""

from __future__ import annotations

from collections.abc import Sequence

from al_core.store.database import Database

Value = str | int | float | None

# a leading zero or plus sign says that it is a code, such as a postcode or a telephone number, and no quantity
_NUMERIC = """
SELECT a.name,
    coalesce(bool_and(regexp_full_match(v.as_text, '-?(0|[1-9][0-9]{0,17})')), false) AS whole,
    coalesce(bool_and(regexp_full_match(v.as_text, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?')), false) AS real
FROM attribute a LEFT JOIN scalar_value v ON v.attribute_id = a.attribute_id AND v.as_text <> ''
WHERE a.project_id = ? AND NOT a.is_text GROUP BY a.name
"""


class RecordValues:
    """Reads whole records with the types that their attributes show."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kinds(self, project_id: int) -> dict[str, type]:
        """Return str, int or float for each attribute by name; an attribute without any value is a str."""
        names = self._database.rows("SELECT name FROM attribute WHERE project_id = ? ORDER BY ordinal", [project_id])
        found = {name: int if whole else float if real else str for name, whole, real in self._numeric(project_id)}
        return {str(name): found.get(name, str) for (name,) in names}

    def _numeric(self, project_id: int) -> list[tuple[str, bool, bool]]:
        return [
            (str(name), bool(whole), bool(real)) for name, whole, real in self._database.rows(_NUMERIC, [project_id])
        ]

    def newest_import(self, project_id: int) -> int:
        """Return the number of the newest import of a project, 0 without one: it grows when records change."""
        return int(
            self._database.value(
                "SELECT coalesce(max(import_id), 0) FROM import_batch WHERE project_id = ?", [project_id]
            )
        )

    def texts(self, project_id: int) -> tuple[str, ...]:
        """Return the names of a project's text attributes, in order."""
        rows = self._database.rows(
            "SELECT name FROM attribute WHERE project_id = ? AND is_text ORDER BY ordinal", [project_id]
        )
        return tuple(str(name) for (name,) in rows)

    def inputs(self, run_id: int) -> tuple[str, ...]:
        """Return what a run stood on besides labels, as it was noted when it began: see `Runs.start`."""
        rows = self._database.rows(
            "SELECT unnest(from_json(embedding_shas, '[\"VARCHAR\"]')) FROM run WHERE run_id = ?", [run_id]
        )
        return tuple(str(value) for (value,) in rows)

    def vector_shas(self, project_id: int) -> set[str]:
        """Return the sha256 of the present vectors of each embedding of a project."""
        rows = self._database.rows(
            "SELECT p.sha256 FROM embedding e JOIN embedding_part p USING (embedding_id) WHERE e.project_id = ?",
            [project_id],
        )
        return {str(sha) for (sha,) in rows}


def typed(values: dict[str, str], kinds: dict[str, type], texts: Sequence[str]) -> dict[str, Value]:
    """Return the values of one record with their types; a text that is missing is empty, other values None.

    >>> typed({"text": "hello", "price": "3"}, {"text": str, "price": int, "shop": str}, ["text"])
    {'text': 'hello', 'price': 3, 'shop': None}
    """
    found: dict[str, Value] = {}
    for name, kind in kinds.items():
        value = values.get(name, "")
        found[name] = value if name in texts else kind(value) if value else None
    return found
