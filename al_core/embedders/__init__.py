"""Embedders: from texts to vectors. One registry, one file per member, computed in a worker process.

Importing this package loads no model and no heavy library; members import theirs when they embed. To add
an embedder, write one file with a registered class and import it here.
"""

from __future__ import annotations

from pathlib import Path

from al_core.embedders.base import EMBEDDERS, Embedder
from al_core.embedders.hashing import Hashing
from al_core.embedders.minilm import MiniLM
from al_core.embedders.pool import SUFFIX as POOL_SUFFIX
from al_core.embedders.pool import PoolOf, base_of, is_pool
from al_core.embedders.sentence_transformer import SentenceTransformerFolder
from al_core.embedders.tfidf import TfidfSvd
from al_core.embedders.universal import UniversalSentenceEncoder
from al_core.errors import NotFound, unknown_name

__all__ = [
    "EMBEDDERS",
    "POOL_SUFFIX",
    "Embedder",
    "Hashing",
    "MiniLM",
    "PoolOf",
    "SentenceTransformerFolder",
    "TfidfSvd",
    "UniversalSentenceEncoder",
    "base_of",
    "best_available",
    "best_pool",
    "is_pool",
    "resolve",
]

BEST_FIRST = ("all-MiniLM-L6-v2", "universal-sentence-encoder", "tfidf-svd")


def resolve(model: str) -> Embedder:
    """Return the embedder called `model`, or the sentence-transformers model in the folder of that path.

    A folder's path with "-pool" behind it stands for pool features over that model. Raises NotFound with the choices
    for anything else. The embedder may still be unavailable here.

    >>> resolve("hashing").name
    'hashing'
    """
    if model in EMBEDDERS:
        return EMBEDDERS.get(model)()
    if model and Path(model).is_dir():
        return SentenceTransformerFolder(Path(model))
    if is_pool(model) and Path(base_of(model)).is_dir():
        return PoolOf(SentenceTransformerFolder(Path(base_of(model))))
    error = unknown_name("embedder", model, EMBEDDERS)
    raise NotFound(error.message, f"{error.hint[:-1]}, or the path of a local sentence-transformers folder.")


def best_pool() -> str:
    """Return the name of the pool features over the best encoder that can run here, without loading it."""
    best = best_available() + "-pool"
    return best if best in EMBEDDERS else "hashing-pool"


def best_available() -> str:
    """Return the name of the best embedder that can run here, without loading it."""
    return next(name for name in BEST_FIRST if not resolve(name).available())
