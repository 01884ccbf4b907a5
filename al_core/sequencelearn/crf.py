"""A linear-chain conditional random field on dense token vectors (Lafferty, McCallum, Pereira 2001).

Fitted by L-BFGS with the analytic gradient: expected minus observed counts. Products with the vectors are float32,
sums are float64; nothing is random, so the same records give the same model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from al_core.sequencelearn.chains import Floats, Packing, Rows, Weights, best_paths, pack, sum_paths
from al_core.sequencelearn.ragged import Vectors

TRANSITION_PENALTY = 0.1  # there are few transitions, each seen often: they need little


@dataclass(frozen=True, slots=True)
class Grammar:
    """Which paths there are: possible transitions [K, K] from row to column, and the states [K] that may begin one."""

    legal: NDArray[np.bool_]
    may_begin: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FittedChain:
    """A fitted model: `emission` [dim, K] and `bias` [K] of centred and scaled vectors, and the chain's weights."""

    centre: Vectors
    scale: np.float32
    emission: Vectors
    bias: Floats
    weights: Weights
    n_iterations: int

    def emissions(self, vectors: Vectors) -> Floats:
        """Return the log weights [N, K] of the states of tokens with `vectors` [N, dim]."""
        scaled = (vectors - self.centre) / self.scale
        return np.asarray((scaled @ self.emission).astype(np.float64) + self.bias)

    def marginals(self, vectors: Vectors, lengths: Rows) -> Floats:
        """Return the probability of every state at every token, [N, K], given all tokens of its record."""
        return marginals(self.emissions(vectors), self.weights, lengths)

    def paths(self, vectors: Vectors, lengths: Rows) -> Rows:
        """Return the states [N] of the likeliest path of each record."""
        return paths(self.emissions(vectors), self.weights, lengths)


def marginals(emissions: Floats, weights: Weights, lengths: Rows) -> Floats:
    """Return state probabilities [N, K] of records laid end to end.

    >>> free = Weights(np.zeros((2, 2)), np.zeros(2), np.zeros(2))
    >>> marginals(np.log([[0.25, 0.75], [0.5, 0.5]]), free, np.array([2])).round(2).tolist()
    [[0.25, 0.75], [0.5, 0.5]]
    """
    if not len(emissions):
        return np.zeros(emissions.shape)
    packing = pack(lengths)
    found = np.empty_like(emissions)
    found[packing.order] = sum_paths(emissions[packing.order], weights, packing).marginals
    return found


def paths(emissions: Floats, weights: Weights, lengths: Rows) -> Rows:
    """Return the states [N] of the likeliest paths of records laid end to end.

    >>> sticky = Weights(np.log([[0.9, 0.1], [0.1, 0.9]]), np.zeros(2), np.zeros(2))
    >>> paths(np.log([[0.9, 0.1], [0.4, 0.6], [0.9, 0.1]]), sticky, np.array([3])).tolist()
    [0, 0, 0]
    """
    if not len(emissions):
        return np.zeros(0, dtype=np.int64)
    packing = pack(lengths)
    found = np.empty(len(emissions), dtype=np.int64)
    found[packing.order] = best_paths(emissions[packing.order], weights, packing)
    return found


class Objective:
    """The penalised negative log likelihood of labelled records, and its gradient, as L-BFGS wants them.

    `vectors` [N, dim] and `states` [N] are in packed order.
    """

    def __init__(self, vectors: Vectors, states: Rows, packing: Packing, grammar: Grammar, l2: float) -> None:
        self.vectors, self.states, self.packing, self.l2 = vectors, states, packing, l2
        self.n_states, self.n_records = len(grammar.may_begin), packing.counts[0]
        self._illegal = np.where(grammar.legal, 0.0, -np.inf)
        self._illegal_first = np.where(grammar.may_begin, 0.0, -np.inf)
        self._seen = np.zeros((self.n_states, self.n_states))
        for before, rows in packing.steps:
            np.add.at(self._seen, (states[before], states[rows]), 1)
        self._first = np.bincount(states[: self.n_records], minlength=self.n_states)
        self._last = np.bincount(states[packing.last], minlength=self.n_states)

    @property
    def size(self) -> int:
        """Return how many weights there are."""
        return self.n_states * int(self.vectors.shape[1] + 1 + self.n_states + 2)

    def unpacked(self, flat: Floats) -> tuple[Floats, Floats, Weights]:
        """Return emission weights [dim, K], biases [K] and the chain's weights, of which illegal ones are -inf."""
        k, dim = self.n_states, self.vectors.shape[1]
        emission, bias, transition, first, last = np.split(flat, np.cumsum([dim * k, k, k * k, k]))
        weights = Weights(transition.reshape(k, k) + self._illegal, first + self._illegal_first, last)
        return emission.reshape(dim, k), bias, weights

    def __call__(self, flat: Floats) -> tuple[float, Floats]:
        """Return the loss a record and its gradient [size]."""
        emission, bias, weights = self.unpacked(flat)
        scores = (self.vectors @ emission.astype(np.float32)).astype(np.float64) + bias
        sums = sum_paths(scores, weights, self.packing)
        rows = np.arange(len(scores))
        chain = flat[emission.size + bias.size :]
        seen = np.concatenate([self._seen.ravel(), self._first, self._last])
        penalty = 0.5 * self.l2 * float((emission**2).sum()) + 0.5 * TRANSITION_PENALTY * float(chain @ chain)
        loss = sums.log_z - scores[rows, self.states].sum() - chain @ seen + penalty
        excess = sums.marginals.copy()
        excess[rows, self.states] -= 1
        of_emission = (self.vectors.T @ excess.astype(np.float32)).astype(np.float64) + self.l2 * emission
        first = sums.marginals[: self.n_records].sum(axis=0)
        last = sums.marginals[self.packing.last].sum(axis=0)
        expected = np.concatenate([sums.transitions.ravel(), first, last])
        of_chain = expected - seen + TRANSITION_PENALTY * chain
        gradient = np.concatenate([of_emission.ravel(), excess.sum(axis=0), of_chain])
        return loss / self.n_records, gradient / self.n_records


def fit_chain(
    vectors: Vectors, lengths: Rows, states: Rows, grammar: Grammar, *, l2: float, max_iterations: int = 100
) -> FittedChain:
    """Return the chain fitted to tokens with `vectors` [N, dim] and `states` [N] in records of `lengths` [n]."""
    packing = pack(lengths)
    centre = vectors.mean(axis=0)
    scale = np.float32(vectors.std() + 1e-6)  # one scale for all dimensions: their distances keep their meaning
    scaled = ((vectors - centre) / scale)[packing.order]
    objective = Objective(scaled, states[packing.order], packing, grammar, l2)
    found = minimize(
        objective,
        np.zeros(objective.size),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iterations, "ftol": 1e-6, "gtol": 1e-4, "maxcor": 10},
    )
    emission, bias, weights = objective.unpacked(found.x)
    return FittedChain(centre, scale, emission.astype(np.float32), bias, weights, int(found.nit))
