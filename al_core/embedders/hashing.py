"""`hashing`: character n-grams hashed into 256 numbers. Nothing to install, fit or download."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.embedders.base import EMBEDDERS, Progress, recipe_sha, unit_rows

DIM = 256
NGRAM_SIZES = (3, 4, 5)
_MULTIPLIER = np.uint32(0x01000193)  # FNV prime; products wrap around at 32 bits, which is what mixes the bits
_REPORT_EVERY = 256


@EMBEDDERS.register("hashing")
class Hashing:
    """Vectors that know only which letters stand together: the weakest embedder, and the one that always works.

    Signed feature hashing (Weinberger et al., 2009) of lower-cased character 3- to 5-grams, weighted
    1 + ln(count). The whole text is used, whatever its length. Texts without an n-gram get zeros.
    """

    name = "hashing"
    fits_corpus = False

    def available(self) -> str:
        """Return "": it needs numpy only."""
        return ""

    def model_sha(self) -> str:
        """Return the SHA-256 of the recipe."""
        return recipe_sha(self.name, DIM, NGRAM_SIZES, "fnv-murmur-1")

    def embed(self, texts: Sequence[str], on_progress: Progress) -> NDArray[np.float32]:
        """Return float32 vectors [n, 256] of length 1; zeros for a text without letters."""
        vectors = np.zeros((len(texts), DIM), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = _hashed(text)
            if (row + 1) % _REPORT_EVERY == 0:
                on_progress(row + 1)
        on_progress(len(texts))
        return unit_rows(vectors)


def _hashed(text: str) -> NDArray[np.float64]:
    """Return the signed, weighted n-gram counts [256] of one text."""
    words = text.lower().split()
    if not words:
        return np.zeros(DIM)
    padded = f" {' '.join(words)} "  # the blanks make word beginnings and ends n-grams of their own
    code_points = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    hashes = np.concatenate([_ngram_hashes(code_points, size) for size in NGRAM_SIZES])
    distinct, counts = np.unique(hashes, return_counts=True)
    signs = np.where(distinct >> np.uint32(31), 1.0, -1.0)
    sums = np.bincount(distinct % np.uint32(DIM), weights=signs * (1 + np.log(counts)), minlength=DIM)
    return sums.astype(np.float64)


def _ngram_hashes(code_points: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    """Return one 32-bit hash per n-gram of `size` code points: [max(0, n - size + 1)]."""
    n_ngrams = max(0, len(code_points) - size + 1)
    hashes = np.full(n_ngrams, 0x811C9DC5 + size, dtype=np.uint32)
    for offset in range(size):
        hashes = (hashes ^ code_points[offset : offset + n_ngrams]) * _MULTIPLIER
    # The finishing steps of MurmurHash3: without them the low bits depend on the last letters only.
    hashes ^= hashes >> np.uint32(16)
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes
