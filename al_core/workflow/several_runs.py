"""Runs of learners on tasks whose records have any number of labels: each label is judged for itself.

The unit is (record, label). Folds go by record, so that no model is judged on a record it knows from another label.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.execution import SEPARATOR, FitPredict, Handle, LearnerContext, Outcome
from al_core.learning.calibration import Calibrator, fit_calibrator
from al_core.learning.folds import holdout
from al_core.learning.methods import NAMES, Method
from al_core.learning.query_strategies import STRATEGIES
from al_core.source import Settings, read_settings
from al_core.store import Store
from al_core.store.embeddings import VectorFile, save_array
from al_core.store.run_results import FinishedRun, PredictedRows
from al_core.types import Heuristic, Task
from al_core.workflow.embedding import killer
from al_core.workflow.given_results import Standing, standing_of, whole_rows
from al_core.workflow.label_meaning import Started, learner_context
from al_core.workflow.name_guesses import guess_labelled, store_guesses
from al_core.workflow.protection import limits_of
from al_core.workflow.results import CANDIDATES, ENOUGH_RANDOM
from al_core.workflow.thresholds import adopt_from_code
from al_core.workflow.training import NotEvaluable, RunFailed, folds_of, vector_files
from al_core.workflow.underway import Underway
from al_core.workflow.word_lists import imported_lists, words_read

Ints = NDArray[np.int64]
LEAST = 0.02  # a label less likely than this is not stored of a record that nobody labelled, unless it is its likeliest


@dataclass(frozen=True, slots=True)
class SeveralSet:
    """What a learner of several labels learns from: rows [m] of the vectors, 0 or 1 [m, L], folds [m], audit [m]."""

    files: tuple[VectorFile, ...]
    rows: Ints
    truth: Ints
    fold: Ints
    audit: NDArray[np.bool_]
    names: tuple[str, ...]
    label_ids: Ints
    learnt: Ints  # numbers of records that a tuned encoder learnt from

    @property
    def record_nos(self) -> Ints:
        """Return the record numbers [n] of all rows of the vectors."""
        return self.files[0].record_nos


def run_several(under_way: Underway) -> None:
    """Return nothing; fits and predicts out-of-fold and with all labels, and stores a row for each label."""
    store, task, log = under_way.store, under_way.task, under_way.log
    settings = read_settings(under_way.heuristic.source)
    standing = standing_of(store, task)
    known = several_set(store, task, under_way.heuristic, settings)
    words = words_read(store, task.project_id, under_way.heuristic.source)
    shas = [*(file.sha256 for file in known.files), *words]
    store.runs.start(
        under_way.run_id, label_revision=standing.label_revision, n_labelled=len(known.rows), embedding_shas=shas
    )
    log.say(f"{len(known.rows):,} labelled records, {len(known.names)} labels, {len(known.record_nos):,} records")
    allowed = _allowed(settings, known)
    around = _around(under_way, settings, known)
    handles = _start_all(under_way, known, around)
    outcomes = [(positions, _ended(under_way, handles, place)) for place, (positions, _) in enumerate(handles)]
    guesses = guess_labelled(under_way, known, around, reading_names(under_way))
    under_way.context.child_ended()
    under_way.context.progress(0.95, "storing")
    result = finished_several(settings, known, standing, outcomes, allowed)
    path = store.runs.folder / str(under_way.run_id) / "proba.npy"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    save_array(path, _probabilities(outcomes[-1][1]).astype(np.float16))
    under_way.context.check()
    store.runs.finish(under_way.run_id, replace(result, proba_path=f"{under_way.run_id}/proba.npy", log=log.text))
    store_guesses(under_way, guesses)
    store.runs.drop_matrices(under_way.heuristic.heuristic_id, keep=under_way.run_id)
    if store.heuristics.threshold(under_way.heuristic.heuristic_id) is None:
        adopt_from_code(store, under_way.heuristic.heuristic_id, task, settings, 0)


def several_set(store: Store, task: Task, heuristic: Heuristic, settings: Settings) -> SeveralSet:
    """Return the labels and vectors of a learner, a record that has none of the labels being a row of 0."""
    files = vector_files(store, task, heuristic, settings)
    labelled = store.answers.labelled(task.task_id)
    record_nos = files[0].record_nos
    place = np.minimum(np.searchsorted(record_nos, labelled.record_no), max(len(record_nos) - 1, 0))
    has_vector = np.asarray(record_nos[place] == labelled.record_no) if len(record_nos) else np.zeros(0, dtype=bool)
    numbers, rows = labelled.record_no[has_vector], place[has_vector].astype(np.int64)
    label_ids = np.array([label.label_id for label in task.labels], dtype=np.int64)
    truth = np.zeros((len(numbers), len(label_ids)), dtype=np.int64)
    own_no, own_label = store.judging.label_rows(task.task_id)
    for column, label_id in enumerate(label_ids):
        truth[:, column] = np.isin(numbers, own_no[own_label == label_id])
    names = tuple(label.name for label in task.labels)
    classes = ["+".join(np.array(names, dtype=object)[row == 1]) for row in truth]
    if settings.train_test_split is None:
        fold = folds_of(store, task, numbers, classes)
    else:
        out = holdout(classes, settings.train_test_split, np.random.default_rng(task.task_id))
        fold = np.where(out, 0, -1).astype(np.int64)
    learnt = store.tunings.records(task.attribute.attribute_id, [file.sha256 for file in files])
    return SeveralSet(files, rows, truth, fold, labelled.audit[has_vector], names, label_ids, learnt)


def finished_several(
    settings: Settings, known: SeveralSet, standing: Standing, outcomes: list[tuple[Ints, Outcome]], allowed: Ints
) -> FinishedRun:
    """Return what to store of a run: a calibrated confidence for each label of each record."""
    # the empty ones first: of a guess from the label names there are no folds
    positions = np.concatenate([known.rows[:0], *(predicted for predicted, _ in outcomes[:-1])])
    nothing = np.zeros((0, len(known.names)), dtype=np.float32)
    oof = np.concatenate([nothing, *(_probabilities(outcome) for _, outcome in outcomes[:-1])])
    truth, audit = known.truth[positions], known.audit[positions]
    fair = ~np.isin(known.record_nos[known.rows[positions]], known.learnt)
    chosen = fair & audit if (fair & audit).sum() >= ENOUGH_RANDOM else fair
    # one curve for the pairs of all labels: a single label has too few yeses for one of its own
    calibrator = fit_calibrator(oof[chosen].reshape(-1, 1), truth[chosen].reshape(-1) == 1)
    everything = _probabilities(outcomes[-1][1])
    pool = np.isin(known.record_nos, standing.pool)
    predictions = _rows(known.record_nos, everything, calibrator, known.label_ids, allowed, LEAST)
    out_of_fold = _rows(known.record_nos[known.rows[positions]], oof, calibrator, known.label_ids, allowed, 0.0)
    fold_of = dict(zip(known.record_nos[known.rows].tolist(), known.fold.clip(min=0).tolist(), strict=True))
    n_folds = 0 if settings.train_test_split is not None else len(outcomes) - 1
    return FinishedRun(
        predictions=predictions,
        in_pool=np.isin(predictions.record_no, standing.pool),
        out_of_fold=out_of_fold,
        fold_no=np.array([fold_of[number] for number in out_of_fold.record_no.tolist()], dtype=np.int64),
        candidates=_candidates(known.record_nos[pool], everything[pool]),
        calibrator=calibrator.to_json(),
        method=Method(n_folds).text if len(known.rows) else NAMES,
        pool_size=len(standing.pool),
        classes=known.names,
        proba_path="",
        log="",
        last_record_no=int(standing.numbers.max(initial=-1)),
    )


def _rows(
    record_nos: Ints, proba: NDArray[np.float32], calibrator: Calibrator, label_ids: Ints, allowed: Ints, least: float
) -> PredictedRows:
    n, n_labels = proba.shape
    confidence = calibrator.confidence(proba.reshape(-1, 1)).reshape(n, n_labels)
    stored = (confidence >= least) | (confidence == confidence.max(axis=1, initial=0, keepdims=True))
    stored &= np.isin(label_ids, allowed)[None, :]
    row, column = np.nonzero(stored)
    return whole_rows(
        record_nos[row], label_ids[column], confidence[row, column], proba[row, column].astype(np.float64)
    )


def _candidates(record_nos: Ints, proba: NDArray[np.float32]) -> dict[str, tuple[Ints, NDArray[np.float64]]]:
    """Return whom each strategy would ask first: records are as hard as the label that is nearest to a toss-up."""
    hardest = proba[np.arange(len(proba)), np.abs(proba - 0.5).argmin(axis=1)] if len(proba) else np.zeros(0)
    two_sides = np.column_stack([hardest, 1 - hardest]).astype(np.float32)
    found = {}
    for name in STRATEGIES.names():
        scores = STRATEGIES.get(name)(two_sides)
        best = np.argsort(-scores, kind="stable")[:CANDIDATES]
        found[name] = (record_nos[best], scores[best].astype(np.float64))
    return found


def _probabilities(outcome: Outcome) -> NDArray[np.float32]:
    assert outcome.probabilities is not None
    return outcome.probabilities


def _check(known: SeveralSet) -> None:
    """Raise NotEvaluable where no label has both a yes and a no, or a fold's training part has none that has."""
    if not len(known.rows):
        raise NotEvaluable("Not evaluable yet: no record is labelled.", "Label about 40 records, then run again.")
    held_out = [int(fold) for fold in np.unique(known.fold) if fold != -1]
    parts = [known.truth[known.fold != fold] for fold in held_out]
    if len(held_out) < (1 if (known.fold == -1).any() else 2) or not all(_varies(part) for part in parts):
        counts = ", ".join(f"{name} {n}" for name, n in zip(known.names, known.truth.sum(axis=0), strict=True))
        raise NotEvaluable(
            f"Not evaluable yet: of {len(known.rows)} labelled records have {counts}.",
            "A learner needs records with and without a label. Label some more.",
        )


