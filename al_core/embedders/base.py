"""What every embedder is: the protocol, the registry, and the few lines that all members share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.registry import Registry

Progress = Callable[[int], None]  # called with the number of texts that are done


class Embedder(Protocol):
    """Turns texts into vectors. Making one is cheap; models are loaded by the first `embed`.

    `fits_corpus` says that the vectors depend on all texts of the call together: such an embedder needs
    the whole corpus each time, and its vectors of two calls must never be mixed.
    """

    name: str
    fits_corpus: bool

    def available(self) -> str:
        """Return "" when it can run here, else the reason with what to install. Loads nothing heavy."""
        ...

    def model_sha(self) -> str:
        """Return a SHA-256 as hex that changes whenever the same text could get another vector."""
        ...

    def embed(self, texts: Sequence[str], on_progress: Progress) -> NDArray[np.float32]:
        """Return float32 vectors [n, dim] in the order of `texts`, each of length 1 (but for pool features).

        An empty text is allowed and gets zeros or the model's own vector. Text beyond the model's window
        is cut off by the model; each member's docstring says where.
        """
        ...


EMBEDDERS: Registry[type[Embedder]] = Registry("embedder")


def unit_rows(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the rows [n, dim] scaled to Euclidean length 1, as float32; zero rows stay zero.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def encodable(text: str) -> str:
    """Return `text` with lone surrogates replaced by "?": tokenizers take valid Unicode only.

    >>> encodable("café " + chr(0xD800))
    'café ?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def recipe_sha(*parts: object) -> str:
    """Return the SHA-256 (hex) of settings; for embedders that have no weights of their own.

    >>> recipe_sha("hashing", 256) == recipe_sha("hashing", 128)
    False
    """
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def file_sha(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def usable_cores() -> int:
    """Return how many processors this process may use (at least 1), which containers set below the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
