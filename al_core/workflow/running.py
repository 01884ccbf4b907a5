"""Running heuristics: one fork a fold and one for the shipped model, then one transaction for the result."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from al_core.errors import ActiveLearnersError, Cancelled
from al_core.execution import Executor, FitPredict, Handle, Limits
from al_core.learning.calibration import Calibrator
from al_core.source import SourceProblem, needs_per_class, read_settings
from al_core.store import Store
from al_core.store.embeddings import save_array
from al_core.types import Heuristic, Job, Person, Task
from al_core.workflow.jobs import JobContext
from al_core.workflow.protection import check_allowed, limits_of
from al_core.workflow.results import Outcomes, aligned, allowed_labels, finished_run
from al_core.workflow.thresholds import adopt_from_code
from al_core.workflow.training import NotEvaluable, RunFailed, TrainingSet, check_evaluable, training_set
from al_core.workflow.workspace import Workspace

Rows = NDArray[np.int64]

# tasks that learners cannot be fitted on, as messages name them
KIND_WORDS: dict[str, str] = {
    "extraction": "an extraction task",
    "multi_label": "a task with several labels a record, which learners do not handle yet",
}


@dataclass(slots=True)
class _Log:
    """The lines of a run, each with the seconds since its start."""

    started: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(f"{time.monotonic() - self.started:6.2f}  {line}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


LIVE_LOGS: dict[int, _Log] = {}  # by heuristic, while its run is under way: pages show them as they grow


def live_log(heuristic_id: int) -> str:
    """Return the log of a heuristic's run that is under way, empty without one."""
    log = LIVE_LOGS.get(heuristic_id)
    return log.text if log else ""


def run(workspace: Workspace, heuristic: Heuristic, person: Person) -> Job:
    """Return the job that runs the newest version of a heuristic; one under way is not started twice.

    Raises InvalidInput where nothing but limits protects this computer and nobody agreed to that.
    """
    check_allowed(workspace)
    task = workspace.store.projects.task(heuristic.task_id)
    return workspace.jobs.start(
        "run",
        heuristic.name,
        lambda context: _run(workspace, heuristic.heuristic_id, context),
        key=run_key(heuristic.heuristic_id),
        project_id=task.project_id,
        person=person,
    )


def run_all(workspace: Workspace, task: Task, person: Person) -> tuple[Job, ...]:
    """Return one job for each enabled heuristic of a task."""
    heuristics = workspace.store.heuristics.all(task.task_id)
    return tuple(run(workspace, heuristic, person) for heuristic in heuristics if heuristic.enabled)


def run_key(heuristic_id: int) -> str:
    """Return the key of the job that runs a heuristic."""
    return f"run:{heuristic_id}"


def _run(workspace: Workspace, heuristic_id: int, context: JobContext) -> int:
    store = workspace.store
    heuristic = store.heuristics.get(heuristic_id)
    run_id = store.runs.create(heuristic_id, heuristic.version_no, context.job_id)
    log = LIVE_LOGS[heuristic_id] = _Log()
    try:
        _execute(workspace.executor, store, heuristic, run_id, context, log)
    except NotEvaluable as error:
        log.say(error.message)
        store.runs.end(run_id, "not_evaluable", "not_evaluable", str(error), log=log.text)
        context.progress(1.0, "not evaluable yet")
    except Cancelled as error:
        store.runs.end(run_id, "cancelled", "cancelled", str(error), log=log.text)
        raise
    except SourceProblem as error:
        line = error.problems[0].line if error.problems else 0
        store.runs.end(run_id, "failed", "source", str(error), line=line, log=log.text)
        raise
    except RunFailed as error:
        store.runs.end(run_id, "failed", error.kind, error.message, line=error.line, log=log.text)
        raise
    except ActiveLearnersError as error:
        store.runs.end(run_id, "failed", "settings", str(error), log=log.text)
        raise
    except Exception as error:
        store.runs.end(run_id, "failed", "app", f"{type(error).__name__}: {error}", log=log.text)
        raise
    finally:
        LIVE_LOGS.pop(heuristic_id, None)
    return run_id


