"""How far the people of a task agree where several answered the same record."""

from __future__ import annotations

from al_core.evaluation.agreement import Agreement, people_agreement
from al_core.store import Store
from al_core.types import Task


def agreement_of(store: Store, task: Task) -> Agreement | None:
    """Return how far a task's people agree on what they answered blind, None where nobody overlaps."""
    return people_agreement(store.opinions.of_people(task.task_id))
