"""Trying a labeling function on a few records: what it says of each, or the line where it failed on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from al_core.execution import FunctionVotes
from al_core.types import Heuristic, Task
from al_core.workflow.function_runs import function_job
from al_core.workflow.jobs import JobContext
from al_core.workflow.training import RunFailed
from al_core.workflow.workspace import Workspace

ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True)
class TriedFunction:
    """One record of a look: the votes and people's labels in words; the smallest confidence, 1 without a vote."""

    record_no: int
    text: str
    said: str
    confidence: float
    truth: str | None


def try_function(
    workspace: Workspace, heuristic: Heuristic, n: int, seconds: float, *, seed: int, context: JobContext
) -> tuple[TriedFunction, ...]:
    """Return `n` records that a function was applied to, half of them labelled ones where there are so many."""
    store, task = workspace.store, workspace.store.projects.task(heuristic.task_id)
    truths = {number: truth for number, truth in store.answers.truths(task.task_id).items() if truth.labels}
    rng = np.random.default_rng(seed)
    labelled = rng.permutation(sorted(truths))[: n // 2]
    others = np.setdiff1d(store.records.numbers(task.project_id), sorted(truths))
    numbers = [int(one) for one in (*labelled, *rng.permutation(others)[: n - len(labelled)])]
    found = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    records = [found[number] for number in numbers if number in found]
    job = function_job(store, task, heuristic.source, records)
    handle = workspace.executor.start(replace(job, limits=replace(job.limits, seconds=seconds)))
    context.on_cancel(handle.cancel, handle.pid)
    outcome = handle.wait()
    context.check()
    if outcome.kind != "ok" or outcome.votes is None:
        raise RunFailed(outcome.kind, outcome.message, outcome.line)
    names = {label.label_id: label.name for label in task.labels}
    tried = []
    for place, record in enumerate(records):
        said, confidence = _words(task, outcome.votes, place)
        truth = truths.get(record.record_no)
        people = ", ".join(names.get(one.label_id, "a deleted label") for one in truth.labels) if truth else None
        tried.append(TriedFunction(record.record_no, record.text, said, confidence, people))
    return tuple(tried)


def _words(task: Task, votes: FunctionVotes, place: int) -> tuple[str, float]:
    """Return what was said of the record at a place, and its smallest confidence."""
    if votes.failed[place]:
        told = next((one for one in votes.failures if one.place == place), None)
        return (f"failed on line {told.line}: {told.message}" if told else "failed"), 1.0
    rows = np.flatnonzero(votes.place == place)
    if not len(rows):
        return ABSTAINED, 1.0
    said = [task.labels[int(votes.label[row])].name for row in rows]
    return ", ".join(said), float(votes.confidence[rows].min())
