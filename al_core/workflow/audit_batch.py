"""An audit batch: a counted number of records drawn at random and answered blind, because a promise needs them."""

from __future__ import annotations

from dataclasses import dataclass

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Person, Task

AUDIT_QUEUE = "Audit"
BATCH_DONE = "The audit batch is done. The Tune page says what it is worth."
BATCH_TAKEN = "The rest of the audit batch waits for others. What they leave comes back after 20 minutes."
LARGEST = 10_000
_KEY = "audit_batch"


@dataclass(frozen=True, slots=True)
class AuditBatch:
    """How many audit answers a team wants, and how many it has given since; `done` is never above `wanted`."""

    wanted: int
    done: int

    @property
    def left(self) -> int:
        """Return how many answers are missing, 0 when the batch is done."""
        return self.wanted - self.done


def start_batch(store: Store, task: Task, wanted: int) -> AuditBatch:
    """Return the batch that starts now: the Audit queue then hands out so many records and no more.

    Raises InvalidInput for a number below 1 or above 10,000, or above the number of records without an answer.
    """
    free = store.records.count(task.project_id) - len(store.answers.answered(task.task_id))
    if not 1 <= wanted <= min(LARGEST, free):
        raise InvalidInput(
            f"An audit batch of {wanted:,} records cannot be drawn: {free:,} have no answer yet.",
            f"Use 1 to {min(LARGEST, free):,}." if free else "Import more records.",
        )
    values = {"wanted": wanted, "before": store.answers.audit_count(task.task_id)}
    store.projects.set_setting(_scope(task), _KEY, values)
    return AuditBatch(wanted, 0)


def batch_of(store: Store, task: Task) -> AuditBatch | None:
    """Return the batch that a task's people work on, None without one."""
    found = store.projects.setting(_scope(task), _KEY)
    if not found:
        return None
    done = store.answers.audit_count(task.task_id) - found["before"]
    return AuditBatch(found["wanted"], min(max(done, 0), found["wanted"]))


def end_batch(store: Store, task: Task) -> None:
    """End the batch, finished or not: the Audit queue hands out records without an end again."""
    store.projects.set_setting(_scope(task), _KEY, None)


def left_in(store: Store, task: Task, person: Person, queue: str) -> tuple[int, str] | None:
    """Return (how many records of a queue a person may still get, why no more), None where there is no limit.

    What waits for other people's answers is theirs, so that all together never answer more than the batch.
    """
    batch = batch_of(store, task) if queue == AUDIT_QUEUE else None
    if batch is None:
        return None
    with_others = min(batch.left, store.draws.with_others(task.task_id, person.person_id, queue))
    return batch.left - with_others, BATCH_TAKEN if with_others else BATCH_DONE


def _scope(task: Task) -> str:
    return f"task:{task.task_id}"
