"""What every exporter writes: one row per record and task, in the same columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TextIO, TypedDict

from al_core.registry import Registry
from al_core.types import TaskKind


class Span(TypedDict):
    """A labelled span; half-open code-point offsets in the task's text. Readable by the importers."""

    start: int
    end: int
    label: str


Labels = tuple[str | Span, ...]

BEFORE = ("record_id",)
AFTER = ("task", "truth", "predicted", "confidence", "answered_by", "drawn_by")


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A record under one task. `truth` and `predicted` are None when there is none, () for "nothing here"."""

    record_id: str
    attributes: dict[str, str]
    task: str
    truth: Labels | None
    predicted: Labels | str | None
    confidence: float | None
    answered_by: tuple[str, ...] = ()
    drawn_by: str | None = None
    kind: TaskKind = "single_label"


@dataclass(frozen=True, slots=True)
class Exporter:
    """One file format: `write_rows(stream, rows, attributes)` returns how many rows it wrote."""

    suffix: str
    encoding: str
    write_rows: Callable[[TextIO, Iterable[ExportRow], Sequence[str]], int] = field(repr=False)


EXPORTERS: Registry[Exporter] = Registry("export format")


def column_names(attributes: Sequence[str]) -> list[str]:
    """Return the columns of an export: record_id, the attributes, and what people and heuristics say.

    An attribute that is called like one of ours gets a number.

    >>> column_names(["text", "task"])[:3]
    ['record_id', 'text', 'task (2)']
    """
    used = {*BEFORE, *AFTER}
    names: list[str] = []
    for attribute in attributes:
        name, count = attribute, 1
        while name in used:
            count += 1
            name = f"{attribute} ({count})"
        used.add(name)
        names.append(name)
    return [*BEFORE, *names, *AFTER]


def flat_labels(labels: Labels | str | None, kind: TaskKind) -> str | list[str | Span] | None:
    """Return labels as they are written: one name for a single-label task, else a list.

    >>> flat_labels(("spam",), "single_label"), flat_labels(("a", "b"), "multi_label"), flat_labels((), "extraction")
    ('spam', ['a', 'b'], [])
    """
    if labels is None or isinstance(labels, str):
        return labels
    if kind == "single_label" and len(labels) == 1 and isinstance(labels[0], str):
        return labels[0]
    return list(labels)
