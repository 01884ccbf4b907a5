"""Vectors of tokens: one float16 matrix of all tokens of all records, and where each record begins in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.store.embeddings import Embeddings, FreshSet, Made, VectorFile, save_array
from al_core.types import Embedding


@dataclass(frozen=True, slots=True)
class TokenRecords:
    """The records of a set of token vectors, ascending: numbers, SHA-256 of their texts, and their tokens. All [n]."""

    record_nos: NDArray[np.int64]
    shas: NDArray[np.bytes_]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TokenFile:
    """Where token vectors are: rows `offsets[i]` up to `offsets[i + 1]` of the file belong to its i-th record."""

    file: VectorFile
    offsets: NDArray[np.int64]

    @property
    def offsets_path(self) -> Path:
        """Return the .npy file of the offsets."""
        return offsets_path(self.file.path)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Return how many tokens each record has, [n]."""
        return np.diff(self.offsets)


class TokenVectors:
    """Token vectors by embedding; a new set replaces the old one in one step."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings

    def put(
        self,
        embedding: Embedding,
        records: TokenRecords,
        blocks: Iterable[NDArray[np.float16]],
        *,
        dim: int,
        model_sha: str,
    ) -> None:
        """Write the vectors of all tokens, given in blocks [m, dim] in the order of the records; then use them."""
        fresh = self._embeddings.begin(embedding)
        sha256 = _write(fresh, int(records.counts.sum()), dim, blocks)
        save_array(offsets_path(fresh.path), np.concatenate([[0], np.cumsum(records.counts)]).astype(np.int64))
        self._embeddings.enter(embedding, fresh, records.record_nos, records.shas, made=Made(model_sha, dim, sha256))

    def of(self, file: VectorFile) -> TokenFile:
        """Return a set of vectors with where each record begins; raises FileNotFoundError for vectors of records."""
        return TokenFile(file, np.load(offsets_path(file.path), mmap_mode="r"))


def offsets_path(vectors: Path) -> Path:
    """Return the file of offsets beside a file of token vectors.

    >>> offsets_path(Path("7/vectors-0001.npy")).name
    'vectors-0001.offsets.npy'
    """
    return vectors.with_suffix(".offsets.npy")


def _write(fresh: FreshSet, n: int, dim: int, blocks: Iterable[NDArray[np.float16]]) -> str:
    digest, written = hashlib.sha256(), 0
    partial = fresh.path.with_suffix(".npy.tmp")
    with partial.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f2", "fortran_order": False, "shape": (n, dim)})
        for block in blocks:
            rows = np.ascontiguousarray(block, dtype="<f2")
            digest.update(rows.data)
            stream.write(rows.data)
            written += len(rows)
        stream.flush()
        os.fsync(stream.fileno())
    if written != n:
        raise ValueError(f"{written} token vectors were given, {n} announced")
    partial.rename(fresh.path)
    return digest.hexdigest()
