"""Runs of active learners: one fork a fold, one for the shipped model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from al_core.execution import FitPredict, Handle, LearnerContext
from al_core.learning.calibration import Calibrator
from al_core.learning.methods import repeats_for
from al_core.source import Settings, needs_per_class, read_settings
from al_core.store.embeddings import save_array
from al_core.workflow.embedding import killer
from al_core.workflow.jobs import JobContext
from al_core.workflow.label_meaning import learner_context
from al_core.workflow.name_guesses import guess_labelled, store_guesses
from al_core.workflow.protection import limits_of
from al_core.workflow.results import Outcomes, aligned, allowed_labels, finished_run
from al_core.workflow.run_log import RunLog
from al_core.workflow.thresholds import adopt_from_code
from al_core.workflow.training import NotEvaluable, RunFailed, TrainingSet, check_evaluable, dealt_again, training_set
from al_core.workflow.underway import Underway
from al_core.workflow.word_lists import imported_lists, words_read

Rows = NDArray[np.int64]


def run_learner(under_way: Underway) -> None:
    """Return nothing; fits and predicts out-of-fold and with all labels, and stores the result in one transaction."""
    store, heuristic, task, run_id = under_way.store, under_way.heuristic, under_way.task, under_way.run_id
    context, log = under_way.context, under_way.log
    settings = read_settings(heuristic.source)
    revision = store.answers.revision(task.task_id)
    training = training_set(store, task, heuristic, settings)
    words = words_read(store, task.project_id, heuristic.source)
    shas = [*(file.sha256 for file in training.files), *words]
    n_labels = len(training.rows) + len(training.apart)
    store.runs.start(run_id, label_revision=revision, n_labelled=n_labels, embedding_shas=shas)
    names = " + ".join(file.embedding.name for file in training.files)
    log.say(f"{n_labels:,} labels, {len(training.record_nos):,} records, {names}")
    if len(training.apart):
        log.say(f"{len(training.apart):,} labels of the audit sample are kept out of the fit")
    if training.n_without_vector:
        log.say(f"{training.n_without_vector:,} labelled records have no vector yet and are left out")
    allowed_labels(settings, training)  # a wrong name is said before anything is fitted
    reading_names = lambda pid: context.on_cancel(killer(pid), pid)  # noqa: E731
    around, why_not = learner_context(store, task, settings, training.files, reading_names)
    context.child_ended()
    if why_not:
        log.say(f"label names are not used: {why_not}")
    if not around.starts_from_names:
        check_evaluable(training, needs_per_class(heuristic.source))
    outcomes = _collect(_start_all(under_way, training, around), training, context, log)
    result = finished_run(settings, training, outcomes, _repeats(under_way, settings, training, outcomes, around))
    guesses = guess_labelled(under_way, training, around, reading_names)
    context.progress(0.95, "storing")
    calibrator = Calibrator.from_json(result.calibrator)
    numbers = ", ".join(f"{parameter:.2f}" for parameter in calibrator.parameters)
    log.say(f"confidences calibrated by {calibrator.method} {numbers}".rstrip())
    path = store.runs.folder / str(run_id) / "proba.npy"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    save_array(path, aligned(outcomes[-1][1], training.names).astype(np.float16))
    log.say(f"done, {len(result.predictions.record_no):,} predictions")
    context.check()
    store.runs.finish(run_id, replace(result, proba_path=f"{run_id}/proba.npy", log=log.text))
    store_guesses(under_way, guesses)
    store.runs.drop_matrices(heuristic.heuristic_id, keep=run_id)
    if store.heuristics.threshold(heuristic.heuristic_id) is None:
        adopt_from_code(store, heuristic.heuristic_id, task, settings, 0)


def _repeats(
    under_way: Underway, settings: Settings, training: TrainingSet, outcomes: Outcomes, around: LearnerContext
) -> list[Outcomes]:
    """Return the outcomes of further dealings of the folds, where the fits of the first one were quick."""
    slowest = max((outcome.seconds for _, outcome in outcomes[:-1]), default=0.0)
    if settings.train_test_split is not None or len(training.apart) or len(outcomes) == 1:
        return []  # a hold-out is drawn once; of the audit sample there is one prediction, by the shipped model
    context, log = under_way.context, under_way.log
    found: list[Outcomes] = []
    for repeat_no in range(1, repeats_for(len(training.rows), slowest)):
        log.say(f"fits are quick and labels few: folds dealt again, number {repeat_no + 1}")
        again = dealt_again(under_way.store, under_way.task, training, repeat_no)
        try:
            if not around.starts_from_names:
                check_evaluable(again, needs_per_class(under_way.heuristic.source))
            found.append(_collect(_start_all(under_way, again, around, with_shipped=False), again, context, log))
        except (NotEvaluable, RunFailed) as error:
            # a repeat only makes the estimate steadier: without it the run is worth what it was
            log.say(f"left out again: {error.message}")
            break
    return found


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
    under_way: Underway, training: TrainingSet, around: LearnerContext, *, with_shipped: bool = True
) -> list[tuple[Rows, Handle]]:
    """Return the started folds and, last, the shipped model, each with the positions that it predicts."""
    context, log, limits = under_way.context, under_way.log, limits_of(under_way.store, under_way.task.project_id)
    everything = np.arange(len(training.rows))
    parts = [(everything[training.fold != fold], everything[training.fold == fold]) for fold in training.held_out]
    labels = [training.names[i] for i in training.label]
    words = imported_lists(under_way.store, under_way.task.project_id, under_way.heuristic.source)
    paths = tuple(file.path for file in training.files)
    handles: list[tuple[Rows, Handle]] = []
    moved = _Parts(context, [0.0] * (len(parts) + 1))
    last = [(everything, everything[:0])] if with_shipped else []
    for part, (fit_on, predict_on) in enumerate([*parts, *last]):
        shipped = len(predict_on) == 0
        fit_predict = FitPredict(
            source=under_way.heuristic.source,
            vectors=paths,
            train_rows=training.rows[fit_on],
            train_labels=tuple(labels[i] for i in fit_on),
            predict_rows=None if shipped else training.rows[predict_on],
            limits=limits,
            around=around,
            word_lists=words,
        )
        context.check()
        handle = under_way.executor.start(fit_predict, on_log=log.say, on_progress=partial(moved.move, part))
        context.on_cancel(handle.cancel, handle.pid)
        handles.append((predict_on, handle))
    return handles


def _collect(handles: list[tuple[Rows, Handle]], training: TrainingSet, context: JobContext, log: RunLog) -> Outcomes:
    """Return the outcomes in order; the first failure ends the others and raises RunFailed."""
    outcomes = []
    n_labels, n_folds = len(training.rows), len(training.held_out)
    for number, (predicted, handle) in enumerate(handles, start=1):
        shipped = number > n_folds
        step = "shipped model" if shipped else f"fold {number} of {n_folds}"
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
