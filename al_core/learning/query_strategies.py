"""Whom to ask next: pure scores over probabilities, one way to take the best, and the mix with random records.

A new strategy is one registered function from probabilities [n, K] to a score [n]; higher means: ask sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.registry import Registry
from al_core.types import RANDOM

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Cells = NDArray[np.floating]  # of one precision, whichever it has
Strategy = Callable[[NDArray[np.floating]], Floats]

STRATEGIES: Registry[Strategy] = Registry("query strategy")

# Below this many random labels the audit sample is too small to carry an estimate, so it grows twice as fast.
ENOUGH_RANDOM_LABELS = 100

_CELLS_PER_CHUNK = 150_000  # about half a megabyte


@dataclass(frozen=True, slots=True)
class Draw:
    """Records to ask about, in this order: `indices` [m], what chose each of them, and its `probability` [m].

    The probability is k / pool for the k records drawn uniformly. A strategy's choice is deterministic given the
    run it ranks by, and has probability 1.
    """

    indices: Rows
    drawn_by: tuple[str, ...]
    probability: Floats


def _by_chunks(score: Callable[[Cells], Floats], proba: NDArray[np.floating]) -> Floats:
    """Return `score` of all rows, a few at a time: they stay in the cache, and a million rows are never copied."""
    n_rows, n_columns = proba.shape
    scores = np.empty(n_rows, dtype=np.float64)
    size = max(1, _CELLS_PER_CHUNK // n_columns)
    for start in range(0, n_rows, size):
        rows = proba[start : start + size]
        # half precision is slow, and sums of it are wrong
        scores[start : start + size] = score(rows.astype(np.float32) if rows.dtype == np.float16 else rows)
    return scores


@STRATEGIES.register("margin")
def margin(proba: NDArray[np.floating]) -> Floats:
    """Return 1 minus the lead of the first class over the second [n], in 0 .. 1; a missing second class has 0.

    >>> margin(np.array([[0.5, 0.5], [1.0, 0.0]])).tolist()
    [1.0, 0.0]
    """

    def score(rows: Cells) -> Floats:
        # Twice the largest is several times faster than sorting or partitioning so short rows.
        each, best = np.arange(len(rows)), rows.argmax(axis=1)
        first = rows[each, best].astype(np.float64)
        rest = rows.copy()
        rest[each, best] = 0
        lead: Floats = first - rest.max(axis=1)
        return 1 - lead

    return _by_chunks(score, proba)


@STRATEGIES.register("least_confidence")
def least_confidence(proba: NDArray[np.floating]) -> Floats:
    """Return 1 minus the probability of the first class [n], in 0 .. 1.

    >>> least_confidence(np.array([[0.5, 0.5], [0.75, 0.25]])).tolist()
    [0.5, 0.25]
    """

    def score(rows: Cells) -> Floats:
        top: Floats = rows.max(axis=1).astype(np.float64)
        return 1 - top

    return _by_chunks(score, proba)


@STRATEGIES.register("entropy")
def entropy(proba: NDArray[np.floating]) -> Floats:
    """Return the entropy of each row in bits [n]; 0 log 0 counts as 0.

    >>> entropy(np.array([[0.5, 0.5], [1.0, 0.0]])).tolist()
    [1.0, 0.0]
    """

    def score(rows: Cells) -> Floats:
        logs = np.log(np.maximum(rows, np.finfo(rows.dtype).tiny))  # times a share of 0 that is 0
        nats: Floats = np.einsum("nk,nk->n", rows, logs).astype(np.float64)
        bits: Floats = np.abs(nats) / np.log(2)
        return bits

    return _by_chunks(score, proba)


def select(score: NDArray[np.floating], n: int, *, rng: np.random.Generator) -> Rows:
    """Return the rows of the `n` highest scores, highest first, ties in random order; all rows where n is larger.

    >>> select(np.array([0.1, 0.9, 0.5]), 2, rng=np.random.default_rng(0)).tolist()
    [1, 2]
    """
    if n < 0:
        raise ValueError(f"n must not be negative, but is {n}")
    # A stable sort of shuffled rows leaves equal scores in shuffled order.
    scores = np.asarray(score, dtype=np.float64)
    rows = np.arange(len(scores))
    if 0 < n < len(scores):  # sorting those that cannot be among the best would take ten times as long
        rows = np.flatnonzero(scores >= np.partition(scores, -n)[-n])
    shuffled = rng.permutation(rows)
    ranked = np.argsort(-scores[shuffled], kind="stable")[:n]
    return shuffled[ranked].astype(np.int64)


def random_share(n_random_labels: int) -> float:
    """Return the share of a draw that is random, given how many labels on random records there are.

    >>> random_share(99), random_share(100)
    (0.2, 0.1)
    """
    return 0.2 if n_random_labels < ENOUGH_RANDOM_LABELS else 0.1


def mix(ranked: Rows, pool: Rows, n: int, *, strategy: str, random_share: float, rng: np.random.Generator) -> Draw:
    """Return `n` records of which about `random_share` are uniformly random and the rest the strategy's first.

    `pool` holds all records that may be drawn, each once; `ranked` a part of it in the strategy's order, each once.
    The k random records are drawn first, from the whole pool, so they are a fair sample of it; k is rounded at
    random so that the share is right on average. The strategy adds the first in `ranked` not yet taken. Where
    `ranked` is too short, the random part is as much larger as it takes. Random records stand at random places,
    so that nobody can guess which they are. A pool smaller than `n` is returned whole. With the strategy "random"
    all are random.

    >>> rng = np.random.default_rng(0)
    >>> drawn = mix(np.array([4, 2]), np.arange(5), 2, strategy="margin", random_share=0.0, rng=rng)
    >>> drawn.indices.tolist(), drawn.drawn_by, drawn.probability.tolist()
    ([4, 2], ('margin', 'margin'), [1.0, 1.0])
    """
    if not 0 <= random_share <= 1:
        raise ValueError(f"random_share must be from 0 to 1, not {random_share}")
    # What a ranking chose must never be called random: it would spoil the audit sample.
    share = 1.0 if strategy == RANDOM else random_share
    n_drawn = max(0, min(n, len(pool)))
    n_random = min(int(np.floor(n_drawn * share + rng.random())), n_drawn)
    shuffled = rng.permutation(pool) if len(ranked) < n_drawn else rng.choice(pool, n_random, replace=False)
    n_random = _enlarged(n_random, shuffled, ranked, n_drawn)
    random_records = shuffled[:n_random]
    # At most n_random of the ranked records are taken already, so the first n_drawn are enough to choose from.
    best = ranked[:n_drawn]
    chosen = best[~np.isin(best, random_records)][: n_drawn - n_random]
    is_random = np.zeros(n_drawn, dtype=np.bool_)
    is_random[rng.choice(n_drawn, n_random, replace=False)] = True
    indices = np.empty(n_drawn, dtype=np.int64)
    indices[is_random] = random_records
    indices[~is_random] = chosen
    return Draw(
        indices=indices,
        drawn_by=tuple(RANDOM if at_random else strategy for at_random in is_random),
        probability=np.where(is_random, n_random / max(len(pool), 1), 1.0),
    )


def _enlarged(n_random: int, shuffled: Rows, ranked: Rows, n_drawn: int) -> int:
    """Return the least number of random records, at least `n_random`, with which the ranked ones fill the draw.

    Filling up from the records that are not ranked would be simpler, but would make the random part a sample of
    those alone. Taking more of one shuffle of the whole pool keeps it (but for the last record) a fair one.
    """
    if len(ranked) >= n_drawn:
        return n_random
    is_new = ~np.isin(shuffled, ranked)
    filled = len(ranked) + np.cumsum(is_new)
    return max(n_random, int(np.searchsorted(filled, n_drawn)) + 1)
