"""A filter as the text of an address and of a saved slice: a version, then compressed JSON in letters.

Whoever has a link can change it, so what is read back is unpacked up to a limit and checked against the types of
the fields; nothing in it is ever run or put into SQL.
"""

from __future__ import annotations

import base64
import json
import types
import zlib
from dataclasses import MISSING, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from al_core.errors import InvalidInput
from al_core.filters.conditions import LARGEST, Condition, Not, Simple
from al_core.filters.record_filter import Order, RecordFilter

VERSION = "1"
MAX_UNPACKED = 1_000_000  # characters; some hundred times an ordinary filter, the longest list of numbers fits

# a name never changes, else old links and slices lead elsewhere; new conditions are added with new names
_BY_NAME: dict[str, type] = {cls.__name__: cls for cls in get_args(Simple)}


def to_address(wanted: RecordFilter) -> str:
    """Return the filter in letters, digits, "-", "_" and ".", the same text for the same filter.

    >>> to_address(RecordFilter())
    '1.eNqrrgUAAXUA-Q'
    """
    unpacked: dict[str, Any] = {}
    if wanted.task_id is not None:
        unpacked["t"] = wanted.task_id
    if wanted.conditions:
        unpacked["c"] = [_flat(condition) for condition in wanted.conditions]
    if wanted.order != Order():
        unpacked["o"] = _changed(wanted.order)
    text = json.dumps(unpacked, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packed = zlib.compress(text.encode(), 9)
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).rstrip(b'=').decode()}"


def from_address(text: str) -> RecordFilter:
    """Return the filter that `to_address` wrote; raises InvalidInput for anything else.

    >>> from_address("1.nonsense")
    Traceback (most recent call last):
    ...
    al_core.errors.InvalidInput: This link to records is damaged or was changed. Open the Records page ...
    """
    version, dot, packed = text.partition(".")
    if dot and version != VERSION and version.isdigit():
        raise InvalidInput(
            f"This link to records was made by another version of the app ({version}, this one reads {VERSION}).",
            "Choose the conditions on the Records page again.",
        )
    if version != VERSION:
        raise _damaged()
    unpacked = _unpacked(packed)
    if not isinstance(unpacked, dict) or not set(unpacked) <= {"t", "c", "o"}:
        raise _damaged()
    conditions = unpacked.get("c", [])
    if not isinstance(conditions, list):
        raise _damaged()
    task_id = _checked(unpacked["t"], int) if "t" in unpacked else None
    order = _made(Order, unpacked.get("o", {}))
    return RecordFilter(task_id, tuple(_condition(one) for one in conditions), order)


def _damaged() -> InvalidInput:
    return InvalidInput(
        "This link to records is damaged or was changed.", "Open the Records page and choose the conditions there."
    )


def _unpacked(packed: str) -> Any:  # noqa: ANN401
    try:
        compressed = base64.b64decode(packed.encode("ascii") + b"=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        text = reader.decompress(compressed, MAX_UNPACKED)
        if not reader.eof or reader.unused_data:
            raise _damaged()
        return json.loads(text.decode())
    except (ValueError, zlib.error, RecursionError) as error:  # not base64, not UTF-8, not JSON, numbers without end
        raise _damaged() from error


def _flat(condition: Condition) -> list[Any]:
    if isinstance(condition, Not):
        return ["Not", *_flat(condition.condition)]
    return [type(condition).__name__, _changed(condition)]


def _changed(value: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields that differ from their defaults, by name."""
    found = {one.name: (getattr(value, one.name), one.default) for one in fields(value)}
    return {name: given for name, (given, default) in found.items() if given != default}


def _condition(flat: Any) -> Condition:  # noqa: ANN401
    if not isinstance(flat, list) or not flat:
        raise _damaged()
    if flat[0] == "Not":
        inner = _condition(flat[1:])
        if isinstance(inner, Not):
            raise _damaged()
        return Not(inner)
    cls = _BY_NAME.get(flat[0]) if isinstance(flat[0], str) else None
    if cls is None or len(flat) != 2:
        raise _damaged()
    condition: Simple = _made(cls, flat[1])
    return condition


def _made(cls: type, given: Any) -> Any:  # noqa: ANN401
    """Return a dataclass from its fields by name, each checked against its hint."""
    hints = get_type_hints(cls)
    required = {one.name for one in fields(cls) if one.default is MISSING}
    if not isinstance(given, dict) or not required <= set(given) <= set(hints):
        raise _damaged()
    return cls(**{name: _checked(value, hints[name]) for name, value in given.items()})


def _checked(value: Any, hint: Any) -> Any:  # noqa: ANN401
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _checked(value, get_args(hint)[0])
    if origin is Literal:
        hint = str
    if origin is tuple:
        if not isinstance(value, list):
            raise _damaged()
        return tuple(_checked(one, get_args(hint)[0]) for one in value)
    if hint is float and type(value) is int and abs(value) <= LARGEST:
        return float(value)
    if type(value) is not hint:
        raise _damaged()
    return value
