"""Between the outbox in the browser and the workflow: answers in, acknowledgements and the next records out."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from al_core.types import Person, Task
from al_core.workflow import labeling
from al_core.workflow.queues import QUEUES
from al_core.workflow.workspace import Workspace
from pages.components import outbox, state


@st.fragment
def saved_indicator(workspace: Workspace, person: Person, task: Task | None, *, on_label_page: bool) -> None:
    """Mount the outbox, which shows what is saved; on the Label page each acknowledgement brings the next records."""
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
    submitted = labeling.submit(workspace.store, person, fresh)
    state.acknowledge(submitted.acknowledged)
    state.put("refused", [{"answer_id": one, "message": message} for one, message in submitted.refused])


def strategy() -> str:
    """Return the way to draw that this tab has chosen on the Label page."""
    return state.get("strategy") or next(iter(QUEUES))


def queue_message(workspace: Workspace, person: Person, task: Task) -> dict[str, Any]:
    """Return the records waiting for a person, as the labelers read them."""
    queue = labeling.queue(workspace.store, task, person, strategy(), np.random.default_rng())
    return {
        "queue_id": f"{task.task_id}|{person.person_id}|{strategy()}",
        "items": [_item(queued) for queued in queue.records],
        "exhausted": queue.exhausted,
        "empty_message": "Every record has an answer or waits for somebody else's.",
    }


def _item(queued: labeling.QueuedRecord) -> dict[str, Any]:
    guesses = [
        {"label_id": guess.label_id, "confidence": guess.confidence, "run_id": guess.run_id} for guess in queued.guesses
    ]
    return {
        "record_no": queued.record.record_no,
        "external_id": queued.record.external_id,
        "text": queued.record.text,
        "attributes": queued.record.attributes,
        "draw_id": queued.drawn.draw_id,
        "drawn_by": queued.drawn.drawn_by,
        "why": queued.why,
        "blind": queued.blind,
        "suggestion": guesses[0] if guesses else None,
        "runner_up": guesses[1] if len(guesses) > 1 else None,
        "tokens": [list(token) for token in queued.tokens],
        "spans": [],
    }


def progress_message(workspace: Workspace, person: Person, task: Task) -> dict[str, Any]:
    """Return the counts that the rail of the labelers shows."""
    store = workspace.store
    counts = store.answers.counts(task.task_id)
    return {
        "labelled": counts.labelled,
        "total": store.records.count(task.project_id),
        "by_label": {str(label_id): n for label_id, n in counts.by_label.items()},
        "audit": counts.audit,
        "by_strategy": counts.labelled - counts.audit,
        "seconds_each": counts.seconds_each,
        "last": [
            {"text": one.text[:200], "label_id": one.label_id, "verdict": one.verdict, "record_no": one.record_no}
            for one in store.answers.last(task.task_id, person.person_id)
            if one.verdict != "retract"
        ],
    }


def task_message(task: Task) -> dict[str, Any]:
    """Return a task as the labelers read it."""
    return {
        "task_id": task.task_id,
        "name": task.name,
        "kind": task.kind,
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
