"""Few labels where a record has several: the default heuristic with and without names, beside logistic regression.

Sets are made of what there is. `pairs of ...`: messages with one label each, every second record two of them joined by
a space, so that it has one label or two; no message is used twice. `mentions`: which kinds of entities a message of
the sample project mentions, none to all. Random records, a new test part of a quarter for each seed.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score

from al_core.embedders import resolve
from al_core.learning.fewshot_several import FewShotMultiLabelClassifier
from benchmarks.fewshot_sets import PROJECT, Floats, Rows, features_of, pool_sample
from benchmarks.figures import Figure, compared, measured, report
from benchmarks.vectors import CACHE, MODEL, labelled_set
from data.sample.generate import FOLDER as SAMPLE

SIZES = (20, 50, 100, 200, 500)
TEST_SHARE = 0.25
MEASURES = ("micro F1 at 0.5", "macro F1 at 0.5", "average precision")
MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class SeveralSet:
    """A set with its features, as `LabelledSet`; `yes` [n, L] is 0 or 1 for each label."""

    name: str
    vectors: NDArray[np.float32]
    features: NDArray[np.float32]
    yes: Rows
    names: tuple[str, ...]
    named: NDArray[np.float32]


Learner = Callable[[SeveralSet, Rows], Floats]


def sample_messages() -> tuple[list[str], NDArray[np.float32], list[dict[str, object]]]:
    """Return texts, vectors and what is true of the sample project's messages."""
    with (SAMPLE / "records.csv").open(newline="", encoding="utf-8") as file:
        texts = [record["text"] for record in csv.DictReader(file)]
    truth = [json.loads(line) for line in (SAMPLE / "truth.jsonl").read_text("utf-8").splitlines()]
    return texts, np.load(SAMPLE / "vectors.npy").astype(np.float32), truth


def mentions() -> SeveralSet:
    """Return the sample project's messages by the kinds of entities that they mention."""
    texts, vectors, truth = sample_messages()
    kinds: list[set[str]] = [{span["label"] for span in one["spans"]} for one in truth]  # type: ignore[attr-defined]
    names = tuple(sorted(set.union(*kinds)))
    yes = np.array([[name in found for name in names] for found in kinds], dtype=np.int64)
    return SeveralSet(MENTIONS, vectors, *_featured(MENTIONS, texts, vectors, yes, names))


def pairs(name: str) -> SeveralSet | None:
    """Return a set of records with one label or two, made of one with one label each; None where it is absent."""
    if name == PROJECT:
        texts, _, truth = sample_messages()
        labels = [str(one["topic"]) for one in truth]
    else:
        found = labelled_set(name)
        if found is None:
            return None
        texts, _, labels = found
    order = np.random.default_rng(0).permutation(len(texts))
    parts: list[NDArray[np.int64]] = []
    while len(order) >= 3:
        parts += [order[:1], order[1:3]]
        order = order[3:]
    names = tuple(sorted(set(labels)))
    yes = np.zeros((len(parts), len(names)), dtype=np.int64)
    for row, part in enumerate(parts):
        yes[row, [names.index(labels[place]) for place in part]] = 1
    joined = [" ".join(texts[place] for place in part) for part in parts]
    cached = CACHE / f"{name}-pairs-{MODEL}-{len(joined)}.npy"
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        np.save(cached, resolve(MODEL).embed(joined, lambda *_: None))
    vectors = np.load(cached)
    return SeveralSet(f"pairs of {name}", vectors, *_featured(name, joined, vectors, yes, names))


def _featured(
    name: str, texts: Sequence[str], vectors: NDArray[np.float32], yes: Rows, names: tuple[str, ...]
) -> tuple[NDArray[np.float32], Rows, tuple[str, ...], NDArray[np.float32]]:
    features, named = features_of(name, texts, vectors, names)
    return features, yes, names, named


def by_names(one: SeveralSet, rows: Rows) -> Floats:
    """Return the probabilities [n, L] of the learner that starts from names."""
    learner = FewShotMultiLabelClassifier(one.names, one.named, pool_sample(one.features), views=2)
    return learner.fit(one.features[rows], one.yes[rows]).predict_proba(one.features)


def without_names(one: SeveralSet, rows: Rows) -> Floats:
    """Return the probabilities [n, L] of the same learner without names."""
    return FewShotMultiLabelClassifier(views=2).fit(one.features[rows], one.yes[rows]).predict_proba(one.features)


def regression(one: SeveralSet, rows: Rows) -> Floats:
    """Return the probabilities [n, L] of logistic regression on the plain vectors, a label at a time."""
    found = np.zeros(one.yes.shape)
    for column in range(len(one.names)):
        truth = one.yes[rows, column]
        if truth.min() == truth.max():  # it cannot be fitted: what all records had
            found[:, column] = truth[0]
        else:
            fitted = LogisticRegression(C=10, max_iter=1000).fit(one.vectors[rows], truth)
            found[:, column] = fitted.predict_proba(one.vectors)[:, 1]
    return found


LEARNERS: dict[str, Learner] = {"names": by_names, "no names": without_names, "LR C=10": regression}


def measures(yes: Rows, proba: Floats) -> tuple[float, float, float]:
    """Return the three MEASURES; average precision is the mean over labels that a record has."""
    given = yes.any(axis=0)
    guess = (proba > 0.5).astype(np.int64)
    micro, macro = (f1_score(yes, guess, average=kind, zero_division=0) for kind in ("micro", "macro"))
    return float(micro), float(macro), float(average_precision_score(yes[:, given], proba[:, given], average="macro"))


def scores(one: SeveralSet, learner: Learner, sizes: Sequence[int], seeds: int) -> dict[int, tuple[float, ...]]:
    """Return the MEASURES on unseen records by the number of labelled ones, means over seeds."""
    found: dict[int, tuple[float, ...]] = {}
    for n in sizes:
        each = []
        for seed in range(seeds):
            order = np.random.default_rng(seed).permutation(len(one.yes))
            test, pool = np.split(order, [int(TEST_SHARE * len(order))])
            each.append(measures(one.yes[test], learner(one, pool[:n])[test]))
        found[n] = tuple(float(value) for value in np.mean(each, axis=0))
        shown = ", ".join(f"{value:.3f}" for value in found[n])
        print(f"{one.name}, {n} records: {shown}", file=sys.stderr, flush=True)
    return found


def figures_of(one: SeveralSet, seeds: int) -> list[Figure]:
    """Return the figures of one set, against logistic regression with C=10."""
    base = scores(one, regression, SIZES, seeds)
    figures = []
    for name in ("names", "no names"):
        mine = scores(one, LEARNERS[name], SIZES if name == "no names" else (0, *SIZES), seeds)
        for n, values in mine.items():
            for measure, value, other in zip(MEASURES, values, base.get(n, (None,) * 3), strict=True):
                title = f"{one.name}, {n} records, {name}"
                figures.append(
                    measured(title, value, measure)
                    if other is None
                    else compared(title, value, measure, other, more_is_better=True)
                )
    return figures


def main() -> None:
    """Measure every set that can be made, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--seeds", type=int, default=5, help="draws of labels; sets of 50 labels and more take 2")
    parser.add_argument("--sets", nargs="*", default=[PROJECT, MENTIONS, "banking77"], help="what they are made of")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    for name in arguments.sets:
        one = mentions() if name == MENTIONS else pairs(name)
        if one is not None:
            figures += figures_of(one, min(arguments.seeds, 2) if len(one.names) >= 50 else arguments.seeds)
    report(figures, arguments.json)


if __name__ == "__main__":
    main()
