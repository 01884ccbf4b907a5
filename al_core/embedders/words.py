"""Word counts of a project's own texts, reduced to 128 numbers; fitted once, kept in a file, applied in pieces."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import encodable
from al_core.embedders.chunks import write_durably

DIM = 128
MOST_TERMS = 100_000
SETTINGS: dict[str, Any] = {"sublinear_tf": True, "ngram_range": (1, 2), "token_pattern": r"\w+", "dtype": np.float32}
_SEED = 0


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """TF-IDF of the `terms` (words and pairs of words) with weights `idf` [t], turned by `axes` [v, t], v <= 128."""

    terms: tuple[str, ...]
    idf: NDArray[np.float64]
    axes: NDArray[np.float32]

    def apply(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 [n, v]: zeros for a text without a known word."""
        if not self.terms:
            return np.zeros((len(texts), 0), dtype=np.float32)
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(vocabulary={term: i for i, term in enumerate(self.terms)}, **SETTINGS)
        vectorizer.idf_ = self.idf
        counts = vectorizer.transform([encodable(text) for text in texts])
        return np.asarray(counts @ self.axes.T, dtype=np.float32)

    def save(self, stem: Path) -> None:
        """Write `stem`.terms.json, `stem`.idf.npy and `stem`.axes.npy."""
        terms = json.dumps(self.terms).encode()
        write_durably(stem.with_suffix(".terms.json"), lambda file: file.write(terms))
        write_durably(stem.with_suffix(".idf.npy"), lambda file: np.save(file, self.idf, allow_pickle=False))
        write_durably(stem.with_suffix(".axes.npy"), lambda file: np.save(file, self.axes, allow_pickle=False))

    @staticmethod
    def load(stem: Path) -> WordFeatures:
        """Return what `save` wrote."""
        return WordFeatures(
            tuple(json.loads(stem.with_suffix(".terms.json").read_bytes())),
            np.load(stem.with_suffix(".idf.npy"), allow_pickle=False),
            np.load(stem.with_suffix(".axes.npy"), allow_pickle=False),
        )


def fit_words(texts: Sequence[str]) -> WordFeatures:
    """Return the features fitted on `texts`: terms of two texts or more, turned onto at most 128 axes by an SVD."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    cleaned = [encodable(text) for text in texts]
    vectorizer = TfidfVectorizer(min_df=2, max_features=MOST_TERMS, **SETTINGS)
    if not _have_a_term_in_common(cleaned, vectorizer.build_analyzer()):  # scikit-learn refuses an empty vocabulary
        return WordFeatures((), np.zeros(0), np.zeros((0, 0), dtype=np.float32))
    counts = vectorizer.fit_transform(cleaned)
    n_terms = counts.shape[1]
    if n_terms <= DIM:  # nothing to reduce: turning would change no distance
        axes = np.eye(n_terms, dtype=np.float32)
    else:
        axes = TruncatedSVD(DIM, random_state=_SEED).fit(counts).components_.astype(np.float32)
    return WordFeatures(tuple(vectorizer.get_feature_names_out().tolist()), vectorizer.idf_, axes)


def _have_a_term_in_common(texts: Sequence[str], analyse: Callable[[str], list[str]]) -> bool:
    seen: set[str] = set()
    for text in texts:
        terms = set(analyse(text))
        if not seen.isdisjoint(terms):
            return True
        seen |= terms
    return False
