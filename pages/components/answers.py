"""Between the outbox in the browser and the workflow: answers in, acknowledgements and the next records out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import streamlit as st

from al_core.types import Person, Task
from al_core.workflow import labeling
from al_core.workflow.queues import QUEUES
from al_core.workflow.reasons import CORRECTION
from al_core.workflow.retraining import retrain_stale
from al_core.workflow.submitting import submit
from al_core.workflow.task_settings import task_settings
from al_core.workflow.workspace import Workspace
from pages.components import outbox, state
from pages.components.redraw import redraw_page_if

LAST = 50  # own answers that can be brought back with a click


@st.fragment
def saved_indicator(workspace: Workspace, person: Person, task: Task | None, *, on_label_page: bool) -> None:
    """Mount the outbox, which shows what is saved; on the Label page each acknowledgement brings the next records.

    A task that somebody has changed since the page was drawn (its name, its labels) has the page drawn anew.
    """
    redraw_page_if(task is not None and workspace.store.projects.task(task.task_id) != task)
    queue = queue_message(workspace, person, task) if on_label_page and task else None
    state.put("queue", queue)
    with st.container(key="saved_indicator"):
        outbox.mount(
            scope=f"{workspace.folder}|{person.person_id}",
            acknowledged=state.acknowledged(),
            refused=state.take("refused") or [],
            refill=queue,
            on_change=lambda: _store(workspace, person),
        )


def _store(workspace: Workspace, person: Person) -> None:
    known = set(state.acknowledged())
    fresh = [answer for answer in outbox.pending() if answer.get("answer_id") not in known]
    submitted = submit(workspace.store, person, fresh)
    state.acknowledge(submitted.acknowledged)
    state.put("refused", [{"answer_id": one, "message": message} for one, message in submitted.refused])
    stored = set(submitted.acknowledged)
    retrain_stale(workspace, {int(one["task_id"]) for one in fresh if one["answer_id"] in stored}, person)


def strategy() -> str:
    """Return the way to draw that this tab has chosen on the Label page."""
    return state.get("strategy") or next(iter(QUEUES))


def queue_message(workspace: Workspace, person: Person, task: Task) -> dict[str, Any]:
    """Return the records waiting for a person, as the labelers read them."""
    store, wanted = workspace.store, outbox.wanted_record(task.task_id)
    shown = outbox.record_on_screen(task.task_id)
    queue = labeling.queue(store, task, person, strategy(), np.random.default_rng(), on_screen=shown)
    recalled = labeling.recall(store, task, person, wanted) if wanted is not None else None
    return {
        "queue_id": f"{task.task_id}|{person.person_id}|{strategy()}",
        "items": [_item(queued) for queued in queue.records],
        "recalled": None if recalled is None else _item(recalled),
        "exhausted": queue.exhausted,
        "empty_message": queue.empty_message,
    }


def _item(queued: labeling.QueuedRecord) -> dict[str, Any]:
    whole = [_guess(guess) for guess in queued.guesses if guess.start is None]
    return {
        "record_no": queued.record.record_no,
        "external_id": queued.record.external_id,
        "text": queued.record.text,
        "attributes": queued.record.attributes,
        "draw_id": queued.drawn.draw_id,
        "drawn_by": queued.drawn.drawn_by,
        "again": queued.given is not None and queued.drawn.strategy != CORRECTION,
        "takes_flag": queued.drawn.drawn_by == "flagged",
        "why": queued.why,
        "blind": queued.blind,
        "suggestion": whole[0] if whole else None,
        "runner_up": whole[1] if len(whole) > 1 else None,
        "tokens": [list(token) for token in queued.tokens],
        "spans": [
            {**_guess(guess), "start": guess.start, "end": guess.end}
            for guess in queued.guesses
            if guess.start is not None
        ],
        "flagged": queued.is_flagged,
        "comments": [{"comment_id": one.comment_id, "person": one.person, "text": one.text} for one in queued.comments],
        "given_answer": None if queued.given is None else _given(queued.given),
    }


def _guess(guess: labeling.Guess) -> dict[str, Any]:
    return {"label_id": guess.label_id, "confidence": guess.confidence, "run_id": guess.run_id}


def _given(given: labeling.GivenAnswer) -> dict[str, Any]:
    labels = [{"label_id": one.label_id, "start": one.start, "end": one.end} for one in given.labels]
    return {"person": given.person, "verdict": given.verdict, "labels": labels}


def _midnight() -> datetime:
    """Return when the person's day began, in UTC without its zone; the browser says where they are."""
    offset = timedelta(minutes=st.context.timezone_offset or 0)  # what UTC is ahead of the person
    moment = datetime.now(UTC).replace(tzinfo=None)
    return (moment - offset).replace(hour=0, minute=0, second=0, microsecond=0) + offset


def progress_message(workspace: Workspace, person: Person, task: Task) -> dict[str, Any]:
    """Return the counts that the rail of the labelers shows."""
    store = workspace.store
    counts = store.answers.counts(task.task_id)
    activity = store.history.activity(task.task_id, person.person_id, _midnight())
    return {
        "today": activity.since,
        "last_hour": activity.last_hour,
        "labelled": counts.labelled,
        "total": store.records.count(task.project_id),
        "by_label": {str(label_id): n for label_id, n in counts.by_label.items()},
        "audit": counts.audit,
        "by_strategy": counts.labelled - counts.audit,
        "seconds_each": counts.seconds_each,
        "last": [
            {
                "text": one.text[:200],
                "label_id": one.label_id,
                "n_labels": one.n_labels,
                "verdict": one.verdict,
                "record_no": one.record_no,
            }
            for one in store.answers.last(task.task_id, person.person_id, LAST)
            if one.verdict != "retract"
        ],
    }


def task_message(workspace: Workspace, task: Task) -> dict[str, Any]:
    """Return a task as the labelers read it."""
    return {
        "task_id": task.task_id,
        "name": task.name,
        "kind": task.kind,
        "guidelines": task_settings(workspace.store, task).guidelines,
        "labels": [
            {
                "label_id": label.label_id,
                "name": label.name,
                "colour": label.colour,
                "key": label.key,
                "description": label.description,
            }
            for label in task.labels
        ],
    }
