"""Few labels: the default heuristic with and without label names, beside logistic regression and other libraries.

Random labels, a new test part of a quarter for each seed; features are made of all texts of a set without their
labels, as in the app. `--seeds 2 --sets banking77 --parts loops` measures less.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from al_core.learning.fewshot import FewShotClassifier
from al_core.learning.prototypes import MOST_ROWS
from al_core.learning.query_strategies import margin
from al_core.learning.typicality import typical_order
from benchmarks.fewshot_peers import BATCH, BUDGET, PEERS
from benchmarks.fewshot_sets import PROJECT, Floats, LabelledSet, Rows, named_set
from benchmarks.figures import Figure, compared, measured, report

PARTS = ("seconds", "learners", "loops")
SIZES = (20, 50, 100, 200, 500)
LOOPS = 2  # seeds of the loops that choose their own labels, which refit after every 20
TEST_SHARE = 0.25
BINS = 15

Learner = Callable[[LabelledSet, Rows], Floats]


def all_classes(one: LabelledSet, classes: NDArray[np.int64], proba: Floats) -> Floats:
    """Return probabilities over all classes of the set; those never seen have 0."""
    found = np.zeros((len(proba), len(one.names)))
    found[:, classes] = proba
    return found


def by_names(one: LabelledSet, rows: Rows) -> Floats:
    """Return the probabilities [n, K] of the few-label learner that starts from names."""
    learner = FewShotClassifier(one.names, one.named, one.sample, views=2)
    labels = [one.names[place] for place in one.truth[rows]]
    return learner.fit(one.features[rows], labels).predict_proba(one.features)


def without_names(one: LabelledSet, rows: Rows) -> Floats:
    """Return the probabilities [n, K] of the few-label learner without names."""
    learner = FewShotClassifier(views=2).fit(one.features[rows], one.truth[rows])
    return all_classes(one, learner.classes_, learner.predict_proba(one.features))


def regression(c: float) -> Learner:
    """Return logistic regression on the plain vectors."""

    def learner(one: LabelledSet, rows: Rows) -> Floats:
        fitted = LogisticRegression(C=c, max_iter=1000).fit(one.vectors[rows], one.truth[rows])
        return all_classes(one, fitted.classes_, fitted.predict_proba(one.vectors))

    return learner


LEARNERS: dict[str, Learner] = {
    "names": by_names,
    "no names": without_names,
    "LR C=10": regression(10),
    "LR C=1": regression(1),
}


def calibration_error(proba: Floats, truth: Rows) -> float:
    """Return the expected calibration error over 15 bins of equal mass."""
    top, right = proba.max(axis=1), proba.argmax(axis=1) == truth
    bins = np.array_split(np.argsort(top), BINS)
    return float(sum(len(rows) / len(top) * abs(top[rows].mean() - right[rows].mean()) for rows in bins if len(rows)))


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over seeds, by the number of labels."""

    accuracy: dict[int, float]
    macro_f1: dict[int, float]
    error: dict[int, float]


