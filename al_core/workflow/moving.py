"""Giving a heuristic to another task of the project."""

from __future__ import annotations

from al_core.store import Store
from al_core.types import Heuristic, Person, Task
from al_core.workflow.creating import free_name


def has_runs(store: Store, heuristic: Heuristic) -> bool:
    """Return whether a heuristic was ever run: its runs belong to its task."""
    return store.runs.last(heuristic.heuristic_id) is not None


def move(store: Store, heuristic: Heuristic, task: Task, person: Person) -> Heuristic:
    """Return the heuristic as one of another task.

    One that has runs begins anew there, and the one here is deleted: its runs, versions and threshold stay with it.
    """
    if not has_runs(store, heuristic):
        store.heuristics.move(heuristic.heuristic_id, task.task_id)
        return store.heuristics.get(heuristic.heuristic_id)
    made = store.heuristics.create(
        task.task_id,
        free_name(store, task, heuristic.name),
        heuristic.kind,
        heuristic.source,
        heuristic.embedding_name,
        person.person_id,
    )
    store.heuristics.set_deleted(heuristic.heuristic_id, deleted=True)
    return made
