"""One query of a pool of 100,000 records and 77 classes, against small-text and scikit-activeml.

All three get the same stored probabilities and choose 20 records by the same strategy. The two libraries are
benchmark-only: requirements-bench.txt.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.learning.query_strategies import STRATEGIES, select
from benchmarks.figures import Figure, compared, measured

POOL, CLASSES, BATCH, REPEATS = 100_000, 77, 20, 5
SMALL_TEXT = {"margin": "BreakingTies", "least_confidence": "LeastConfidence", "entropy": "PredictionEntropy"}
SKACTIVEML = {"margin": "margin_sampling", "least_confidence": "least_confident", "entropy": "entropy"}

Query = Callable[[], NDArray[np.int64]]


class Stored:
    """A classifier for small-text that gives stored probabilities."""

    def __init__(self, proba: NDArray[np.float32]) -> None:
        self.proba = proba

    def predict_proba(self, dataset: object) -> NDArray[np.float32]:
        """Return the stored probabilities [n, K]."""
        return self.proba


def ours(proba: NDArray[np.float32], strategy: str) -> Query:
    """Return a query as the app makes it after a run."""
    rng = np.random.default_rng(0)
    return lambda: select(STRATEGIES.get(strategy)(proba), BATCH, rng=rng)


def of_small_text(proba: NDArray[np.float32], strategy: str) -> Query:
    """Return the same query of small-text."""
    from small_text.query_strategies import strategies

    query = getattr(strategies, SMALL_TEXT[strategy])()
    unlabelled, nothing = np.arange(len(proba)), np.zeros(0, dtype=np.int64)
    return lambda: query.query(Stored(proba), None, unlabelled, nothing, nothing, n=BATCH)


def of_skactiveml(proba: NDArray[np.float32], strategy: str) -> Query:
    """Return the same query of scikit-activeml, with vectors of one column: it checks them each time."""
    from skactiveml.base import SkactivemlClassifier
    from skactiveml.pool import UncertaintySampling

    class Given(SkactivemlClassifier):
        def fit(self, X: object, y: object, sample_weight: object = None) -> Given:
            return self

        def predict_proba(self, X: object) -> NDArray[np.float32]:
            return proba

    classifier = Given(classes=list(range(proba.shape[1])))
    query = UncertaintySampling(method=SKACTIVEML[strategy], random_state=0)
    vectors, nothing_known = np.zeros((len(proba), 1)), np.full(len(proba), np.nan)
    return lambda: query.query(vectors, nothing_known, classifier, fit_clf=False, batch_size=BATCH)


def fastest(queries: list[Query], repeats: int) -> list[float]:
    """Return the least CPU seconds of each query; they take turns, so that a busy moment hits all."""
    found: list[list[float]] = [[] for _ in queries]
    for _ in range(repeats):
        for query, seconds in zip(queries, found, strict=True):
            started = time.process_time()
            query()
            seconds.append(time.process_time() - started)
    return [min(seconds) for seconds in found]


def query_times() -> list[Figure]:
    """Return the figures of all strategies; without the libraries, ours alone, and a line on the error output."""
    peers = {"small_text": of_small_text, "skactiveml": of_skactiveml}
    missing = [name for name in peers if importlib.util.find_spec(name) is None]
    if missing:
        print(f"Not compared with {', '.join(missing)}: install requirements-bench.txt.", file=sys.stderr)
    logits = np.random.default_rng(0).normal(0, 2, (POOL, CLASSES)).astype(np.float32)
    proba = np.exp(logits)
    proba /= proba.sum(axis=1, keepdims=True)
    figures = []
    for strategy in STRATEGIES:
        words = f"query of {POOL:,} x {CLASSES} by {strategy.replace('_', ' ')}"
        present = {name: make(proba, strategy) for name, make in peers.items() if name not in missing}
        mine, *theirs = fastest([ours(proba, strategy), *present.values()], REPEATS if strategy != "entropy" else 2)
        if not theirs:
            figures.append(measured(words, mine, "CPU-s"))
        figures += [
            compared(f"{words}, {name}", mine, "CPU-s", other, at_least=3)
            for name, other in zip(present, theirs, strict=True)
        ]
    return figures