def split(one: LabelledSet, seed: int) -> tuple[Rows, Rows]:
    """Return (rows that may be labelled, in random order; rows of the test)."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(one.truth))
    if one.test is not None:
        return order[~one.test[order]], np.flatnonzero(one.test)
    n_test = int(TEST_SHARE * len(order))
    return order[n_test:], order[:n_test]


def drawn(one: LabelledSet, pool: Rows, n: int) -> Rows:
    """Return `n` rows of the pool; -8 means 8 of every class."""
    if n >= 0:
        return pool[:n]
    return np.concatenate([pool[one.truth[pool] == place][:-n] for place in range(len(one.names))])


def scores(one: LabelledSet, learner: Learner, sizes: Sequence[int], seeds: int) -> Scores:
    """Return how good a learner is on unseen rows."""
    found = Scores({}, {}, {})
    for n in sizes:
        each = []
        for seed in range(seeds):
            pool, test = split(one, seed)
            rows = drawn(one, pool, n)
            if n > 0 and len(np.unique(one.truth[rows])) < 2:
                continue
            proba, truth = learner(one, rows)[test], one.truth[test]
            guess = proba.argmax(axis=1)
            macro = f1_score(truth, guess, average="macro", zero_division=0)
            each.append(((guess == truth).mean(), macro, calibration_error(proba, truth)))
        accuracy, macro, error = np.mean(each, axis=0)
        found.accuracy[n], found.macro_f1[n], found.error[n] = float(accuracy), float(macro), float(error)
        print(f"{one.name}, {n} labels: {accuracy:.3f}", file=sys.stderr, flush=True)
    return found


def labels_to(by_size: dict[int, float], goal: float) -> float:
    """Return with how many labels a goal is reached, between two sizes by a straight line; inf for never.

    >>> labels_to({0: 0.5, 20: 0.5, 40: 1.0}, 0.75)
    30.0
    """
    sizes = sorted(n for n in by_size if n >= 0)
    for before, after in zip([sizes[0], *sizes], sizes, strict=False):
        if by_size[after] >= goal:
            rise = by_size[after] - by_size[before]
            return float(before if rise <= 0 else before + (after - before) * (goal - by_size[before]) / rise)
    return float("inf")


def figures_of(one: LabelledSet, seeds: int) -> list[Figure]:
    """Return the figures of one set with random labels: against logistic regression with C=10, then labels needed."""
    of = {name: scores(one, learner, [*SIZES, -8], seeds) for name, learner in LEARNERS.items()}
    alone = scores(one, by_names, [0], 1)
    figures = [measured(f"{one.name}: accuracy by names alone, no label", alone.accuracy[0], "accuracy")]
    base = of["LR C=10"]
    for n in [*SIZES, -8]:
        words = f"{n} labels" if n >= 0 else "8 labels a class"
        for name in ("names", "no names", "LR C=1"):
            at_least = 1 - 0.01 / base.accuracy[n] if name == "names" and n >= 50 else None
            title = f"{one.name}, {words}, {name}"
            mine = of[name]
            figures.append(
                compared(title, mine.accuracy[n], "accuracy", base.accuracy[n], more_is_better=True, at_least=at_least)
            )
            figures.append(compared(title, mine.macro_f1[n], "macro-F1", base.macro_f1[n], more_is_better=True))
            figures.append(compared(title, mine.error[n], "ECE", base.error[n]))
    goal = base.accuracy[500]
    for name, curve in (("names", {**alone.accuracy, **of["names"].accuracy}), ("no names", of["no names"].accuracy)):
        needed = labels_to(curve, goal)
        figures.append(compared(f"{one.name}: random labels to LR C=10 at 500, {name}", needed, "labels", 500))
    return figures


def own_loop(one: LabelledSet, pool: Rows, test: Rows, seed: int) -> dict[int, float]:
    """Return the accuracy by number of labels where the app chooses them: 20 typical ones, then by margin."""
    order = typical_order(one.features[pool], steps=(BATCH,), rng=np.random.default_rng(seed))
    labelled = pool[order]
    curve: dict[int, float] = {}
    while True:
        proba = by_names(one, labelled)
        curve[len(labelled)] = float((proba[test].argmax(axis=1) == one.truth[test]).mean())
        if len(labelled) >= BUDGET:
            return curve
        rest = np.setdiff1d(pool, labelled)
        best = np.argsort(-margin(proba[rest]), kind="stable")[: min(BATCH, BUDGET - len(labelled))]
        labelled = np.concatenate([labelled, rest[best]])


def at(curve: dict[int, float], n: int) -> float:
    """Return the accuracy at the largest number of labels up to `n`: the typical ones may be fewer than asked for."""
    return curve[max(size for size in curve if size <= n)]


def peer_figures(one: LabelledSet, seeds: int) -> list[Figure]:
    """Return what the app's loop reaches beside those of other libraries with their defaults; each chooses its own."""
    ours = [own_loop(one, *split(one, seed), seed) for seed in range(seeds)]
    figures = []
    for name, loop in PEERS.items():
        curves = []
        for seed in range(seeds):
            pool, test = split(one, seed)
            curve = loop(one.vectors, one.truth, pool, test, seed)
            if curve:
                curves.append(curve)
                print(f"{one.name}, loop of {name}: {curve[BUDGET]:.3f} at {BUDGET}", file=sys.stderr, flush=True)
        for n in (20, 100, 200, 500):
            if curves:
                theirs = float(np.mean([curve[n] for curve in curves]))
                mine = float(np.mean([at(curve, n) for curve in ours]))
                title = f"{one.name}, {n} labels of its own choice, against {name}"
                figures.append(compared(title, mine, "accuracy", theirs, more_is_better=True))
    return figures


def seconds_figures() -> list[Figure]:
    """Return CPU seconds of a fit with 100 labels of 4 classes and of predicting every row of a synthetic pool."""
    figures = []
    rng = np.random.default_rng(0)
    for n in (10_000, 100_000):
        features = rng.normal(size=(n, 1024)).astype(np.float32) / 32
        names = rng.normal(size=(4, 1024))
        labels = [f"label {place % 4}" for place in range(100)]
        learner = FewShotClassifier([f"label {place}" for place in range(4)], names, features[:MOST_ROWS], views=2)
        started = time.process_time()
        learner.fit(features[:100], labels).predict_proba(features)
        figures.append(measured(f"fit on 100 labels, predict {n:,} rows", time.process_time() - started, "CPU-s"))
    return figures


def main() -> None:
    """Measure every set that is there, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--seeds", type=int, default=5, help="draws of labels; sets of 50 classes and more take 2")
    parser.add_argument("--sets", nargs="*", default=[PROJECT, "sms_spam", "banking77"], help="sets, by name")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS), help="what to measure")
    arguments = parser.parse_args()
    figures = seconds_figures() if "seconds" in arguments.parts else []
    for one in filter(None, map(named_set, arguments.sets)):
        seeds = min(arguments.seeds, 2) if len(one.names) >= 50 else arguments.seeds
        if "learners" in arguments.parts:
            figures += figures_of(one, seeds)
        if "loops" in arguments.parts:
            figures += peer_figures(one, min(seeds, LOOPS))
    report(figures, arguments.json)


if __name__ == "__main__":
    main()
