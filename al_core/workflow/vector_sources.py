"""Vectors that are there already, found by text: what a new set of vectors is put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

# (sorted sha256 of texts [m], row of each in `vectors`, vectors [n, dim])
Source = tuple[NDArray[np.bytes_], NDArray[np.int64], NDArray[np.float32]]


def by_text(shas: NDArray[np.bytes_], vectors: NDArray[np.float32]) -> Source:
    """Return vectors [n, dim] of the texts `shas` [n], ready to be found by text; they may be read through mmap.

    >>> by_text(np.array([b"b", b"a"]), np.eye(2, dtype=np.float32))[0].tolist()
    [b'a', b'b']
    """
    order = np.argsort(shas)
    return shas[order], order, vectors


def filler(shas: NDArray[np.bytes_], known: Sequence[Source]) -> Callable[[NDArray[np.float32], int], None]:
    """Return the function that writes the vectors of `shas` from `start` on into rows [m, dim], where one is known.

    >>> rows = np.zeros((1, 2), dtype=np.float32)
    >>> filler(np.array([b"x", b"a"]), [by_text(np.array([b"b", b"a"]), np.eye(2, dtype=np.float32))])(rows, 1)
    >>> rows.tolist()
    [[0.0, 1.0]]
    """

    def fill(rows: NDArray[np.float32], start: int) -> None:
        wanted = shas[start : start + len(rows)]
        for known_shas, known_rows, vectors in known:
            if not len(known_shas):
                continue
            place = np.minimum(np.searchsorted(known_shas, wanted), len(known_shas) - 1)
            found = known_shas[place] == wanted
            rows[found] = vectors[known_rows[place[found]]]

    return fill
