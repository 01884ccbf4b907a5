"""Labeling: drawing records, handing them out, and taking answers in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from al_core.errors import InvalidInput, NotFound
from al_core.learning.query_strategies import mix, random_share
from al_core.store import Store
from al_core.store.draws import DrawnRecord
from al_core.text import tokenize
from al_core.types import RANDOM, Answer, LabelSpan, Person, Record, Run, Task
from al_core.workflow.answer_messages import read_answer

BATCH = 40
LOW = 20  # a queue shorter than this is filled up, long before the person reaches its end
# how the Label page names the ways to draw, and the strategy behind each
STRATEGIES = {"Smart": "margin", "Random": RANDOM, "Least sure": "least_confidence", "Entropy": "entropy"}


@dataclass(frozen=True, slots=True)
class Guess:
    """What the newest run says about a record."""

    label_id: int
    confidence: float
    run_id: int


@dataclass(frozen=True, slots=True)
class QueuedRecord:
    """A record to label, with why it was drawn; without guesses where they would bias the audit sample."""

    drawn: DrawnRecord
    record: Record
    why: str
    tokens: tuple[tuple[int, int], ...]
    guesses: tuple[Guess, ...]

    @property
    def blind(self) -> bool:
        """Return whether no prediction may be shown: the record was drawn at random."""
        return self.drawn.drawn_by == RANDOM


@dataclass(frozen=True, slots=True)
class Queue:
    """The records waiting for a person."""

    records: tuple[QueuedRecord, ...]
    exhausted: bool


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of answers: ids that are stored, and (id, message) of those that cannot be."""

    acknowledged: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def queue(store: Store, task: Task, person: Person, strategy: str, rng: np.random.Generator) -> Queue:
    """Return the records waiting for a person, drawing more when few are left; `strategy` is a key of STRATEGIES."""
    waiting = store.draws.waiting(task.task_id, person.person_id, strategy)
    exhausted = False
    if len(waiting) < LOW:
        exhausted = draw(store, task, person, strategy, BATCH, rng) == 0
        waiting = waiting if exhausted else store.draws.waiting(task.task_id, person.person_id, strategy)
    numbers = [drawn.record_no for drawn in waiting]
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    run = store.runs.newest_of_task(task.task_id)
    predicted = store.runs.predicted(run.run_id, numbers) if run else {}
    queued = tuple(
        _queued(task, drawn, records[drawn.record_no], run, predicted.get(drawn.record_no, ())) for drawn in waiting
    )
    return Queue(queued, exhausted and len(queued) < LOW)


def draw(store: Store, task: Task, person: Person, strategy: str, n: int, rng: np.random.Generator) -> int:
    """Return how many records were drawn for a person: the one function that decides who gets which record.

    Before a learner has run the most typical records come first, then those that the newest run finds hard;
    a share is always drawn at random, because only those can say how good a heuristic is on the rest.
    """
    with store.draws.turn:
        return _draw(store, task, person, strategy, n, rng)


def _draw(store: Store, task: Task, person: Person, strategy: str, n: int, rng: np.random.Generator) -> int:
    name = STRATEGIES[strategy]
    numbers = store.records.numbers(task.project_id)
    if len(numbers) == 0:
        return 0
    # record numbers are dense, so a mask over them is faster than sets of a million
    is_free = np.zeros(numbers[-1] + 1, dtype=np.bool_)
    is_free[numbers] = True
    for taken in (store.answers.answered(task.task_id), store.draws.leased(task.task_id)):
        is_free[taken[taken < len(is_free)]] = False
    pool = np.flatnonzero(is_free)
    if len(pool) == 0:
        return 0
    run = store.runs.newest_of_task(task.task_id)
    if name == RANDOM:
        ranked, share = np.zeros(0, dtype=np.int64), 1.0
    else:
        share = random_share(store.answers.audit_count(task.task_id))
        ranked = store.runs.candidates(run.run_id, name) if run else _typical(store, task)
        name = name if run else "typicality"
        ranked = ranked[ranked < len(is_free)]
        ranked = ranked[is_free[ranked]]
    drawn = mix(ranked, pool, n, strategy=name, random_share=share, rng=rng)
    store.draws.add(
        task.task_id,
        person.person_id,
        drawn,
        strategy=strategy,
        run_id=run.run_id if run and name != RANDOM else None,
        pool_size=len(pool),
    )
    return len(drawn.indices)


def _typical(store: Store, task: Task) -> np.ndarray[Any, np.dtype[np.int64]]:
    for embedding in store.embeddings.all(task.project_id):
        if embedding.attribute_id == task.attribute.attribute_id and embedding.granularity == "classification":
            file = store.embeddings.vectors(embedding)
            if file is not None and len(file.typical):
                return file.typical.astype(np.int64)
    return np.zeros(0, dtype=np.int64)


