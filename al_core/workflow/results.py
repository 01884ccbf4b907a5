"""What a run leaves behind: calibrated predictions, out-of-fold predictions, and the records to ask about next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput
from al_core.execution import Outcome
from al_core.learning.calibration import Calibrator, fit_calibrator
from al_core.learning.methods import NAMES, Method
from al_core.learning.query_strategies import STRATEGIES
from al_core.source import Settings
from al_core.store.run_results import OUT_OF_FIT, FinishedRun, TopTwo
from al_core.workflow.training import TrainingSet

CANDIDATES = 2000
ENOUGH_RANDOM = 100  # the calibrator is fitted on the audit sample alone from here on

# (positions in the training set that were predicted, outcome): one for each fold, and last the shipped model's
Outcomes = list[tuple[NDArray[np.int64], Outcome]]


def aligned(outcome: Outcome, names: Sequence[str]) -> NDArray[np.float32]:
    """Return the probabilities [rows, labels of the task] of an outcome; a class that was not in the fit has 0."""
    assert outcome.probabilities is not None
    aligned = np.zeros((len(outcome.probabilities), len(names)), dtype=np.float32)
    for column, name in enumerate(outcome.classes):
        aligned[:, names.index(name)] = outcome.probabilities[:, column]
    return aligned


def finished_run(
    settings: Settings, training: TrainingSet, outcomes: Outcomes, repeats: Sequence[Outcomes] = ()
) -> FinishedRun:
    """Return what to store of a run: everything judged by models that never saw the record's label.

    `repeats` are the outcomes of further dealings of the folds, each without a shipped model.
    """
    positions, oof = _out_of_fold(outcomes[:-1], training)
    # of what a tuned encoder learnt from it is far too sure
    fair, others = training.others[positions], positions[training.others[positions]]
    calibrator = _calibrator(oof[fair], training.label[others], training.audit[others])
    allowed = allowed_labels(settings, training)
    everything = aligned(outcomes[-1][1], training.names)
    top = _top_two(training.record_nos, everything, calibrator, training.label_ids)
    in_pool = np.isin(top.record_no, training.pool)
    kept = np.isin(top.first, allowed)
    # what the shipped model never saw is predicted by itself: nothing closer to the truth can be had
    judged = np.concatenate([training.rows[positions], training.apart])
    honest = np.concatenate([oof, everything[training.apart]])
    out_of_fold = _top_two(training.record_nos[judged], honest, calibrator, training.label_ids)
    kept_oof = np.isin(out_of_fold.first, allowed)
    folds = np.where(training.fold[positions] < 0, 0, training.fold[positions])
    folds = np.concatenate([folds, np.full(len(training.apart), OUT_OF_FIT)])
    guessed = not len(judged)  # from the label names, before the first label
    n_folds = 0 if settings.train_test_split is not None else len(outcomes) - 1
    return FinishedRun(
        predictions=_rows(top, kept),
        in_pool=in_pool[kept],
        out_of_fold=_rows(out_of_fold, kept_oof),
        fold_no=folds[kept_oof],
        candidates=_candidates(training.record_nos[in_pool], everything[in_pool]),
        calibrator=calibrator.to_json(),
        method=NAMES if guessed else Method(n_folds, 1 + len(repeats), audit_kept_out=len(training.apart) > 0).text,
        pool_size=len(training.pool),
        classes=training.names,
        proba_path="",
        log="",
        repeats=tuple(_repeat(one, training, calibrator, allowed) for one in repeats),
    )


def _out_of_fold(folds: Outcomes, training: TrainingSet) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if not folds:
        return np.zeros(0, dtype=np.int64), np.zeros((0, len(training.names)), dtype=np.float32)
    positions = np.concatenate([predicted for predicted, _ in folds])
    return positions, np.concatenate([aligned(outcome, training.names) for _, outcome in folds])


def _repeat(outcomes: Outcomes, training: TrainingSet, calibrator: Calibrator, allowed: NDArray[np.int64]) -> TopTwo:
    positions, oof = _out_of_fold(outcomes, training)
    top = _top_two(training.record_nos[training.rows[positions]], oof, calibrator, training.label_ids)
    return _rows(top, np.isin(top.first, allowed))


def _calibrator(oof: NDArray[np.float32], label: NDArray[np.int64], audit: NDArray[np.bool_]) -> Calibrator:
    # labels picked by a strategy are harder than the rest: they would make every confidence too low
    chosen = audit if audit.sum() >= ENOUGH_RANDOM else np.ones_like(audit)
    return fit_calibrator(oof[chosen], oof[chosen].argmax(axis=1) == label[chosen], label[chosen])


def allowed_labels(settings: Settings, training: TrainingSet) -> NDArray[np.int64]:
    """Return the ids of the labels that `label_names` lets the learner give; raises InvalidInput for unknown ones."""
    return check_label_names(settings, training.names, training.label_ids)


def check_label_names(settings: Settings, names: Sequence[str], label_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of `label_ids` [L] that `label_names` lets a heuristic give; raises InvalidInput for unknown."""
    if settings.label_names is None:
        return label_ids
    unknown = [name for name in settings.label_names if name not in names]
    if unknown:
        raise InvalidInput(
            f"label_names has {unknown[0]!r}, which is not a label of the task.", f"Use: {', '.join(names)}."
        )
    return label_ids[[list(names).index(name) for name in settings.label_names]]


def _top_two(
    record_nos: NDArray[np.int64], proba: NDArray[np.float32], calibrator: Calibrator, label_ids: NDArray[np.int64]
) -> TopTwo:
    rows = np.arange(len(proba))
    first = proba.argmax(axis=1)
    rest = proba.copy()
    rest[rows, first] = -1.0
    second = rest.argmax(axis=1)
    has_second = rest[rows, second] > 0
    return TopTwo(
        record_no=record_nos,
        first=label_ids[first],
        first_raw=proba[rows, first].astype(np.float64).round(6),
        first_calibrated=calibrator.confidence(proba),
        second=np.where(has_second, label_ids[second], 0),
        second_raw=np.clip(rest[rows, second], 0, 1).astype(np.float64).round(6),
    )


def _rows(top: TopTwo, kept: NDArray[np.bool_]) -> TopTwo:
    return TopTwo(**{name: getattr(top, name)[kept] for name in TopTwo.__slots__})


def _candidates(
    record_nos: NDArray[np.int64], proba: NDArray[np.float32]
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    found = {}
    for name in STRATEGIES.names():
        scores = STRATEGIES.get(name)(proba)
        best = np.argsort(-scores, kind="stable")[:CANDIDATES]
        found[name] = (record_nos[best], scores[best].astype(np.float64))
    return found
