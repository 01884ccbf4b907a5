"""Learners on public sets whose truth is known: out-of-fold predictions on labels, and what the rest really gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from al_core.learning.calibration import fit_calibrator
from al_core.learning.folds import deal
from benchmarks.vectors import CACHE

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

Make = Callable[[], ClassifierMixin]


def half_of_the_columns(seed: int) -> ClassifierMixin:
    """Return logistic regression that sees a random half of the vectors' columns."""

    def part(vectors: Floats) -> Floats:
        n = vectors.shape[1]
        return vectors[:, np.random.default_rng(seed).permutation(n)[: n // 2]]

    return make_pipeline(FunctionTransformer(part), LogisticRegression(C=10, max_iter=300))


LEARNERS: dict[str, Make] = {
    "LR C=1": lambda: LogisticRegression(max_iter=300),
    "LR C=10": lambda: LogisticRegression(C=10, max_iter=300),
    "random forest": lambda: RandomForestClassifier(50, random_state=0),
    "15 neighbours": lambda: KNeighborsClassifier(15, weights="distance"),
}
# what a person who looks for a heuristic that passes would try one after the other
TWENTY: tuple[Make, ...] = (
    *(partial(LogisticRegression, C=c, max_iter=300) for c in (0.5, 1, 2, 5, 10, 20, 50)),
    *(partial(half_of_the_columns, seed) for seed in range(5)),
    *(partial(KNeighborsClassifier, k, weights="distance") for k in (5, 10, 15, 30)),
    *(partial(RandomForestClassifier, 20, random_state=seed) for seed in range(4)),
)
AUDIT_SHARE = 0.2
BATCH = 100


@dataclass(frozen=True, slots=True)
class Trial:
    """One learner on one choice of labels: [n] for the labelled, [p] for the unlabelled records."""

    confidence: Floats
    correct: Mask
    audit: Mask
    pool_confidence: Floats
    pool_correct: Mask
    in_sample: Floats
    in_sample_correct: Mask


def random_labels(n_records: int, n: int, rng: np.random.Generator) -> tuple[Rows, Mask]:
    """Return (records, which of them are audit): all drawn at random."""
    return rng.permutation(n_records)[:n], np.ones(n, dtype=np.bool_)


def chosen_labels(vectors: NDArray[np.float32], truth: Rows, n: int, rng: np.random.Generator) -> tuple[Rows, Mask]:
    """Return (records, which of them are audit): batches by margin with a fifth drawn at random from the rest."""
    rows, audit = random_labels(len(truth), BATCH, rng)
    while len(rows) < n:
        rest = np.setdiff1d(np.arange(len(truth)), rows)
        n_random = round(AUDIT_SHARE * BATCH)
        drawn = rng.choice(rest, n_random, replace=False)
        rest = np.setdiff1d(rest, drawn)
        proba = LEARNERS["LR C=10"]().fit(vectors[rows], truth[rows]).predict_proba(vectors[rest])
        top = np.sort(proba, axis=1)[:, -2:]
        hard = rest[np.argsort(top[:, 1] - top[:, 0], kind="stable")[: BATCH - n_random]]
        rows = np.concatenate([rows, drawn, hard])
        audit = np.concatenate([audit, np.ones(len(drawn), dtype=np.bool_), np.zeros(len(hard), dtype=np.bool_)])
    return rows[:n], audit[:n]


def kept_trial(name: str, compute: Callable[[], Trial]) -> Trial:
    """Return the trial called `name` from the cache, or computed and put there: a long series can be gone on with."""
    path = CACHE / "trials" / f"{name.replace(' ', '_')}.npz"
    if path.exists():
        with np.load(path) as stored:
            return Trial(**{field: stored[field] for field in Trial.__slots__})
    found = compute()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.npz")
    np.savez(unfinished, **{field: getattr(found, field) for field in Trial.__slots__})
    unfinished.rename(path)
    return found


def trial(vectors: NDArray[np.float32], truth: Rows, rows: Rows, audit: Mask, make: Make) -> Trial:
    """Return what a learner with these labels shows, and what it really does, as the app would compute it."""
    n_classes = int(truth.max()) + 1
    labels = truth[rows]
    folds = deal([str(one) for one in labels], [], np.empty(0, dtype=np.int8))
    oof = np.zeros((len(rows), n_classes))
    for fold in range(5):
        test = folds == fold
        oof[test] = _proba(make, vectors[rows[~test]], labels[~test], vectors[rows[test]], n_classes)
    rest = np.setdiff1d(np.arange(len(truth)), rows)
    everything = _proba(make, vectors[rows], labels, vectors[np.concatenate([rest, rows])], n_classes)
    pool, seen = everything[: len(rest)], everything[len(rest) :]
    correct = oof.argmax(axis=1) == labels
    use = audit if audit.sum() >= 100 else np.ones_like(audit)
    calibrator = fit_calibrator(oof[use], correct[use], labels[use])
    return Trial(
        confidence=calibrator.confidence(oof),
        correct=correct,
        audit=audit,
        pool_confidence=calibrator.confidence(pool),
        pool_correct=pool.argmax(axis=1) == truth[rest],
        in_sample=calibrator.confidence(seen),
        in_sample_correct=seen.argmax(axis=1) == labels,
    )


def _proba(
    make: Make,
    vectors: NDArray[np.float32],
    labels: Rows,
    asked: NDArray[np.float32],
    n_classes: int,
) -> Floats:
    learner = make()
    if isinstance(learner, KNeighborsClassifier):
        learner.n_neighbors = min(learner.n_neighbors, len(labels))
    learner.fit(vectors, labels)
    aligned = np.zeros((len(asked), n_classes))
    aligned[:, learner.classes_] = learner.predict_proba(asked)
    return aligned
