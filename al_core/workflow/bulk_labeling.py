"""The same labels on many records at once: looked at before, given, and taken back as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.store.bulk import STEP, Bulk, BulkPreview
from al_core.types import Person, Task

__all__ = [
    "AT_ONCE",
    "Bulk",
    "BulkDone",
    "BulkLabel",
    "BulkPreview",
    "label_many",
    "last_bulk",
    "look_before",
    "take_back",
]

AT_ONCE = STEP  # more records than these are labelled by a job, so that nobody waits before a page that stands still

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class BulkLabel:
    """What many records get: labels, none for "nothing here"; `replace`: those with an answer get it too."""

    label_ids: tuple[int, ...]
    replace: bool = False


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What a bulk label did: records that got the labels, and those left as they were."""

    bulk_id: int
    n_labelled: int
    n_left: int


def look_before(store: Store, task: Task, record_nos: NDArray[np.int64]) -> BulkPreview:
    """Return how many of the records [n] there are, and how many of them have an answer already."""
    return store.bulk.preview(task.task_id, record_nos)


def label_many(
    store: Store,
    task: Task,
    person: Person,
    record_nos: NDArray[np.int64] | Sequence[int],
    label: BulkLabel,
    progress: Progress | None = None,
) -> BulkDone:
    """Return what giving the same answer of a person to the records [n] did; its `drawn_by` is `bulk`.

    Records with an answer of anybody are left as they are, unless the label replaces them. Raises
    InvalidInput for labels that the task cannot take. What `progress` (fraction, words) raises ends it between two
    steps; what was given until then stays, and can be taken back.
    """
    _check(task, label.label_ids)
    numbers = np.unique(np.asarray(record_nos, dtype=np.int64))
    bulk_id = store.bulk.begin(task.task_id, person.person_id)
    given = 0
    for start in range(0, len(numbers), STEP):
        if progress is not None:
            progress(start / len(numbers), f"{start:,} of {len(numbers):,} records")
        given += store.bulk.give(bulk_id, numbers[start : start + STEP], label.label_ids, replace=label.replace)
    return BulkDone(bulk_id, given, len(numbers) - given)


def last_bulk(store: Store, task: Task, person: Person) -> Bulk | None:
    """Return a person's newest bulk label of the task that can be taken back, or None."""
    return store.bulk.last(task.task_id, person.person_id)


def take_back(store: Store, bulk_id: int) -> int:
    """Return on how many records the answer of before holds again; those answered anew since then keep that answer.

    Raises Conflict where it was taken back already.
    """
    return store.bulk.take_back(bulk_id)


def _check(task: Task, label_ids: Sequence[int]) -> None:
    known = {label.label_id for label in task.labels}
    unknown = [one for one in label_ids if one not in known]
    if unknown or len(set(label_ids)) != len(label_ids):
        raise InvalidInput(
            f"These are not labels of {task.name!r} (any more): {list(label_ids)}.", "Choose a label again."
        )
    if task.kind == "single_label" and len(label_ids) != 1:
        raise InvalidInput(f"{task.name!r} takes exactly one label, not {len(label_ids)}.", "Choose one label.")
    if task.kind == "extraction" and label_ids:
        raise InvalidInput(
            f"Spans of {task.name!r} differ from text to text.", 'Many records at once can be marked "nothing here".'
        )
