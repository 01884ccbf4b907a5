"""Simulating a person: hidden labels given through the same functions as the Label page."""

from __future__ import annotations

import uuid

import numpy as np

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import Task
from al_core.workflow.labeling import queue
from al_core.workflow.queues import QUEUES
from al_core.workflow.submitting import submit

SIMULATED = "Simulation"


def simulate(store: Store, task: Task, n: int, strategy: str, rng: np.random.Generator) -> int:
    """Return how many answers were given, `n` at most; raises InvalidInput without hidden labels or strategy."""
    by_name = {name.lower(): name for name in QUEUES}
    if strategy.lower() not in by_name:
        raise InvalidInput(f"No strategy {strategy!r}.", f"Use one of: {', '.join(by_name)}.")
    hidden = store.answers.hidden(task.task_id)
    if not hidden:
        raise InvalidInput(
            f"Task {task.name!r} has no hidden labels to simulate from.", "Import labels with --labels hidden."
        )
    person = store.projects.person(SIMULATED)
    given = 0
    while given < n:
        waiting = queue(store, task, person, by_name[strategy.lower()], rng).records[: n - given]
        if not waiting:
            break
        submitted = submit(
            store,
            person,
            [
                {
                    "answer_id": str(uuid.uuid4()),
                    "task_id": task.task_id,
                    "record_no": queued.record.record_no,
                    "draw_id": queued.drawn.draw_id,
                    "verdict": "accept" if queued.record.record_no in hidden else "ignore",
                    "labels": [
                        {"label_id": label_id, "start": start, "end": end}
                        for label_id, start, end in hidden.get(queued.record.record_no, ())
                    ],
                    "blind": True,
                }
                for queued in waiting
            ],
        )
        if submitted.refused:
            raise InvalidInput(submitted.refused[0][1])
        given += len(submitted.acknowledged)
    return given
