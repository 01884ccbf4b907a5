"""Sets of texts with labels and the features that the app makes of them, for the benchmarks of few labels."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.embedders import resolve
from al_core.embedders.words import fit_words
from al_core.learning.label_names import label_vectors, sentences
from al_core.learning.pool_features import fit_pool_features
from al_core.learning.prototypes import MOST_ROWS
from benchmarks.vectors import CACHE, MODEL, labelled_set
from data.sample.generate import FOLDER as SAMPLE

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
PROJECT = "sample"  # the sample project, which is no public set


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set with its features: `vectors` [n, d] plain, `features` [n, 2 w] of the pool, `named` [K, 2 w] the names."""

    name: str
    vectors: NDArray[np.float32]
    features: NDArray[np.float32]
    truth: Rows
    names: tuple[str, ...]
    named: NDArray[np.float32]
    test: NDArray[np.bool_] | None

    @property
    def sample(self) -> NDArray[np.float32]:
        """Return the rows that a learner gets of the pool."""
        return pool_sample(self.features)


def pool_sample(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows drawn at random, as many as a learner gets of the pool."""
    return features[np.random.default_rng(0).permutation(len(features))[:MOST_ROWS]]


def features_of(
    name: str, texts: Sequence[str], vectors: NDArray[np.float32], names: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (features [n, 2 w] of the pool, label names [K, 2 w]); vectors of names are computed once and kept."""
    cached = CACHE / f"{name}-{MODEL}-names.npy"
    if not cached.exists():
        encoder = resolve(MODEL)
        CACHE.mkdir(parents=True, exist_ok=True)
        np.save(cached, label_vectors([encoder.embed(sentences(one), lambda done: None) for one in names]))
    _, features = fit_pool_features(vectors, fit_words(texts).apply(texts), np.random.default_rng(0))
    view = np.zeros((len(names), features.shape[1] // 2), dtype=np.float32)
    view[:, : vectors.shape[1]] = np.load(cached)
    return features.astype(np.float32), np.hstack([view, view])


def made(name: str, texts: Sequence[str], vectors: NDArray[np.float32], labels: Sequence[str]) -> LabelledSet:
    """Return a set with its features."""
    names = tuple(sorted(set(labels)))
    features, named = features_of(name, texts, vectors, names)
    truth = np.array([names.index(label) for label in labels], dtype=np.int64)
    return LabelledSet(name, vectors, features, truth, names, named, None)


def sample_project() -> LabelledSet:
    """Return the sample project's topics; its test part has sentences and names that its train part has not."""
    with (SAMPLE / "records.csv").open(newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    truth = [json.loads(line)["topic"] for line in (SAMPLE / "truth.jsonl").read_text("utf-8").splitlines()]
    vectors = np.load(SAMPLE / "vectors.npy").astype(np.float32)
    one = made(PROJECT, [record["text"] for record in records], vectors, truth)
    test = np.array([record["split"] == "test" for record in records])
    return LabelledSet(one.name, one.vectors, one.features, one.truth, one.names, one.named, test)


def named_set(name: str) -> LabelledSet | None:
    """Return the sample project or a public set, by name; None where it is absent."""
    if name == PROJECT:
        return sample_project()
    found = labelled_set(name)
    return None if found is None else made(name, *found)
