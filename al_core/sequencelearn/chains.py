"""Inference in linear chains, packed by length: no padding, no masks, one step for all sequences at a time.

Sequences are sorted by length, the longest first, so that those that still run at step t are the first `counts[t]`
of them; row `starts[t] + i` of a packed array is token t of the i-th sequence of that order. Forward and backward
messages are scaled at each step (Rabiner 1989, section V.A).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# An emission further than this below its token's best counts as this far: the messages cannot underflow to 0 / 0.
DEEPEST = -300.0


@dataclass(frozen=True)
class Packing:
    """Where tokens lie. `order` [N]: the flat row of each packed row; `last` [B]: packed rows of last tokens."""

    order: Rows
    counts: tuple[int, ...]
    starts: tuple[int, ...]
    last: Rows

    @cached_property
    def steps(self) -> tuple[tuple[slice, slice], ...]:
        """Return for each step after the first: the rows of the tokens before, and the rows of its tokens."""
        pairs = zip(self.starts, self.starts[1:], self.counts[1:], strict=False)
        return tuple((slice(before, before + n), slice(start, start + n)) for before, start, n in pairs)


@dataclass(frozen=True, slots=True)
class Weights:
    """Log weights of a chain: transitions [K, K] (-inf where illegal), first [K] (likewise) and last [K] states."""

    transition: Floats
    first: Floats
    last: Floats


@dataclass(frozen=True, slots=True)
class Sums:
    """Over all paths: `log_z`, state probabilities [N, K] in packed order, expected transitions [K, K]."""

    log_z: float
    marginals: Floats
    transitions: Floats


def pack(lengths: Rows) -> Packing:
    """Return the packing of sequences of `lengths` [n], of which at least one has a token.

    >>> pack(np.array([1, 3, 0])).order.tolist()  # the second sequence is the longest
    [1, 0, 2, 3]
    """
    begins = np.cumsum(lengths) - lengths
    by_length = np.argsort(-lengths, kind="stable")
    by_length = by_length[lengths[by_length] > 0]
    begins, sorted_lengths = begins[by_length], lengths[by_length]
    running = np.searchsorted(-sorted_lengths, -np.arange(1, sorted_lengths[0] + 1), side="right")
    counts = tuple(int(n) for n in running)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    order = np.concatenate([begins[:n] + step for step, n in enumerate(counts)])
    last = starts[sorted_lengths - 1] + np.arange(len(sorted_lengths))
    return Packing(order, counts, tuple(int(start) for start in starts), last)


def sum_paths(emissions: Floats, weights: Weights, packing: Packing) -> Sums:
    """Return the sums over all paths through packed emissions [N, K]."""
    n_first = packing.counts[0]
    best = emissions.max(axis=1, keepdims=True)
    likelihood = np.exp(np.maximum(emissions - best, DEEPEST))
    transition, ending = np.exp(weights.transition), np.exp(weights.last)
    forward, scale = np.empty_like(likelihood), np.empty(len(likelihood))
    message = likelihood[:n_first] * np.exp(weights.first)
    scale[:n_first] = message.sum(axis=1)
    forward[:n_first] = message / scale[:n_first, None]
    for before, rows in packing.steps:
        message = (forward[before] @ transition) * likelihood[rows]
        scale[rows] = message.sum(axis=1)
        forward[rows] = message / scale[rows, None]
    ended = forward[packing.last] @ ending
    log_z = float(np.log(scale).sum() + best.sum() + np.log(ended).sum())
    backward = np.empty_like(likelihood)
    backward[packing.last] = ending / ended[:, None]
    transitions = np.zeros_like(transition)
    for before, rows in reversed(packing.steps):
        message = backward[rows] * likelihood[rows] / scale[rows, None]
        transitions += forward[before].T @ message
        backward[before] = message @ transition.T
    # of the tokens before, those that end their sequence are not among the rows of the step: set above, kept
    return Sums(log_z, forward * backward, transitions * transition)


def best_paths(emissions: Floats, weights: Weights, packing: Packing) -> Rows:
    """Return the state of each packed row [N] on the best path of its sequence (Viterbi)."""
    n_first = packing.counts[0]
    scores = np.empty_like(emissions)
    came_from = np.zeros(emissions.shape, dtype=np.int64)
    scores[:n_first] = emissions[:n_first] + weights.first
    for before, rows in packing.steps:
        reached = scores[before][:, :, None] + weights.transition
        came_from[rows] = reached.argmax(axis=1)
        scores[rows] = reached.max(axis=1) + emissions[rows]
    path = np.empty(len(emissions), dtype=np.int64)
    path[packing.last] = (scores[packing.last] + weights.last).argmax(axis=1)
    for before, rows in reversed(packing.steps):
        path[before] = np.take_along_axis(came_from[rows], path[rows][:, None], axis=1)[:, 0]
    return path
