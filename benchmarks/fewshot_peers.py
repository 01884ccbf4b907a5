"""The active-learning loops of two other libraries, with their defaults, on the vectors that everything here gets.

Each starts with 20 random labels and asks for 20 at a time. Needs requirements-bench.txt; what is not installed is
left out, with a line on the error output.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

BATCH, BUDGET = 20, 500

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
# (vectors, truth, rows that may be labelled, rows of the test, seed) -> accuracy by number of labels
Loop = Callable[[Vectors, Rows, Rows, Rows, int], dict[int, float]]


def _installed(package: str) -> bool:
    if importlib.util.find_spec(package) is not None:
        return True
    print(f"Left out: {package} is not installed. It is in requirements-bench.txt.", file=sys.stderr)
    return False


def small_text_loop(vectors: Vectors, truth: Rows, pool: Rows, test: Rows, seed: int) -> dict[int, float]:
    """Return the curve of small-text: its linear support vector machine and least confidence."""
    if not _installed("small_text"):
        return {}
    from scipy.sparse import csr_matrix
    from small_text import (  # type: ignore[import-not-found]
        ConfidenceEnhancedLinearSVC,
        LeastConfidence,
        PoolBasedActiveLearner,
        SklearnClassifierFactory,
        SklearnDataset,
    )

    n_classes = int(truth.max()) + 1
    np.random.seed(seed)  # noqa: NPY002 - the library draws from the global generator
    rows = SklearnDataset(csr_matrix(vectors[pool]), truth[pool], target_labels=np.arange(n_classes))
    factory = SklearnClassifierFactory(ConfidenceEnhancedLinearSVC(), n_classes)
    learner = PoolBasedActiveLearner(factory, LeastConfidence(), rows)
    unseen = SklearnDataset(csr_matrix(vectors[test]), truth[test], target_labels=np.arange(n_classes))
    learner.initialize_data(np.arange(BATCH), truth[pool[:BATCH]])
    curve: dict[int, float] = {}
    for n in range(BATCH, BUDGET + 1, BATCH):
        # the library answers with a column of what it has seen, which is a class only once all classes were seen
        seen = learner.classifier.model.classes_
        curve[n] = float((seen[learner.classifier.predict(unseen)] == truth[test]).mean())
        if n < BUDGET:
            asked = learner.query(num_samples=BATCH)
            learner.update(truth[pool[asked]])
    return curve


def skactiveml_loop(vectors: Vectors, truth: Rows, pool: Rows, test: Rows, seed: int) -> dict[int, float]:
    """Return the curve of scikit-activeml: logistic regression and uncertainty sampling, both as they come."""
    if not _installed("skactiveml"):
        return {}
    from skactiveml.classifier import SklearnClassifier  # type: ignore[import-not-found]
    from skactiveml.pool import UncertaintySampling  # type: ignore[import-not-found]
    from sklearn.linear_model import LogisticRegression

    known = np.full(len(pool), np.nan)
    known[:BATCH] = truth[pool[:BATCH]]
    classes = np.arange(int(truth.max()) + 1)
    learner = SklearnClassifier(LogisticRegression(max_iter=1000), classes=classes, random_state=seed)
    strategy = UncertaintySampling(random_state=seed)
    curve: dict[int, float] = {}
    for n in range(BATCH, BUDGET + 1, BATCH):
        learner.fit(vectors[pool], known)
        curve[n] = float((learner.predict(vectors[test]) == truth[test]).mean())
        if n < BUDGET:
            asked = strategy.query(X=vectors[pool], y=known, clf=learner, batch_size=BATCH, fit_clf=False)
            known[asked] = truth[pool[asked]]
    return curve


PEERS: dict[str, Loop] = {"small-text": small_text_loop, "scikit-activeml": skactiveml_loop}
