"""Queues: how many labels each needs for what random ones reach with 500, and how long a query takes.

Texts by the packaged model, a logistic regression refitted after every 20 labels, a new test set for each of
five seeds. The labels are the records that the app would ask: the strategies, the cold start, the mix with
random records and the near-duplicates are the app's own functions.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.neighbors import KNeighborsClassifier

from al_core.learning.disagreement import disagreement
from al_core.learning.diversity import WIDTH, diverse_order
from al_core.learning.duplicates import first_of_each
from al_core.learning.query_strategies import STRATEGIES, mix, random_share
from al_core.learning.typicality import STEPS, typical_order
from al_core.types import RANDOM
from benchmarks.figures import Figure, compared, measured, report
from benchmarks.query_time import query_times
from benchmarks.vectors import labelled_vectors

BATCH, BUDGET = 20, 500
HEAD = 4 * BATCH  # so many are looked at for near-duplicates, as in the app
TEST_SHARE = 0.25

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Order = Callable[["Round"], Rows]
Measure = Callable[[Floats, Rows], float]


@dataclass(frozen=True, slots=True)
class Round:
    """What a queue sees: `rest` [p] are the rows without a label, `proba` [p, K] what the learner says of them.

    `cold` are those of them with which the cold start would go on.
    """

    vectors: NDArray[np.float32]
    truth: Rows
    labelled: Rows
    rest: Rows
    proba: Floats
    cold: Rows
    seed: int


def by_score(name: str) -> Order:
    """Return the order of a query strategy."""
    return lambda one: one.rest[np.argsort(-STRATEGIES.get(name)(one.proba), kind="stable")]


def smart(one: Round) -> Rows:
    """Return the order by margin, near-duplicates at the end; typical rows until there are as many as classes."""
    ranked = by_score("margin")(one) if len(one.labelled) >= one.proba.shape[1] else one.cold
    head = ranked[:HEAD]
    keep = first_of_each(np.arange(len(head)), one.vectors[head])
    return np.concatenate([head[keep], ranked[HEAD:], head[~keep]])


def diverse(one: Round) -> Rows:
    """Return the order by margin, one of each kind first."""
    score = STRATEGIES.get("margin")(one.proba)
    best = np.argsort(-score, kind="stable")[: WIDTH * BATCH]
    order = diverse_order(score[best], one.vectors[one.rest[best]], BATCH, rng=np.random.default_rng(one.seed))
    return one.rest[best[order]]


def torn(one: Round) -> Rows:
    """Return the order by disagreement of the learner with its nearest neighbours."""
    neighbours = KNeighborsClassifier(min(5, len(one.labelled)), weights="distance")
    neighbours.fit(one.vectors[one.labelled], one.truth[one.labelled])
    other = aligned(neighbours, one.vectors[one.rest], one.proba.shape[1])
    both = [one.proba, other]
    labels = np.stack([proba.argmax(axis=1) + 1 for proba in both], axis=1)
    score = disagreement(labels, np.stack([proba.max(axis=1) for proba in both], axis=1))
    return one.rest[np.argsort(-score, kind="stable")]


QUEUES: dict[str, Order | None] = {
    "Random": None,
    "Smart": smart,
    "Diverse": diverse,
    "margin alone": by_score("margin"),
    "Least sure": by_score("least_confidence"),
    "Entropy": by_score("entropy"),
    "Disagreement": torn,
    "typicality alone": None,
}
ALONE = ("margin alone", "typicality alone")  # without the random share


def aligned(learner: LogisticRegression | KNeighborsClassifier, vectors: NDArray[np.float32], n_classes: int) -> Floats:
    """Return probabilities [n, K] of a fitted learner, 0 for the classes it has not seen."""
    proba = np.zeros((len(vectors), n_classes))
    proba[:, learner.classes_] = learner.predict_proba(vectors)
    return proba


def predict(vectors: NDArray[np.float32], truth: Rows, labelled: Rows) -> Floats:
    """Return probabilities [n, K] for all rows; with labels of one class alone, that class is certain."""
    n_classes, seen = int(truth.max()) + 1, np.unique(truth[labelled])
    if len(seen) == 1:
        return np.tile(np.eye(n_classes)[seen[0]], (len(vectors), 1))
    learner = LogisticRegression(C=10, max_iter=300).fit(vectors[labelled], truth[labelled])
    return aligned(learner, vectors, n_classes)


def curve(vectors: NDArray[np.float32], truth: Rows, name: str, seed: int, measure: Measure) -> Floats:
    """Return the measure on the test set after 20, 40, ... 500 labels from a queue."""
    shuffled = np.random.default_rng(seed).permutation(len(truth))
    test, pool = np.split(shuffled, [round(TEST_SHARE * len(truth))])
    rng = np.random.default_rng([seed, list(QUEUES).index(name)])
    order, cold = QUEUES[name], cold_start(vectors, pool, name, rng)
    labelled, n_random, found = pool[:0], 0, []
    proba = np.zeros((len(truth), 0))
    for _ in range(BUDGET // BATCH):
        rest = np.setdiff1d(pool, labelled)
        ranked = cold[np.isin(cold, rest)]
        if order is not None and len(labelled):
            ranked = order(Round(vectors, truth, labelled, rest, proba[rest], ranked, seed))
        share = 0.0 if name in ALONE else random_share(n_random)
        drawn = mix(ranked, rest, BATCH, strategy=RANDOM if name == "Random" else name, random_share=share, rng=rng)
        n_random += drawn.drawn_by.count(RANDOM)
        labelled = np.concatenate([labelled, drawn.indices])
        proba = predict(vectors, truth, labelled)
        found.append(measure(proba[test], truth[test]))
    return np.array(found)


def cold_start(vectors: NDArray[np.float32], pool: Rows, name: str, rng: np.random.Generator) -> Rows:
    """Return the rows to ask before there is a learner; "typicality alone" asks so to the end."""
    if name == "Random":
        return pool[:0]
    steps = (*STEPS, 200, 300, 400, 500) if name == "typicality alone" else STEPS
    return pool[typical_order(vectors[pool], steps=steps, rng=rng)]


def labels_to(reached: Floats, goal: float) -> float:
    """Return at how many labels a curve reaches a goal, between two points by a straight line; inf for never.

    >>> labels_to(np.array([0.25, 0.5, 0.75]), 0.625)
    50.0
    """
    above = np.flatnonzero(reached >= goal)
    if not len(above):
        return math.inf
    place = int(above[0])
    if place == 0:
        return float(BATCH)
    part = (goal - reached[place - 1]) / (reached[place] - reached[place - 1])
    return float(BATCH * (place + part))


def compare_queues(name: str, words: str, measure: Measure, seeds: int) -> list[Figure]:
    """Return for each queue the labels with which it reaches what random ones reach with 500, on one set."""
    found = labelled_vectors(name)
    if found is None:
        return []
    curves: dict[str, Floats] = {}
    for queue in QUEUES:
        print(f"{name}: {queue}", file=sys.stderr, flush=True)
        curves[queue] = np.stack([curve(*found, queue, seed, measure) for seed in range(seeds)])
    baseline = curves.pop("Random")
    goal = float(baseline[:, -1].mean())
    figures = [measured(f"{name}, Random: {words} at {BUDGET} labels, {seeds} seeds", goal, words)]
    for queue, reached in curves.items():
        each = [labels_to(one, float(own)) for one, own in zip(reached, baseline[:, -1], strict=True)]
        spread = f"seeds {min(each):.0f} to {max(each):.0f}"
        value, at_least = labels_to(reached.mean(axis=0), goal), None
        if (name, queue) == ("banking77", "Smart"):
            at_least = 1 / 0.7  # 30 % fewer
        figures.append(
            compared(f"{name}, {queue}: labels to that ({spread})", value, "labels", BUDGET, at_least=at_least)
        )
        gained = reached[:, -1].mean()
        figures.append(compared(f"{name}, {queue}: {words} at {BUDGET}", gained, words, goal, more_is_better=True))
    return figures


def accuracy(proba: Floats, truth: Rows) -> float:
    """Return the share of right first guesses."""
    return float((proba.argmax(axis=1) == truth).mean())


def average_precision(proba: Floats, truth: Rows) -> float:
    """Return the average precision of the second of two classes: spam."""
    return float(average_precision_score(truth, proba[:, 1]))


def main() -> None:
    """Measure the queues on two public sets, then the time of a query, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--seeds", type=int, default=5, help="test sets and draws; fewer are faster")
    arguments = parser.parse_args()
    figures = compare_queues("banking77", "accuracy", accuracy, arguments.seeds)
    figures += compare_queues("sms_spam", "average precision", average_precision, arguments.seeds)
    report([*figures, *query_times()], arguments.json)


if __name__ == "__main__":
    main()