def _execute(
    executor: Executor, store: Store, heuristic: Heuristic, run_id: int, context: JobContext, log: _Log
) -> None:
    task = store.projects.task(heuristic.task_id)
    if task.kind != "single_label":
        raise RunFailed("task", f"Learners run on classification tasks; {task.name!r} is {KIND_WORDS[task.kind]}.")
    settings = read_settings(heuristic.source)
    revision = store.answers.revision(task.task_id)
    training = training_set(store, task, heuristic, settings)
    shas = [file.sha256 for file in training.files]
    store.runs.start(run_id, label_revision=revision, n_labelled=len(training.rows), embedding_shas=shas)
    names = " + ".join(file.embedding.name for file in training.files)
    log.say(f"{len(training.rows):,} labels, {len(training.record_nos):,} records, {names}")
    if training.n_without_vector:
        log.say(f"{training.n_without_vector:,} labelled records have no vector yet and are left out")
    allowed_labels(settings, training)  # a wrong name is said before anything is fitted
    check_evaluable(training, needs_per_class(heuristic.source))
    limits = limits_of(store, task.project_id)
    outcomes = _collect(_start_all(executor, heuristic.source, training, limits, context, log), training, context, log)
    context.progress(0.95, "storing")
    result = finished_run(settings, training, outcomes)
    calibrator = Calibrator.from_json(result.calibrator)
    numbers = ", ".join(f"{parameter:.2f}" for parameter in calibrator.parameters)
    log.say(f"confidences calibrated by {calibrator.method} {numbers}".rstrip())
    path = store.runs.folder / str(run_id) / "proba.npy"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    save_array(path, aligned(outcomes[-1][1], training.names).astype(np.float16))
    log.say(f"done, {len(result.predictions.record_no):,} predictions")
    context.check()
    store.runs.finish(run_id, replace(result, proba_path=f"{run_id}/proba.npy", log=log.text))
    store.runs.drop_matrices(heuristic.heuristic_id, keep=run_id)
    if store.heuristics.threshold(heuristic.heuristic_id) is None:
        adopt_from_code(store, heuristic.heuristic_id, task, settings, 0)


@dataclass(slots=True)
class _Parts:
    """How far the folds and the shipped model are; heuristic code moves its own part by `progress(...)`."""

    context: JobContext
    fractions: list[float]

    def move(self, part: int, fraction: float, message: str) -> None:
        self.fractions[part] = max(self.fractions[part], min(1.0, fraction))
        step = "shipped model" if part == len(self.fractions) - 1 else f"fold {part + 1} of {len(self.fractions) - 1}"
        if not self.context.cancelled:
            total = 0.9 * sum(self.fractions) / len(self.fractions)
            self.context.progress(total, f"{step}: {message}" if message else step)


def _start_all(
    executor: Executor, source: str, training: TrainingSet, limits: Limits, context: JobContext, log: _Log
) -> list[tuple[Rows, Handle]]:
    """Return the started folds and, last, the shipped model, each with the positions that it predicts."""
    everything = np.arange(len(training.rows))
    parts = [(everything[training.fold != fold], everything[training.fold == fold]) for fold in training.held_out]
    labels = [training.names[i] for i in training.label]
    paths = tuple(file.path for file in training.files)
    handles: list[tuple[Rows, Handle]] = []
    moved = _Parts(context, [0.0] * (len(parts) + 1))
    for part, (fit_on, predict_on) in enumerate([*parts, (everything, everything[:0])]):
        shipped = len(predict_on) == 0
        fit_predict = FitPredict(
            source=source,
            vectors=paths,
            train_rows=training.rows[fit_on],
            train_labels=tuple(labels[i] for i in fit_on),
            predict_rows=None if shipped else training.rows[predict_on],
            limits=limits,
        )
        context.check()
        handle = executor.start(fit_predict, on_log=log.say, on_progress=partial(moved.move, part))
        context.on_cancel(handle.cancel, handle.pid)
        handles.append((predict_on, handle))
    return handles


def _collect(handles: list[tuple[Rows, Handle]], training: TrainingSet, context: JobContext, log: _Log) -> Outcomes:
    """Return the outcomes in order; the first failure ends the others and raises RunFailed."""
    outcomes = []
    n_labels = len(training.rows)
    for number, (predicted, handle) in enumerate(handles, start=1):
        shipped = number == len(handles)
        step = "shipped model" if shipped else f"fold {number} of {len(handles) - 1}"
        context.progress(0.9 * (number - 1) / len(handles), step)
        outcome = handle.wait()
        if outcome.kind != "ok":
            for _, other in handles[number:]:
                other.cancel()
            context.check()
            if outcome.traceback:
                log.lines.extend(outcome.traceback.rstrip().splitlines())
            raise RunFailed(outcome.kind, outcome.message, outcome.line)
        fitted = n_labels if shipped else n_labels - len(predicted)
        log.say(f"{step}: fitted on {fitted:,}, {outcome.seconds:.2f} s")
        outcomes.append((predicted, outcome))
    return outcomes
