"""Slices: saving a filter or a list under a name, and asking a slice's records on the Label page."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from al_core.filters import RecordFilter
from al_core.store import Store
from al_core.store.projects import now
from al_core.store.slices import Slice
from al_core.types import Person, Project, Task
from al_core.workflow.finding import asked, numbers_of, slice_numbers

__all__ = ["SLICE_QUEUE", "Slice", "save_slice", "send_to_label", "waiting_in_slice"]

SLICE_QUEUE = "Slice"  # the name of the queue on the Label page


def save_slice(
    store: Store, project: Project, wanted: RecordFilter, name: str, person: Person, *, is_frozen: bool
) -> Slice:
    """Return a new slice: its records of this moment in their order when frozen, else the filter, asked anew.

    Raises NotFound and InvalidInput for a filter that cannot be asked or a name that cannot be one, Conflict for a
    name that is taken.
    """
    asked(store, project, wanted)
    numbers = numbers_of(store, project, wanted) if is_frozen else None
    return store.slices.add(project.project_id, name, wanted, person.person_id, record_nos=numbers)


def send_to_label(store: Store, task: Task, person: Person, slice_id: int) -> None:
    """Make a slice what the person's queue "Slice" asks in a task, from now on: answers of before count no more."""
    store.draws.give_back(task.task_id, person.person_id)  # what still waits of the slice before
    scope, key = _place(task, person)
    store.projects.set_setting(scope, key, {"slice": slice_id, "sent": now().isoformat()})


def waiting_in_slice(store: Store, task: Task, person: Person) -> NDArray[np.int64] | None:
    """Return the records [n] that a person's slice still asks, in its order; None where they sent none.

    Raises NotFound where the slice, or something that it names, is gone.
    """
    sent = store.projects.setting(*_place(task, person))
    if sent is None:
        return None
    numbers = slice_numbers(store, store.projects.get(task.project_id), int(sent["slice"]))
    done = store.views.answered_since(task.task_id, person.person_id, datetime.fromisoformat(sent["sent"]))
    return numbers[~np.isin(numbers, done)]


def _place(task: Task, person: Person) -> tuple[str, str]:
    return f"person:{person.person_id}", f"slice of task {task.task_id}"
