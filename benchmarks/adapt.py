"""Adapting the encoder: what it gains over the vectors as they are, how long it takes, and what leaking would show.

Answers on random records, everything else is the test: what the rest of a project gets. Judged three ways: by the test
(the truth), honestly (only answers that the encoder did not learn from, as the app does), and leaking (cross-validated
on the very answers that tuned the encoder). `--sets banking77 --labels 400 --most 1500` measures less.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from al_core.embedders.minilm import MiniLM
from al_core.embedders.sentence_transformer import SentenceTransformerFolder
from al_core.embedders.tuning import Lesson, tune
from al_core.embedders.words import fit_words
from al_core.learning.contrast import batches, steps_for
from al_core.learning.fewshot import FewShotClassifier
from al_core.learning.folds import deal
from al_core.learning.pool_features import fit_pool_features
from benchmarks.figures import Figure, compared, measured, report
from benchmarks.vectors import labelled_set
from data.sample.generate import FOLDER as SAMPLE

HELD_BACK = 0.25  # of the answers: the audit sample

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """A set: texts [n], vectors [n, d] of the packaged model, class numbers [n]."""

    name: str
    texts: list[str]
    vectors: Floats
    truth: Rows


def read(name: str, most: int) -> Texts | None:
    """Return a set by name, `sample` for the sample project's topics; None where it is absent."""
    if name == "sample":
        with (SAMPLE / "records.csv").open(newline="", encoding="utf-8") as file:
            texts = [record["text"] for record in csv.DictReader(file)]
        labels = [json.loads(line)["topic"] for line in (SAMPLE / "truth.jsonl").read_text("utf-8").splitlines()]
        vectors = np.load(SAMPLE / "vectors.npy").astype(np.float32)
    else:
        found = labelled_set(name, 6000)
        if found is None:
            return None
        texts, vectors, labels = found
    chosen = np.sort(np.random.default_rng(0).permutation(len(texts))[:most])
    truth = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return Texts(name, [texts[row] for row in chosen], vectors[chosen], truth[chosen])


def regression(vectors: Floats, truth: Rows, fit: Rows, rows: Rows) -> float:
    """Return the share of `rows` that balanced logistic regression gets right, fitted on `fit`."""
    learner = LogisticRegression(C=10, class_weight="balanced", max_iter=1000).fit(vectors[fit], truth[fit])
    return float((learner.predict(vectors[rows]) == truth[rows]).mean())


def few_labels(one: Texts, vectors: Floats, fit: Rows, rows: Rows) -> float:
    """Return the share of `rows` that the learner for few labels gets right on pool features, without names."""
    _, features = fit_pool_features(vectors, fit_words(one.texts).apply(one.texts), np.random.default_rng(0))
    learner = FewShotClassifier(views=2).fit(features[fit], one.truth[fit])
    return float((learner.predict(features[rows]) == one.truth[rows]).mean())


def cross_validated(vectors: Floats, truth: Rows, rows: Rows) -> float:
    """Return the out-of-fold accuracy of balanced logistic regression on `rows`, in the folds of the app."""
    folds = np.array(deal([str(label) for label in truth[rows]], [], np.array([], dtype=np.int8)))
    held = [
        regression(vectors, truth, rows[folds != fold], rows[folds == fold]) * float((folds == fold).sum())
        for fold in np.unique(folds)
    ]
    return sum(held) / len(rows)


def figures(one: Texts, n_labels: int, seed: int) -> list[Figure]:
    """Return the figures of a set for one draw of answers."""
    order = np.random.default_rng(seed).permutation(len(one.texts))
    answered, rest = order[:n_labels], order[n_labels:]
    audit, learnt = np.split(answered, [int(HELD_BACK * n_labels)])
    truth = np.eye(int(one.truth.max()) + 1, dtype=np.int64)[one.truth[learnt]]
    drawn = batches(truth, steps_for(len(learnt)), np.random.default_rng(seed))
    wall, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        lesson = Lesson([one.texts[row] for row in learnt], truth, drawn, seed)
        tune(MiniLM(), lesson, Path(folder) / "model", lambda values: None)
        learning = time.process_time() - cpu
        tuned = SentenceTransformerFolder(Path(folder) / "model").embed(one.texts, lambda done: None)
    seconds, encoding = time.perf_counter() - wall, time.process_time() - cpu - learning
    name = f"{one.name}, {n_labels} answers"
    right = regression(tuned, one.truth, answered, rest)
    before = regression(one.vectors, one.truth, answered, rest)
    few = few_labels(one, one.vectors, answered, rest)
    honest = regression(tuned, one.truth, answered[len(audit) :], audit)
    leaking = cross_validated(tuned, one.truth, learnt)
    return [
        compared(f"{name}: accuracy, regression on adapted vectors, against plain ones", right, "share", before,
                 more_is_better=True),
        compared(f"{name}: accuracy, learner for few labels on adapted, against plain", few_labels(
                 one, tuned, answered, rest), "share", few, more_is_better=True),
        compared(f"{name}: honest estimate (n = {len(audit)}), against the truth", honest, "share", right,
                 more_is_better=True),
        compared(f"{name}: leaking estimate, against the truth", leaking, "share", right, more_is_better=True),
        measured(f"{name}: CPU seconds of {len(drawn)} steps", learning, "CPU-s"),
        measured(f"{name}: CPU seconds of encoding {len(one.texts)} texts", encoding, "CPU-s"),
        measured(f"{name}: seconds on this machine", seconds, "s"),
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of the sets that are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--sets", nargs="+", default=["sample", "banking77"])
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 400])
    parser.add_argument("--most", type=int, default=6000, help="records of each set")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    found = [read(name, chosen.most) for name in chosen.sets]
    rows = [
        figure for one in found if one is not None for n in chosen.labels for figure in figures(one, n, chosen.seed)
    ]
    report(rows, chosen.json)


if __name__ == "__main__":
    main()
