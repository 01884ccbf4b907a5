"""Spans that a file gives: checked one by one, good ones kept, bad ones reported."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from al_core.errors import InvalidInput
from al_core.importers.json_rows import parse
from al_core.importers.tables import NumberText, json_text
from al_core.text import tokenize

Span = tuple[int, int, str]  # start and end in code points, half-open; label
Say = Callable[[str], None]


def read_spans(value: object, text: str, report: Say, note: Say) -> list[Span] | None:
    """Return the good spans of a cell in order of their start, None when the cell gives no answer.

    A cell is a list of {"start", "end", "label"} or of [start, end, label], or JSON of one. An empty list
    is an answer: nothing here. A cell with bad spans only is none. Of overlapping spans the first is kept.
    `report` hears of what was left out, `note` of spans that begin or end inside a token (kept exactly).

    >>> read_spans([{"start": 0, "end": 4, "label": "PER"}], "Anna lives", print, print)
    [(0, 4, 'PER')]
    """
    given = _as_list(value, report)
    if given is None:
        return None
    kept: list[Span] = []
    for element in given:
        span, problem = _checked(element, text)
        clash = next((other for other in kept if span and span[0] < other[1] and other[0] < span[1]), None)
        if span is None:
            report(f"Span {_short(element)} is left out: {problem}.")
        elif span in kept:
            report(f"Span {_short(element)} is left out: it is there twice.")
        elif clash:
            report(f"Span {_short(element)} is left out: it overlaps {list(clash)}, which came first.")
        else:
            kept.append(span)
    _note_inside(kept, text, note)
    return sorted(kept) if kept or not given else None


def _as_list(value: object, report: Say) -> list[object] | None:
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = parse(value)
        except (json.JSONDecodeError, InvalidInput):
            report(f"The spans {_short(value)} are not JSON.")
            return None
    if value is None:
        return None
    if not isinstance(value, list):
        report(f"The spans {_short(value)} are not a list.")
        return None
    return value


def _checked(element: object, text: str) -> tuple[Span | None, str]:
    """The span, or why it is none."""
    if isinstance(element, dict):
        start, end, label = (element.get(key) for key in ("start", "end", "label"))
    elif isinstance(element, list) and len(element) == 3:
        start, end, label = element
    else:
        return None, 'it is not {"start", "end", "label"}'
    first, last = _offset(start), _offset(end)
    name = label.strip() if isinstance(label, str) and not isinstance(label, NumberText) else ""
    if first is None or last is None:
        return None, "start and end have to be whole numbers"
    if not name:
        return None, "it has no label"
    if first < 0 or last > len(text):
        return None, f"it lies outside of the text, which has {len(text):,} characters"
    if first >= last:
        return None, "it is empty" if first == last else "it ends before it starts"
    return (first, last, name), ""


def _offset(value: object) -> int | None:
    if isinstance(value, NumberText):
        digits = value.removeprefix("-")
        return int(value) if digits.isdecimal() and len(digits) < 16 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _note_inside(spans: Sequence[Span], text: str, note: Say) -> None:
    if not spans:
        return
    tokens = tokenize(text)
    starts, ends = {start for start, _ in tokens}, {end for _, end in tokens}
    for start, end, label in spans:
        if start not in starts or end not in ends:
            note(f"Span [{start}, {end}, {label!r}] does not begin and end with a token; it is kept as it is.")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json_text(value)
    return text if len(text) <= 80 else text[:79] + "…"
