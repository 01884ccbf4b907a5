"""Ragged sequences, one per record, laid end to end and cut apart again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.errors import InvalidInput

Vectors = NDArray[np.float32]


def lengths_of(sequences: Sequence[Sequence[Any]]) -> NDArray[np.int64]:
    """Return the length of each sequence, [n].

    >>> lengths_of([[1, 2], [], [3]]).tolist()
    [2, 0, 1]
    """
    return np.array([len(one) for one in sequences], dtype=np.int64)


def joined(embeddings: Sequence[Any]) -> tuple[Vectors, NDArray[np.int64]]:
    """Return the vectors of all tokens, float32 [N, dim], and how many tokens each record has, [n].

    Raises InvalidInput for vectors that are not finite or of different lengths. Without any token dim is 0.

    >>> vectors, lengths = joined([[[1.0, 2.0], [3.0, 4.0]], [], [[5.0, 6.0]]])
    >>> vectors.shape, lengths.tolist()
    ((3, 2), [2, 0, 1])
    """
    lengths = lengths_of(embeddings)
    parts = [np.asarray(one, dtype=np.float32) for one in embeddings if len(one)]
    if not parts:
        return np.zeros((0, 0), np.float32), lengths
    shapes = {part.shape[1:] for part in parts}
    if len(shapes) > 1 or len(next(iter(shapes))) != 1:
        found = ", ".join(str(shape) for shape in sorted(shapes))
        raise InvalidInput(f"The token vectors have the shapes {found}.", "Give one matrix [tokens, dim] a record.")
    vectors = np.concatenate(parts)
    if not np.isfinite(vectors).all():
        bad = int((~np.isfinite(vectors).all(axis=1)).sum())
        raise InvalidInput(f"{bad} token vectors hold NaN or infinity.", "Compute the embedding again.")
    return vectors, lengths


def cut(rows: Sequence[Any] | NDArray[Any], lengths: NDArray[np.int64]) -> list[Any]:
    """Return `rows` [N] cut into pieces of the given lengths, the reverse of laying them end to end.

    >>> cut("abc", np.array([2, 0, 1]))
    ['ab', '', 'c']
    """
    ends = np.cumsum(lengths)
    return [rows[int(end - length) : int(end)] for end, length in zip(ends, lengths, strict=True)]


def check_labels(lengths: NDArray[np.int64], labels: Sequence[Sequence[str]]) -> None:
    """Raise InvalidInput unless there is one label for every token of every record."""
    found = lengths_of(labels)
    if len(found) != len(lengths):
        raise InvalidInput(f"{len(lengths)} records have {len(found)} lists of labels.", "Give one list a record.")
    wrong = np.flatnonzero(found != lengths)
    if len(wrong):
        first = int(wrong[0])
        raise InvalidInput(
            f"Record {first} has {lengths[first]} tokens and {found[first]} labels; so have {len(wrong)} in all.",
            "Give one label a token, OUTSIDE for tokens in no span.",
        )
    if not lengths.sum():
        raise InvalidInput("There is no token to learn from.", "Give at least one record with text.")
