"""Trying a heuristic on ten records: a look at what it does, which stores nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from al_core.execution import FitPredict, Outcome
from al_core.source import read_settings
from al_core.types import Heuristic, Job, Person, Task, TaskKind
from al_core.workflow.embedding import killer
from al_core.workflow.function_trying import TriedFunction, try_function
from al_core.workflow.jobs import JobContext
from al_core.workflow.label_meaning import learner_context
from al_core.workflow.protection import check_allowed, limits_of
from al_core.workflow.several_trying import TriedLabels, try_several
from al_core.workflow.span_trying import TriedSpans, try_spans
from al_core.workflow.training import NotEvaluable, RunFailed, training_set
from al_core.workflow.word_lists import imported_lists
from al_core.workflow.workspace import Workspace

TRIED = 10
SECONDS = 30.0  # a look is not worth waiting longer

Look = Callable[..., tuple[TriedFunction | TriedSpans | TriedLabels, ...]]
LEARNER_LOOKS: dict[TaskKind, Look] = {"extraction": try_spans, "multi_label": try_several}


@dataclass(frozen=True, slots=True)
class Tried:
    """One record of a look: what the heuristic says, and what people said where they did."""

    record_no: int
    text: str
    label: str
    confidence: float
    truth: str | None

    @property
    def right(self) -> bool | None:
        """Return whether the label is the truth; None where nobody labelled the record."""
        return None if self.truth is None else self.label == self.truth


def try_on_ten(workspace: Workspace, heuristic: Heuristic, source: str, person: Person, seed: int) -> Job:
    """Return the job whose result are ten `Tried` records, half of them labelled ones held back from the fit.

    `source` need not be saved. Nothing is stored, and confidences are raw.
    """
    check_allowed(workspace)
    task = workspace.store.projects.task(heuristic.task_id)
    return workspace.jobs.start(
        "try",
        f"Try {heuristic.name}",
        lambda context: _try(workspace, replace(heuristic, source=source), seed, context),
        key=f"try:{heuristic.heuristic_id}:{person.person_id}",
        project_id=task.project_id,
        person=person,
    )


def _try(workspace: Workspace, heuristic: Heuristic, seed: int, context: JobContext) -> tuple[Tried, ...]:
    task = workspace.store.projects.task(heuristic.task_id)
    look: Look | None = try_function if heuristic.kind == "labeling_function" else LEARNER_LOOKS.get(task.kind)
    if look is None:
        return _try_learner(workspace, heuristic, task, seed, context)
    found = look(workspace, heuristic, TRIED, SECONDS, seed=seed, context=context)
    return tuple(Tried(one.record_no, one.text, one.said, one.confidence, one.truth) for one in found)


def _try_learner(
    workspace: Workspace, heuristic: Heuristic, task: Task, seed: int, context: JobContext
) -> tuple[Tried, ...]:
    store = workspace.store
    settings = read_settings(heuristic.source)
    training = training_set(store, task, heuristic, settings)
    around, _ = learner_context(store, task, settings, training.files, lambda pid: context.on_cancel(killer(pid), pid))
    context.child_ended()
    if len(np.unique(training.label)) < 2 and not around.starts_from_names:
        raise NotEvaluable("There are no two different labels yet.", "Label some more records, then try again.")
    rng = np.random.default_rng(seed)
    held = rng.permutation(len(training.rows))[: min(TRIED // 2, len(training.rows) // 3)]
    fit_on = np.setdiff1d(np.arange(len(training.rows)), held)
    unlabelled = np.setdiff1d(np.arange(len(training.record_nos)), training.rows)
    rows = np.concatenate([training.rows[held], rng.permutation(unlabelled)[: TRIED - len(held)]])
    handle = workspace.executor.start(
        FitPredict(
            source=heuristic.source,
            vectors=tuple(file.path for file in training.files),
            train_rows=training.rows[fit_on],
            train_labels=tuple(training.names[int(label)] for label in training.label[fit_on]),
            predict_rows=rows,
            limits=replace(limits_of(store, task.project_id), seconds=SECONDS),
            around=around,
            word_lists=imported_lists(store, task.project_id, heuristic.source),
        )
    )
    context.on_cancel(handle.cancel, handle.pid)
    outcome = handle.wait()
    context.check()
    if outcome.kind != "ok":
        raise RunFailed(outcome.kind, outcome.message, outcome.line)
    numbers = [int(number) for number in training.record_nos[rows]]
    records = store.records.get(task.project_id, task.attribute.attribute_id, numbers)
    truths = [training.names[int(label)] for label in training.label[held]]
    return tuple(
        Tried(number, records[number].text, label, confidence, truths[place] if place < len(truths) else None)
        for place, (number, (label, confidence)) in enumerate(zip(numbers, _said(outcome), strict=True))
    )


def _said(outcome: Outcome) -> list[tuple[str, float]]:
    assert outcome.probabilities is not None
    best = outcome.probabilities.argmax(axis=1)
    return [(outcome.classes[int(i)], float(row[i])) for row, i in zip(outcome.probabilities, best, strict=True)]
