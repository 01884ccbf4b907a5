"""JSON objects as rows: parsing that keeps numbers as written, and the columns of many objects."""

from __future__ import annotations

import json
from collections.abc import Iterable

from al_core.errors import InvalidInput
from al_core.importers.tables import NumberText


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; JSON allows a name twice, and silently taking the last one would lose values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(f'An object has the name "{twin}" twice.', "Rename one of them.")
    return found


_DECODER = json.JSONDecoder(
    parse_int=NumberText, parse_float=NumberText, parse_constant=NumberText, object_pairs_hook=_without_twins
)


def parse(text: str) -> object:
    """Return the value of a JSON text, numbers as NumberText; raises json.JSONDecodeError.

    Raises InvalidInput when it is nested too deeply, or an object has a name twice.

    >>> parse('{"id": 9007199254740993}')
    {'id': '9007199254740993'}
    """
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise InvalidInput(
            "The JSON is nested too deeply to be read.", "Records are expected: a list of objects."
        ) from error


def column_keys(rows: Iterable[dict[str, object]]) -> list[str]:
    """Return all keys in the order in which they first occur.

    >>> column_keys([{"id": 1, "text": "a"}, {"id": 2, "note": "b"}])
    ['id', 'text', 'note']
    """
    keys: dict[str, None] = {}
    for row in rows:
        keys.update(dict.fromkeys(row))
    return list(keys)
