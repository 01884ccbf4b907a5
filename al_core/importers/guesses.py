"""Guesses of what the columns of a table hold; None rather than a wild one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from al_core.importers.tables import cell_text

_TEXT = ("text", "message", "sentence", "content", "body", "utterance", "comment", "review", "question", "description")
_ID = ("id", "uuid", "guid", "external_id", "record_id", "key")
_LABEL = ("label", "labels", "class", "category", "intent", "target", "topic", "sentiment", "tag")
_SPANS = ("spans", "entities", "annotations", "span")


@dataclass(frozen=True, slots=True)
class Guess:
    """Columns by what they seem to hold."""

    text_column: str | None
    id_column: str | None
    label_column: str | None
    span_column: str | None


def guess_columns(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Guess:
    """Return guesses from the names of the columns and the values of the first rows.

    >>> guess_columns(["id", "text", "label"], [["1", "good morning", "a"]])
    Guess(text_column='text', id_column='id', label_column='label', span_column=None)
    """
    values = {name: [row[place] for row in rows] for place, name in enumerate(columns)}
    spans = _named(_SPANS, [name for name in columns if _holds_spans(values[name])])
    plain = [name for name in columns if not any(isinstance(value, list | dict) for value in values[name])]
    label = _named(_LABEL, plain)
    ids = _named(_ID, plain) or next((name for name in plain if name.casefold().endswith("_id")), None)
    called_text = [name for name in plain if _is_words(values[name], at_least=0.0)]
    lengths = {
        name: _mean_length(values[name]) for name in plain if name not in (label, ids) and _is_words(values[name])
    }
    text = _named(_TEXT, called_text) or max(lengths, key=lambda name: lengths[name], default=None)
    return Guess(text, ids, label, spans)


def _named(wanted: Sequence[str], columns: Sequence[str]) -> str | None:
    lower = {name.casefold(): name for name in reversed(columns)}  # the first of two that differ in case only
    return next((lower[name] for name in wanted if name in lower), None)


def _is_words(values: Sequence[object], at_least: float = 0.5) -> bool:
    filled = [text for value in values if (text := cell_text(value)) and text.strip()]
    with_letters = sum(re.search(r"[^\W\d_]", text) is not None for text in filled)
    return with_letters > at_least * len(filled) and not any(_is_time(text) for text in filled[:3])


def _is_time(text: str) -> bool:
    return re.match(r"\d{4}-\d\d-\d\dT\d\d:", text) is not None


def _mean_length(values: Sequence[object]) -> float:
    lengths = [len(cell_text(value) or "") for value in values]
    return sum(lengths) / max(len(lengths), 1)


def _holds_spans(values: Sequence[object]) -> bool:
    filled = [value for value in values if value not in (None, "")]
    return bool(filled) and sum(isinstance(value, list) or _is_json_list(value) for value in filled) * 2 > len(filled)


def _is_json_list(value: object) -> bool:
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return False
    try:
        return isinstance(json.loads(value), list)
    except (ValueError, RecursionError):
        return False
