"""Prototypes of classes: directions that stand for a class before and beside its labelled rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Vectors = NDArray[np.floating]

MOST_ROWS = 4000  # so many rows of the pool are looked at; more change nothing and cost
_ROUNDS, _SHARPNESS, _SURE = 5, 12.0, 0.5
_MOST_PULL, _FULL_PULL_ROWS, _OWN_WEIGHT = 4.0, 5.0, 2.0


def unit(rows: Vectors) -> Floats:
    """Return the rows [n, d] scaled to length 1, as float64; rows of zeros stay zeros.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    wide = np.asarray(rows, dtype=np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.where(lengths > 0, lengths, 1.0))


def softmax(logits: Floats) -> Floats:
    """Return probabilities [n, K] of logits [n, K], safe for large ones.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def pulled(names: Vectors, pool: Vectors) -> Floats:
    """Return the label names' directions [K, d] moved towards the unlabelled rows that they attract.

    `names` [K, d] is centred on its own mean, because what all names share tells none of them apart. Five rounds of
    soft spherical k-means over `pool` [n, d], in which only rows that one label claims with more than one half count
    and a label keeps its own name with weight 2 against 4 or less. Without rows the names are returned, centred.

    >>> moved = pulled(np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([[0.8, 0.6], [-1.0, 0.0]] * 5))
    >>> moved.round(2).tolist()
    [[0.91, 0.42], [-1.0, 0.0]]
    """
    own = unit(unit(names) - unit(names).mean(axis=0))
    rows = unit(pool)
    prototypes = own
    for _ in range(_ROUNDS if len(rows) else 0):
        claims = softmax(_SHARPNESS * rows @ prototypes.T)
        claims[claims.max(axis=1) <= _SURE] = 0.0
        attracted = unit(claims.T @ rows)
        pull = _MOST_PULL * np.minimum(1.0, claims.sum(axis=0) / _FULL_PULL_ROWS)[:, None]
        prototypes = unit((_OWN_WEIGHT * own + pull * attracted) / (_OWN_WEIGHT + pull))
    return prototypes


def prototypes_of(rows: Vectors, classes: NDArray[np.int64], names: Floats | None, worth: float, n: int) -> Floats:
    """Return the prototypes [n, d]: the direction of each class's labelled rows, mixed with the names'.

    `rows` [m, d], `classes` [m] in 0 .. n-1. A name counts as much as `worth` labels of its class; without `names`
    a class is where its rows are, and zeros where it has none.

    >>> prototypes_of(np.eye(2), np.array([0, 0]), np.array([[1.0, 0.0], [0.0, 1.0]]), 2.0, 2).round(2).tolist()
    [[0.92, 0.38], [0.0, 1.0]]
    """
    counts = np.bincount(classes, minlength=n).astype(np.float64)[:, None]
    sums = np.zeros((n, rows.shape[1]))
    np.add.at(sums, classes, rows)
    if names is None:
        return unit(sums)
    return unit(counts / (counts + worth) * unit(sums) + worth / (counts + worth) * names)


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two labels, by their positions, whose names point in nearly the same direction, and the cosine of the two."""

    first: int
    second: int
    cosine: float


def confusions(names: Vectors, *, above: float) -> tuple[Confusion, ...]:
    """Return the pairs of labels whose vectors [K, d], as they are, have a cosine above `above`, closest first.

    >>> confusions(np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]), above=0.7)
    (Confusion(first=0, second=1, cosine=0.8),)
    """
    directions = unit(names)
    cosines = np.triu((directions @ directions.T).round(6), k=1)
    pairs = np.argwhere(cosines > above)
    found = [Confusion(int(a), int(b), float(cosines[a, b])) for a, b in pairs]
    return tuple(sorted(found, key=lambda one: (-one.cosine, one.first, one.second)))
