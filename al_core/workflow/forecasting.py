"""Forecasting: what twice the labels would bring a learner, as a job that fits it on growing parts of the labels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.evaluation.precision import keep
from al_core.execution import FitPredict, Limits
from al_core.learning.calibration import fit_calibrator
from al_core.learning.forecast import LEAST_LABELS, Forecast, forecast, sub_sizes
from al_core.source import needs_per_class, read_settings
from al_core.store import Store
from al_core.types import Heuristic, Job, Person, Task
from al_core.workflow.jobs import JobContext
from al_core.workflow.judging import ENOUGH_OTHERS, NOT_MEASURABLE
from al_core.workflow.label_meaning import learner_context
from al_core.workflow.results import aligned
from al_core.workflow.thresholds import DEFAULT_THRESHOLD
from al_core.workflow.training import RunFailed, TrainingSet, check_evaluable, training_set
from al_core.workflow.workspace import Workspace

KEY = "forecast"


@dataclass(frozen=True, slots=True)
class Outlook:
    """A stored forecast: share right of all predictions, share kept at the threshold of then, minutes to label."""

    right: Forecast
    kept: Forecast
    threshold: float
    minutes: float | None


def start_forecast(workspace: Workspace, heuristic: Heuristic, person: Person) -> Job:
    """Return the job that forecasts; raises InvalidInput below 200 labels."""
    task = workspace.store.projects.task(heuristic.task_id)
    if task.kind == "extraction":
        raise InvalidInput("A forecast speaks of records; this task is about spans.", "Label more and run again.")
    labelled = workspace.store.answers.counts(task.task_id).labelled
    if labelled < LEAST_LABELS:
        raise InvalidInput(f"A forecast needs {LEAST_LABELS} labels, there are {labelled}.", "Label some more first.")
    return workspace.jobs.start(
        "forecast",
        f"Forecast of {heuristic.name}",
        lambda context: _run(workspace, heuristic, task, context),
        key=f"forecast:{heuristic.heuristic_id}",
        project_id=task.project_id,
        person=person,
    )


def outlook(store: Store, heuristic: Heuristic) -> Outlook | None:
    """Return the newest forecast of a heuristic, None before its first one."""
    found = store.projects.setting(_scope(heuristic), KEY)
    if not found:
        return None
    return Outlook(Forecast(**found["right"]), Forecast(**found["kept"]), found["threshold"], found["minutes"])


def _scope(heuristic: Heuristic) -> str:
    return f"heuristic:{heuristic.heuristic_id}"


def _run(workspace: Workspace, heuristic: Heuristic, task: Task, context: JobContext) -> None:
    store = workspace.store
    settings = replace(read_settings(heuristic.source), train_test_split=None)
    training = training_set(store, task, heuristic, settings)
    threshold, _ = store.heuristics.threshold(heuristic.heuristic_id) or (DEFAULT_THRESHOLD, "code")
    sizes = sub_sizes(len(training.rows))
    _check_others(training)
    # parts of one order, so that a larger part only adds labels; always the same order for a task
    order = spread(training.others, np.random.default_rng(task.task_id))
    reached = []
    for number, size in enumerate(sizes):
        context.progress(number / len(sizes), f"{size:,} labels")
        part = np.sort(order[:size])
        proba, label = _out_of_fold(workspace, heuristic, _part(training, part), context)
        others = training.others[part]
        proba, label = proba[others], label[others]
        right = proba.argmax(axis=1) == label
        confidence = fit_calibrator(proba, right, label).confidence(proba)
        reached.append((float(right.mean()), float(keep(confidence, threshold).mean())))
    found = [forecast(np.array(sizes), np.array(values)) for values in zip(*reached, strict=True)]
    seconds = store.answers.counts(task.task_id).seconds_each
    values = {
        "right": _plain(found[0]),
        "kept": _plain(found[1]),
        "threshold": threshold,
        "minutes": None if seconds is None else sizes[-1] * seconds / 60,
    }
    store.projects.set_setting(_scope(heuristic), KEY, values)


def _check_others(training: TrainingSet) -> None:
    n = int(training.others.sum())
    if n < ENOUGH_OTHERS:
        raise InvalidInput(
            f"A forecast is {NOT_MEASURABLE}: the encoder learnt from all labelled records but {n}.",
            f"It needs {ENOUGH_OTHERS} that it did not learn from.",
        )


def spread(others: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the rows [n] in random order, those in `others` [n] spread evenly, so that every part has its share.

    >>> others = np.arange(10) < 2
    >>> others[spread(others, np.random.default_rng(0))].reshape(2, 5).sum(axis=1).tolist()
    [1, 1]
    """
    order = rng.permutation(len(others))
    place = np.empty(len(others))
    for kind in (True, False):
        rows = order[others[order] == kind]
        place[rows] = (np.arange(len(rows)) + 0.5) / max(len(rows), 1)
    return order[np.argsort(place[order], kind="stable")]


def _plain(found: Forecast) -> dict[str, float]:
    return {name: getattr(found, name) for name in ("labels", "now", "at_twice", "margin")}


def _part(training: TrainingSet, part: NDArray[np.int64]) -> TrainingSet:
    return replace(
        training,
        rows=training.rows[part],
        label=training.label[part],
        audit=training.audit[part],
        fold=training.fold[part],
    )


def _out_of_fold(
    workspace: Workspace, heuristic: Heuristic, training: TrainingSet, context: JobContext
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return (out-of-fold probabilities [n, L], label places [n]) of one part of the labels."""
    check_evaluable(training, needs_per_class(heuristic.source))
    task = workspace.store.projects.task(heuristic.task_id)
    settings = read_settings(heuristic.source)
    around, _ = learner_context(workspace.store, task, settings, training.files, lambda pid: None)
    names = np.array(training.names, dtype=object)
    proba = np.zeros((len(training.rows), len(training.names)), dtype=np.float32)
    for fold in training.held_out:
        context.check()
        out = training.fold == fold
        handle = workspace.executor.start(
            FitPredict(
                source=heuristic.source,
                vectors=tuple(file.path for file in training.files),
                train_rows=training.rows[~out],
                train_labels=tuple(names[training.label[~out]]),
                predict_rows=training.rows[out],
                limits=Limits(),
                around=around,
            )
        )
        context.on_cancel(handle.cancel, handle.pid)
        outcome = handle.wait()
        context.child_ended()
        if outcome.kind != "ok":
            context.check()
            raise RunFailed(outcome.kind, outcome.message, outcome.line)
        proba[out] = aligned(outcome, training.names)
    return proba, training.label
