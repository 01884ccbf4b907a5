"""Taking in what people do on the Label page: answers, flags, comments; each once, whatever is sent twice."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from al_core.errors import InvalidInput, NotFound
from al_core.store import Store
from al_core.types import Answer, LabelSpan, Person, Task
from al_core.workflow.answer_messages import read_answer

LONGEST_COMMENT = 2_000


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of answers: ids that are stored, and (id, message) of those that cannot be."""

    acknowledged: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def submit(store: Store, person: Person, given: Sequence[Mapping[str, Any]]) -> Submitted:
    """Return which answers are stored; each mapping is one act as the browser (or a script) sends it.

    An act that was stored before is acknowledged again. One that can never be stored is refused with the reason,
    so that it does not block the others. `act` says what it is: "answer" (also where it is missing), "flag", "comment".
    """
    answers: list[tuple[str, Answer]] = []
    remarks: list[str] = []
    refused: list[tuple[str, str]] = []
    for one in given:
        sent_id = str(one.get("answer_id", ""))
        try:
            if one.get("act", "answer") == "answer":
                answers.append((sent_id, read_answer(person, one)))
            else:
                _remark(store, person, one)
                remarks.append(sent_id)
        except (InvalidInput, NotFound) as error:
            refused.append((sent_id, str(error)))
    problems = _problems(store, [answer for _, answer in answers])
    good = [(sent_id, answer) for sent_id, answer in answers if answer.answer_id not in problems]
    store.answers.add([answer for _, answer in good])
    refused += [(sent_id, problems[one.answer_id]) for sent_id, one in answers if one.answer_id in problems]
    return Submitted((*remarks, *(sent_id for sent_id, _ in good)), tuple(refused))


def _remark(store: Store, person: Person, one: Mapping[str, Any]) -> None:
    """Store a flag or a comment; raises InvalidInput or NotFound for what can never be stored."""
    try:
        remark_id = str(uuid.UUID(str(one["answer_id"])))
        task_id, record_no = int(one["task_id"]), int(one["record_no"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"This {one.get('act')!r} is not readable: {type(error).__name__}: {error}.") from error
    task = store.projects.task(task_id)
    if not store.records.lengths(task.project_id, task.attribute.attribute_id, [record_no]):
        raise NotFound(f"Record {record_no} does not exist in this project.")
    if one["act"] == "flag":
        store.remarks.set_flag(remark_id, task_id, record_no, person.person_id, is_set=bool(one.get("is_set")))
        return
    if one["act"] != "comment":
        raise InvalidInput(f"{one['act']!r} is nothing that can be done to a record.", "Use flag or comment.")
    text = str(one.get("text", "")).strip()
    if not 1 <= len(text) <= LONGEST_COMMENT:
        raise InvalidInput(f"A comment has 1 to {LONGEST_COMMENT:,} characters, this one has {len(text):,}.")
    store.remarks.add_comment(remark_id, task.project_id, record_no, person.person_id, text)


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
                _check_there(store, task, answer, lengths)
                if answer.verdict == "accept":
                    _check_labels(task, answer.labels, lengths[answer.record_no])
            except (InvalidInput, NotFound) as error:
                found[answer.answer_id] = str(error)
    return found


def _check_there(store: Store, task: Task, answer: Answer, lengths: Mapping[int, int]) -> None:
    """Raise NotFound for a record or label that is gone, in the words of who removed it, for ids mean nothing."""
    number = answer.record_no
    if number not in lengths:
        if number in store.landscape.deleted(task.project_id):
            raise NotFound(
                f"Record {number} was deleted meanwhile; your answer was not stored.",
                "It can be restored on the Records page.",
            )
        raise NotFound(f"Record {number} does not exist in this project.")
    gone = {span.label_id for span in answer.labels} - {label.label_id for label in task.labels}
    if gone:
        names = [repr(one.label.name) for one in store.removed_labels.of(task.task_id) if one.label.label_id in gone]
        if names:
            raise NotFound(
                f"Label {', '.join(names)} was removed from task {task.name!r} meanwhile;"
                f" your answer on record {number} was not stored.",
                "Give it another label.",
            )
        raise NotFound(f"Label {min(gone)} is not in task {task.name!r}.", "Reload the page.")


def _check_labels(task: Task, labels: tuple[LabelSpan, ...], length: int) -> None:
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
