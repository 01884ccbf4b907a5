"""Embeddings called `...-pool`: an encoder's vectors and the project's own words, plain and smoothed, side by side.

They serve the learner for few labels, and any other one. What makes them is in `al_core.learning.pool_features`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import EMBEDDERS, Embedder, Progress, recipe_sha
from al_core.embedders.hashing import Hashing
from al_core.embedders.minilm import MiniLM
from al_core.embedders.universal import UniversalSentenceEncoder
from al_core.embedders.words import DIM, MOST_TERMS, fit_words
from al_core.learning.pool_features import N_LANDMARKS, N_NEIGHBOURS, WORDS_WEIGHT, fit_pool_features

SUFFIX = "-pool"
_SEED = 0


def is_pool(model: str) -> bool:
    """Return whether a model, by name or folder, makes pool features of another one's vectors.

    >>> is_pool("all-MiniLM-L6-v2-pool"), is_pool("hashing")
    (True, False)
    """
    return model.endswith(SUFFIX)


def base_of(model: str) -> str:
    """Return the model whose vectors pool features are made of; a model that makes none is returned as it is.

    >>> base_of("all-MiniLM-L6-v2-pool"), base_of("hashing")
    ('all-MiniLM-L6-v2', 'hashing')
    """
    return model.removesuffix(SUFFIX)


def pool_recipe(base_sha: str) -> str:
    """Return the SHA-256 (hex) of how pool features are made of the vectors of a model with `base_sha`."""
    return recipe_sha(base_sha, DIM, MOST_TERMS, WORDS_WEIGHT, N_LANDMARKS, N_NEIGHBOURS, "pool-1")


class PoolOf:
    """Pool features over the vectors of `base`: two views of a text, each its vectors beside 128 numbers for words.

    They depend on all texts of a project. Rows are not of length 1: the second view is the shorter, the less a text
    resembles others. `embed` computes everything at once; a project's job takes the vectors that are there.
    """

    fits_corpus = True

    def __init__(self, base: Embedder) -> None:
        self.base = base
        self.name = base.name + SUFFIX

    def available(self) -> str:
        """Return "" where the base model can run."""
        return self.base.available()

    def model_sha(self) -> str:
        """Return the SHA-256 of the base model and of what is made of it."""
        return pool_recipe(self.base.model_sha())

    def embed(self, texts: Sequence[str], on_progress: Progress) -> NDArray[np.float32]:
        """Return float32 [n, 2 x (base dim + words)]."""
        vectors = self.base.embed(texts, on_progress)
        words = fit_words(texts).apply(texts)
        _, both = fit_pool_features(vectors, words, np.random.default_rng(_SEED))
        return both.astype(np.float32)


@EMBEDDERS.register("all-MiniLM-L6-v2-pool")
class MiniLMPool(PoolOf):
    """Pool features over all-MiniLM-L6-v2: 1,024 numbers."""

    def __init__(self) -> None:
        super().__init__(MiniLM())


@EMBEDDERS.register("universal-sentence-encoder-pool")
class UniversalPool(PoolOf):
    """Pool features over the light set's encoder: 1,280 numbers."""

    def __init__(self) -> None:
        super().__init__(UniversalSentenceEncoder())


@EMBEDDERS.register("hashing-pool")
class HashingPool(PoolOf):
    """Pool features over hashed letters: 768 numbers, for where no encoder is installed."""

    def __init__(self) -> None:
        super().__init__(Hashing())
