"""`hashing` for tokens: letters of the token and of its neighbours. Nothing to install, fit or download."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import Progress, recipe_sha
from al_core.embedders.tokens import SHAPES, TOKEN_EMBEDDERS, shape_features
from al_core.text import tokenize

OWN_DIM, NEIGHBOUR_DIM = 160, 64
NGRAM_SIZES = (1, 2, 3, 4)
_MULTIPLIER = 0x01000193
_MASK = 0xFFFFFFFF
_REPORT_EVERY = 64


@TOKEN_EMBEDDERS.register("hashing")
class HashedTokens:
    """Vectors that know the letters of a token, those of the token before and after it, and its shape.

    Signed feature hashing (Weinberger et al., 2009) of the lower-cased whole word and its 1- to 4-grams with marks at
    its ends, each word scaled to length 1. 296 numbers a token.
    """

    name = "hashing"

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], NDArray[np.float32]] = {}

    def available(self) -> str:
        """Return "": it needs numpy only."""
        return ""

    def model_sha(self) -> str:
        """Return the SHA-256 of the recipe."""
        return recipe_sha("tokens", self.name, OWN_DIM, NEIGHBOUR_DIM, NGRAM_SIZES, SHAPES)

    def embed_tokens(
        self, texts: Sequence[str], on_progress: Progress
    ) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
        """Return float16 vectors [N, 296] and token counts [n]."""
        parts, counts = [], np.zeros(len(texts), dtype=np.int64)
        for row, text in enumerate(texts):
            tokens = tokenize(text)
            counts[row] = len(tokens)
            if tokens:
                words = [text[start:end].lower() for start, end in tokens]
                parts.append(np.hstack([self._words(words), shape_features(text, tokens)]).astype(np.float16))
            if (row + 1) % _REPORT_EVERY == 0:
                on_progress(row + 1)
        on_progress(len(texts))
        dim = OWN_DIM + 2 * NEIGHBOUR_DIM + len(SHAPES)
        return np.concatenate(parts) if parts else np.zeros((0, dim), np.float16), counts

    def _words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return the hashed words and their neighbours, [tokens, 288]; beyond the ends there are zeros."""
        own = np.stack([self._hashed(word, OWN_DIM) for word in words])
        other = np.stack([self._hashed(word, NEIGHBOUR_DIM) for word in words])
        none = np.zeros((1, NEIGHBOUR_DIM), dtype=np.float32)
        return np.hstack([own, np.vstack([none, other[:-1]]), np.vstack([other[1:], none])])

    def _hashed(self, word: str, dim: int) -> NDArray[np.float32]:
        found = self._known.get((word, dim))
        if found is None:
            found = self._known[word, dim] = hashed_word(word, dim)
        return found


def hashed_word(word: str, dim: int) -> NDArray[np.float32]:
    """Return the signed counts [dim] of a word's letters, scaled to length 1.

    >>> bool(hashed_word("lyon", 64) @ hashed_word("lyons", 64) > hashed_word("lyon", 64) @ hashed_word("paris", 64))
    True
    """
    marked = f"\x02{word}\x03"
    grams = {marked} | {marked[i : i + size] for size in NGRAM_SIZES for i in range(len(marked) - size + 1)}
    vector = np.zeros(dim, dtype=np.float32)
    for gram in sorted(grams):
        code = _mixed(gram)
        vector[code % dim] += 1.0 if code & 0x80000000 else -1.0
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


def _mixed(gram: str) -> int:
    """Return a 32-bit hash that is the same in every process (FNV-1a, then the finishing steps of MurmurHash3)."""
    code = 0x811C9DC5
    for character in gram:
        code = ((code ^ ord(character)) * _MULTIPLIER) & _MASK
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        code = ((code ^ (code >> shift)) * factor) & _MASK
    return code ^ (code >> 16)