def _queued(
    task: Task,
    drawn: DrawnRecord,
    record: Record,
    run: Run | None,
    predicted: Sequence[tuple[int, float, float | None]],
) -> QueuedRecord:
    known = {label.label_id for label in task.labels}
    guesses: tuple[Guess, ...] = ()
    if run is not None and drawn.drawn_by != RANDOM:
        guesses = tuple(
            Guess(label_id, raw if calibrated is None else calibrated, run.run_id)
            for label_id, raw, calibrated in predicted
            if label_id in known
        )
    tokens = tokenize(record.text) if task.kind == "extraction" else ()
    return QueuedRecord(drawn, record, _why(task, drawn, guesses), tokens, guesses)


def _why(task: Task, drawn: DrawnRecord, guesses: tuple[Guess, ...]) -> str:
    if drawn.drawn_by == RANDOM:
        return f"{drawn.strategy}: drawn at random, part of the audit sample. Suggestions are hidden here."
    if drawn.drawn_by == "typicality":
        return f"{drawn.strategy}: typical of a kind of text that nobody has labelled yet."
    if drawn.drawn_by == "margin" and len(guesses) == 2:
        first, second = (task.label_name(guess.label_id) for guess in guesses)
        return f"{drawn.strategy}: the model is torn between {first} and {second}. Drawn by margin."
    return f"{drawn.strategy}: the model is unsure here. Drawn by {drawn.drawn_by.replace('_', ' ')}."


def submit(store: Store, person: Person, given: Sequence[Mapping[str, Any]]) -> Submitted:
    """Return which answers are stored; each mapping is one act as the browser (or a script) sends it.

    An answer that was stored before is acknowledged again. One that can never be stored is refused with the reason,
    so that it does not block the others.
    """
    answers: list[tuple[str, Answer]] = []
    refused: list[tuple[str, str]] = []
    for one in given:
        sent_id = str(one.get("answer_id", ""))
        try:
            answers.append((sent_id, read_answer(person, one)))
        except InvalidInput as error:
            refused.append((sent_id, str(error)))
    problems = _problems(store, [answer for _, answer in answers])
    good = [(sent_id, answer) for sent_id, answer in answers if answer.answer_id not in problems]
    store.answers.add([answer for _, answer in good])
    refused += [(sent_id, problems[one.answer_id]) for sent_id, one in answers if one.answer_id in problems]
    return Submitted(tuple(sent_id for sent_id, _ in good), tuple(refused))


def _problems(store: Store, answers: Sequence[Answer]) -> dict[str, str]:
    """Return why answers cannot be stored, by answer id; one look at the records of each task."""
    found: dict[str, str] = {}
    for task_id in {answer.task_id for answer in answers}:
        of_task = [answer for answer in answers if answer.task_id == task_id]
        try:
            task = store.projects.task(task_id)
        except NotFound as error:
            found |= {answer.answer_id: str(error) for answer in of_task}
            continue
        numbers = [answer.record_no for answer in of_task]
        lengths = store.records.lengths(task.project_id, task.attribute.attribute_id, numbers)
        for answer in of_task:
            try:
                _check(task, answer, lengths.get(answer.record_no))
            except (InvalidInput, NotFound) as error:
                found[answer.answer_id] = str(error)
    return found


def _check(task: Task, answer: Answer, length: int | None) -> None:
    if length is None:
        raise NotFound(f"Record {answer.record_no} does not exist in this project.")
    if answer.verdict == "accept":
        _check_labels(task, answer.labels, length)


def _check_labels(task: Task, labels: tuple[LabelSpan, ...], length: int) -> None:
    known = {label.label_id for label in task.labels}
    for span in labels:
        if span.label_id not in known:
            raise InvalidInput(f"Label {span.label_id} is not in task {task.name!r} (any more).", "Reload the page.")
    if task.kind == "single_label" and len(labels) != 1:
        raise InvalidInput(f"Task {task.name!r} takes exactly one label, this answer has {len(labels)}.")
    if task.kind != "extraction":
        return
    end = 0
    for span in sorted(labels, key=lambda one: one.start or 0):
        if span.start is None or span.end is None or not 0 <= span.start < span.end <= length:
            raise InvalidInput(f"The span {span.start} to {span.end} is not inside the text of {length} characters.")
        if span.start < end:
            raise InvalidInput(f"The span {span.start} to {span.end} overlaps another one.", "Spans may not overlap.")
        end = span.end
