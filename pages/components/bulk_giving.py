"""Giving many records a label: at once, or by a job where somebody would wait before a page that stands still."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.types import Task
from al_core.workflow.bulk_labeling import AT_ONCE, BulkLabel, label_many
from al_core.workflow.jobs import JobContext
from al_core.workflow.retraining import retrain_stale
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.numbers import count

NOTHING_HERE = "nothing here"


def bulk_key(task: Task) -> str:
    """Return the key of the job that labels many records of a task."""
    return f"bulk:{task.task_id}"


def give_label(here: Current, task: Task, record_nos: NDArray[np.int64] | Sequence[int], label: BulkLabel) -> str:
    """Return what was done, or that it goes on in a job; raises what `label_many` raises."""
    name = task.label_name(label.label_ids[0]) if label.label_ids else NOTHING_HERE

    def give(context: JobContext | None = None) -> str:
        progress = context.progress if context else None
        done = label_many(here.workspace.store, task, here.person, record_nos, label, progress)
        retrain_stale(here.workspace, [task.task_id], here.person)
        if context:
            context.conclude(f"{count(done.n_labelled, 'record')} labelled")
        return f"{count(done.n_labelled, 'record')} labelled {literal(name)}."

    if len(record_nos) <= AT_ONCE:
        return give()
    here.workspace.jobs.start(
        "bulk label",
        f"Label {len(record_nos):,} records",
        give,
        key=bulk_key(task),
        project_id=here.project.project_id,
        person=here.person,
    )
    return "They are being labelled. You can go on meanwhile."
