"""Labeling: the records that wait for a person, and why each of them came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from al_core.learning.methods import NAMES
from al_core.store import Store
from al_core.store.draws import DrawnRecord
from al_core.store.history import GivenAnswer
from al_core.store.remarks import Comment
from al_core.text import tokenize
from al_core.types import RANDOM, Person, Record, Run, Task
from al_core.workflow.audit_batch import left_in
from al_core.workflow.drawing import draw
from al_core.workflow.queues import QUEUES, LabelQueue, NothingToAsk, Situation
from al_core.workflow.reasons import CORRECTION, Guess, why
from al_core.workflow.span_suggestions import suggested_spans
from al_core.workflow.submitting import Submitted, submit
from al_core.workflow.task_settings import task_settings

__all__ = ["GivenAnswer", "Guess", "Queue", "QueuedRecord", "Submitted", "queue", "recall", "submit"]

FROM_NAMES = " The suggestion is a guess from the label names."
BATCH = 40
LOW = 40  # a queue shorter than this is filled up: at 50 keys a second its end is 0.8 seconds away


@dataclass(frozen=True, slots=True)
class QueuedRecord:
    """A record to label, with why it was drawn; without guesses where they would bias the audit sample.

    `blind`: no prediction may be shown. `given` is the answer that is looked at again, the person's own or another's.
    """

    drawn: DrawnRecord
    record: Record
    why: str
    tokens: tuple[tuple[int, int], ...]
    guesses: tuple[Guess, ...]
    blind: bool
    is_flagged: bool
    comments: tuple[Comment, ...]
    given: GivenAnswer | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """The records waiting for a person; `empty_message` says why there are none."""

    records: tuple[QueuedRecord, ...]
    exhausted: bool
    empty_message: str


def queue(
    store: Store, task: Task, person: Person, name: str, rng: np.random.Generator, *, on_screen: int | None = None
) -> Queue:
    """Return the records waiting for a person in the queue called `name`, drawing more when few are left.

    When a learner has run since, what a strategy picked before is given back and drawn anew, but for the record
    `on_screen`.
    """
    choice = QUEUES.get(name)
    run = store.runs.newest_of_task(task.task_id)
    situation = Situation(store, task, person, run)
    overlap = task_settings(store, task).overlap
    waiting = _waiting(situation, name, overlap)
    if choice.by_run and run is not None and any(_is_older(one, run) for one in waiting):
        store.draws.give_back_older(task.task_id, person.person_id, name, run_id=run.run_id, keep=on_screen)
        waiting = _waiting(situation, name, overlap)
    message, exhausted = choice.empty, False
    with store.draws.turn:  # nobody draws between the look at what is left and the draw
        limit = left_in(store, task, person, name)
        waiting = waiting[: limit[0]] if limit else waiting
        n = min(BATCH, limit[0] - len(waiting)) if limit else BATCH
        if len(waiting) < LOW and n:
            try:
                exhausted = draw(situation, name, n, overlap=overlap, rng=rng) == 0
            except NothingToAsk as error:
                message, exhausted = str(error), True
            waiting = waiting if exhausted else _waiting(situation, name, overlap)
        if limit and len(waiting) == limit[0]:
            message, exhausted = limit[1], True
    queued = _queued_records(situation, choice, waiting)
    return Queue(queued, exhausted and len(queued) < LOW, message)


def _waiting(situation: Situation, name: str, overlap: int) -> tuple[DrawnRecord, ...]:
    return situation.store.draws.waiting(
        situation.task.task_id, situation.person.person_id, name, overlap=overlap, again=QUEUES.get(name).again
    )


def _is_older(drawn: DrawnRecord, run: Run) -> bool:
    return drawn.drawn_by != RANDOM and drawn.run_id != run.run_id


def recall(store: Store, task: Task, person: Person, record_no: int) -> QueuedRecord | None:
    """Return a record that a person has answered, with that answer, to correct it; None where there is none."""
    given = store.history.given(task.task_id, [record_no], by=person.person_id).get(record_no)
    if given is None or not store.records.lengths(task.project_id, task.attribute.attribute_id, [record_no]):
        return None
    drawn = DrawnRecord(given.draw_id, record_no, CORRECTION, None, given.drawn_by, 1.0)
    situation = Situation(store, task, person, store.runs.newest_of_task(task.task_id))
    (found,) = _queued_records(situation, None, [drawn])
    return found


def _queued_records(
    situation: Situation, choice: LabelQueue | None, waiting: Sequence[DrawnRecord]
) -> tuple[QueuedRecord, ...]:
    """Return drawn records with all that the Label page shows; without a choice, with the person's own answers."""
    store, task, run = situation.store, situation.task, situation.run
    numbers = [drawn.record_no for drawn in waiting]
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    predicted = guesses_of(store, task, run, numbers) if run else {}
    at_random = store.history.drawn_at_random(task.task_id, numbers)
    flagged = frozenset(store.remarks.flagged(task.task_id).tolist())
    comments = store.remarks.comments(task.project_id, numbers)
    given = _given(situation, choice, numbers)
    known = {label.label_id for label in task.labels}
    by_names = FROM_NAMES if run is not None and run.method == NAMES else ""
    queued = []
    for drawn in waiting:
        number = drawn.record_no
        blind = drawn.drawn_by == RANDOM or number in at_random
        guesses = () if blind else tuple(one for one in predicted.get(number, ()) if one.label_id in known)
        queued.append(
            QueuedRecord(
                drawn=drawn,
                record=records[number],
                why=why(task, drawn, guesses, given.get(number)) + (by_names if guesses else ""),
                tokens=tokenize(records[number].text) if task.kind == "extraction" else (),
                guesses=guesses,
                blind=blind,
                is_flagged=number in flagged,
                comments=comments.get(number, ()),
                given=given.get(number),
            )
        )
    return tuple(queued)


def guesses_of(store: Store, task: Task, run: Run, numbers: Sequence[int]) -> dict[int, tuple[Guess, ...]]:
    """Return what a run says about records: their two likeliest labels, or the spans kept at the threshold in force."""
    if task.kind == "extraction":
        return suggested_spans(store, task, run, numbers)
    return {
        number: tuple(
            Guess(label_id, raw if calibrated is None else calibrated, run.run_id)
            for label_id, raw, calibrated in ranked
        )
        for number, ranked in store.runs.predicted(run.run_id, numbers).items()
    }


def _given(situation: Situation, choice: LabelQueue | None, numbers: Sequence[int]) -> dict[int, GivenAnswer]:
    """Return the answers that are looked at again: one's own where one corrects, else those of others."""
    mine = situation.person.person_id
    history, task_id = situation.store.history, situation.task.task_id
    if choice is None:
        return history.given(task_id, numbers, by=mine)
    return history.given(task_id, numbers, not_by=mine) if choice.again else {}
