"""Deleting records and restoring them: answers stay with them, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.store import Store
from al_core.store.bulk import STEP
from al_core.store.deletions import Deletion, DeletionPreview
from al_core.types import Person, Project

__all__ = [
    "AT_ONCE", "Deletion", "DeletionPreview", "delete_records", "deletions", "look_before_deleting", "restore_records",
]  # fmt: skip

AT_ONCE = STEP  # more records than these are deleted by a job, so that nobody waits before a page that stands still

Progress = Callable[[float, str], None]


def look_before_deleting(store: Store, project: Project, record_nos: NDArray[np.int64]) -> DeletionPreview:
    """Return how many of the records [n] there are, and how many of them have an answer in any task."""
    return store.deletions.preview(project.project_id, record_nos)


def delete_records(
    store: Store,
    project: Project,
    record_nos: NDArray[np.int64] | Sequence[int],
    person: Person,
    progress: Progress | None = None,
) -> Deletion | None:
    """Return the deletion of the records [n], None where none of them was there any more.

    What `progress` (fraction, words) raises ends it between two steps; what was deleted until then can be restored.
    """
    numbers = np.unique(np.asarray(record_nos, dtype=np.int64))
    deletion_id = store.deletions.begin(project.project_id, person.person_id)
    for start in range(0, len(numbers), STEP):
        if progress is not None:
            progress(start / len(numbers), f"{start:,} of {len(numbers):,} records")
        store.deletions.delete(deletion_id, numbers[start : start + STEP])
    return next((one for one in deletions(store, project) if one.deletion_id == deletion_id), None)


def restore_records(store: Store, deletion_id: int) -> int:
    """Return how many records are back, with the answers that they had; raises NotFound where they are already."""
    return store.deletions.restore(deletion_id)


def deletions(store: Store, project: Project) -> tuple[Deletion, ...]:
    """Return what was deleted from a project and not restored, newest first."""
    return store.deletions.standing(project.project_id)
