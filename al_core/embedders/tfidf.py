"""`tfidf-svd`: word statistics of the project's own texts; what is left when no language model is installed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import EMBEDDERS, Progress, encodable, recipe_sha, unit_rows

DIM = 256
MAX_FEATURES = 50_000
RARE_FROM = 200  # from this many texts on, words that occur in a single text are left out
_SEED = 0


@EMBEDDERS.register("tfidf-svd")
class TfidfSvd:
    """TF-IDF of words and word pairs, reduced to 256 or fewer dimensions by a truncated SVD.

    It knows which words these texts share, not what words mean. The whole text is used. It is fitted on
    all texts of the call (`fits_corpus`): new records need all vectors anew, as another model.
    """

    name = "tfidf-svd"
    fits_corpus = True

    def available(self) -> str:
        """Return "": scikit-learn is always installed."""
        return ""

    def model_sha(self) -> str:
        """Return the SHA-256 of the recipe; the worker mixes in the corpus that it was fitted on."""
        return recipe_sha(self.name, DIM, MAX_FEATURES, RARE_FROM, _SEED)

    def embed(self, texts: Sequence[str], on_progress: Progress) -> NDArray[np.float32]:
        """Return float32 vectors [n, dim <= 256] of length 1; zeros for a text without a known word."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        cleaned = [encodable(text) for text in texts]
        vectorizer = TfidfVectorizer(
            sublinear_tf=True,
            ngram_range=(1, 2),
            token_pattern=r"\w+",
            min_df=2 if len(cleaned) >= RARE_FROM else 1,
            max_features=MAX_FEATURES,
            dtype=np.float32,
        )
        analyse = vectorizer.build_analyzer()
        if not any(analyse(text) for text in cleaned):  # scikit-learn refuses an empty vocabulary
            on_progress(len(texts))
            return np.zeros((len(texts), 1), dtype=np.float32)
        counts = vectorizer.fit_transform(cleaned)
        if counts.shape[1] <= DIM:  # nothing to reduce: the rotation of an SVD would change no distance
            vectors = counts.toarray()
        else:
            vectors = TruncatedSVD(DIM, random_state=_SEED).fit_transform(counts)
        on_progress(len(texts))
        return unit_rows(vectors)
