"""Corrections made beside a prediction, which are not blind, and the blind second looks that keep them honest."""

from __future__ import annotations

import uuid

import numpy as np

from al_core.errors import InvalidInput
from al_core.store import Store
from al_core.types import RANDOM, Person, Task
from al_core.workflow.evaluating import Evaluation, Mistake
from al_core.workflow.examining import Examined
from al_core.workflow.labeling import submit


def correct(store: Store, task: Task, person: Person, evaluation: Evaluation, mistake: Mistake, label_id: int) -> None:
    """Store a person's answer given with the prediction on screen: it counts as truth, never as an audit answer."""
    _give(
        store,
        person,
        {
            "task_id": task.task_id,
            "record_no": mistake.record_no,
            "labels": [{"label_id": label_id}],
            "drawn_by": "correction",
            "blind": False,
            "shown_run_id": evaluation.run.run_id,
            "shown_label_id": mistake.predicted,
        },
    )


def second_looks(examined: Examined, n: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Return up to `n` record numbers drawn from those kept rightly, to be asked again without any prediction."""
    places = examined.chosen("kept rightly")
    drawn = rng.choice(places, min(n, len(places)), replace=False)
    return tuple(int(number) for number in examined.rows.record_no[drawn])


def look_again(store: Store, task: Task, person: Person, examined: Examined, record_no: int, label_id: int) -> None:
    """Store a blind second answer; a record of the audit sample stays in it."""
    is_audit = bool(examined.rows.audit[examined.rows.record_no == record_no].any())
    _give(
        store,
        person,
        {
            "task_id": task.task_id,
            "record_no": record_no,
            "labels": [{"label_id": label_id}],
            "drawn_by": RANDOM if is_audit else "manual",
            "blind": True,
        },
    )


def _give(store: Store, person: Person, answer: dict[str, object]) -> None:
    submitted = submit(store, person, [{"answer_id": str(uuid.uuid4()), "verdict": "accept", **answer}])
    if submitted.refused:
        raise InvalidInput(submitted.refused[0][1])
