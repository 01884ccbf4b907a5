"""Vectors of tokens: the protocol, the registry, and the features that every member adds.

Tokens are those of `al_core.text.tokenize`, each with exactly one vector: a token that a model leaves out gets zeros
in its place, never the vector of its neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import Progress
from al_core.registry import Registry
from al_core.text import Tokens

SHAPES = (
    "begins with a capital",
    "capitals only",
    "has a digit",
    "digits only",
    "symbol",
    "first of the text",
    "after the end of a sentence",
    "long",
)
_SENTENCE_ENDS = ".!?\u2026"
_LONG = 12  # characters; a token this long or longer has the feature in full


class TokenEmbedder(Protocol):
    """Turns the tokens of texts into vectors. Making one is cheap; models are loaded by the first `embed_tokens`."""

    name: str

    def available(self) -> str:
        """Return "" when it can run here, else the reason with what to install. Loads nothing heavy."""
        ...

    def model_sha(self) -> str:
        """Return a SHA-256 as hex that changes whenever the same text could get other vectors."""
        ...

    def embed_tokens(
        self, texts: Sequence[str], on_progress: Progress
    ) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
        """Return vectors [N, dim] of all tokens of all texts in order, and how many tokens each text has, [n]."""
        ...


TOKEN_EMBEDDERS: Registry[type[TokenEmbedder]] = Registry("embedder of tokens")


def shape_features(text: str, tokens: Tokens) -> NDArray[np.float32]:
    """Return what a token looks like, [tokens, 8], as in SHAPES: encoders in lower case do not see it.

    >>> shape_features("Lyon 42!", ((0, 4), (5, 7), (7, 8)))[:, :5].tolist()
    [[1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]]
    """
    found = np.zeros((len(tokens), len(SHAPES)), dtype=np.float32)
    before = ""
    for row, (start, end) in enumerate(tokens):
        word = text[start:end]
        found[row] = (
            word[0].isupper(),
            len(word) > 1 and word.isupper(),
            any(character.isdigit() for character in word),
            word.isdigit(),
            not any(character.isalnum() for character in word),
            row == 0,
            before in _SENTENCE_ENDS and row > 0,
            min(1.0, len(word) / _LONG),
        )
        before = word
    return found