def _varies(truth: Ints) -> bool:
    return bool(len(truth) and (truth != truth[:1]).any())


def _allowed(settings: Settings, known: SeveralSet) -> Ints:
    named = settings.label_names
    if named is None:
        return known.label_ids
    unknown = [name for name in named if name not in known.names]
    if unknown:
        wrong = f"label_names has {unknown[0]!r}, which is not a label of the task."
        raise InvalidInput(wrong, f"Use: {', '.join(known.names)}.")
    return known.label_ids[[known.names.index(name) for name in named]]


def reading_names(under_way: Underway) -> Started:
    """Return what a worker process that encodes label names tells its id to, for the job's cancel."""
    return lambda pid: under_way.context.on_cancel(killer(pid), pid)


def _around(under_way: Underway, settings: Settings, known: SeveralSet) -> LearnerContext:
    """Return what the learner may read; raises NotEvaluable where it needs labels that are not there."""
    started = reading_names(under_way)
    around, why_not = learner_context(under_way.store, under_way.task, settings, known.files, started)
    under_way.context.child_ended()
    if why_not:
        under_way.log.say(f"label names are not used: {why_not}")
    if not around.starts_from_names:
        _check(known)
    return replace(around, several=True)


def _start_all(under_way: Underway, known: SeveralSet, around: LearnerContext) -> list[tuple[Ints, Handle]]:
    """Return the started folds and, last, the shipped model, each with the positions that it predicts."""
    everything = np.arange(len(known.rows))
    folds = [int(fold) for fold in np.unique(known.fold) if fold != -1]
    parts = [(everything[known.fold != fold], everything[known.fold == fold]) for fold in folds]
    joined = [SEPARATOR.join(np.array(known.names, dtype=object)[row == 1]) for row in known.truth]
    words = imported_lists(under_way.store, under_way.task.project_id, under_way.heuristic.source)
    handles: list[tuple[Ints, Handle]] = []
    for fit_on, predict_on in [*parts, (everything, everything[:0])]:
        under_way.context.check()
        job = FitPredict(
            source=under_way.heuristic.source,
            vectors=tuple(file.path for file in known.files),
            train_rows=known.rows[fit_on],
            train_labels=tuple(joined[i] for i in fit_on),
            predict_rows=known.rows[predict_on] if len(predict_on) else None,
            limits=limits_of(under_way.store, under_way.task.project_id),
            around=around,
            word_lists=words,
        )
        handle = under_way.executor.start(job, on_log=under_way.log.say)
        under_way.context.on_cancel(handle.cancel, handle.pid)
        handles.append((predict_on, handle))
    return handles


def _ended(under_way: Underway, handles: list[tuple[Ints, Handle]], place: int) -> Outcome:
    step = "shipped model" if place == len(handles) - 1 else f"fold {place + 1} of {len(handles) - 1}"
    under_way.context.progress(0.9 * place / len(handles), step)
    outcome = handles[place][1].wait()
    if outcome.kind != "ok":
        for _, other in handles[place + 1 :]:
            other.cancel()
        under_way.context.check()
        if outcome.traceback:
            under_way.log.lines.extend(outcome.traceback.rstrip().splitlines())
        raise RunFailed(outcome.kind, outcome.message, outcome.line)
    under_way.log.say(f"{step}: {outcome.seconds:.2f} s")
    return outcome
