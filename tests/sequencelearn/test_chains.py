"""Sums and best paths against counting every path."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.sequencelearn.chains import Weights, pack, sum_paths
from al_core.sequencelearn.crf import Grammar, Objective, marginals, paths

STATES = 3
NEVER = np.array([[True, True, False], [True, True, True], [True, True, True]])  # 0 is never followed by 2


def random_chain(seed: int, lengths: list[int]) -> tuple[np.ndarray, Weights, np.ndarray]:
    rng = np.random.default_rng(seed)
    emissions = rng.normal(0, 2, (sum(lengths), STATES))
    transition = np.where(NEVER, rng.normal(0, 1, (STATES, STATES)), -np.inf)
    first = np.array([0.3, -0.2, -np.inf])
    return emissions, Weights(transition, first, rng.normal(0, 1, STATES)), np.array(lengths)


def all_paths(emissions: np.ndarray, weights: Weights) -> list[tuple[tuple[int, ...], float]]:
    """Every path through one record, with its log weight."""
    found = []
    for path in product(range(STATES), repeat=len(emissions)):
        weight = weights.first[path[0]] + weights.last[path[-1]] + emissions[range(len(path)), path].sum()
        weight += sum(weights.transition[a, b] for a, b in pairwise(path))
        found.append((path, float(weight)))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_marginals_partition_and_best_path_are_those_of_all_paths(seed):
    lengths = [2, 0, 4, 1, 4, 3]
    emissions, weights, counts = random_chain(seed, lengths)
    found, best = marginals(emissions, weights, counts), paths(emissions, weights, counts)
    packing = pack(counts)
    log_z, transitions, at = 0.0, np.zeros((STATES, STATES)), 0
    for length in lengths:
        if length == 0:
            continue
        rows = slice(at, at + length)
        every = all_paths(emissions[rows], weights)
        top = max(weight for _, weight in every)
        total = sum(np.exp(weight - top) for _, weight in every)
        expected = np.zeros((length, STATES))
        for path, weight in every:
            expected[range(length), path] += np.exp(weight - top) / total
            for a, b in pairwise(path):
                transitions[a, b] += np.exp(weight - top) / total
        np.testing.assert_allclose(found[rows], expected, atol=1e-10)
        assert tuple(best[rows]) == max(every, key=lambda one: one[1])[0]
        log_z += top + np.log(total)
        at += length
    sums = sum_paths(emissions[packing.order], weights, packing)
    assert sums.log_z == pytest.approx(log_z, abs=1e-9)
    np.testing.assert_allclose(sums.transitions, transitions, atol=1e-10)


def test_emissions_a_thousand_apart_stay_finite_and_legal():
    emissions = np.array([[1000.0, 0, 0], [0, 0, 1000.0], [0, 1000.0, 0]])
    _, weights, _ = random_chain(0, [1])
    found = marginals(emissions, weights, np.array([3]))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert paths(emissions, weights, np.array([3])).tolist() in ([0, 1, 1], [1, 2, 1])  # 0 then 2 is illegal


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(3)
    lengths = np.array([3, 1, 2])
    packing = pack(lengths)
    vectors = rng.normal(size=(6, 2)).astype(np.float32)
    states = np.array([0, 1, 2, 1, 1, 2])
    grammar = Grammar(NEVER, np.array([True, True, False]))
    objective = Objective(vectors, states[packing.order], packing, grammar, l2=0.7)
    at = rng.normal(size=objective.size)
    _, gradient = objective(at)
    step = 1e-3
    for i in range(objective.size):
        shift = np.eye(objective.size)[i] * step
        slope = (objective(at + shift)[0] - objective(at - shift)[0]) / (2 * step)
        assert gradient[i] == pytest.approx(slope, abs=2e-3)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=6).filter(any), st.integers(0, 1000), st.randoms())
def test_a_record_is_decided_alone_whatever_its_neighbours(lengths, seed, shuffler):
    emissions, weights, counts = random_chain(seed, lengths)
    together = np.split(marginals(emissions, weights, counts), np.cumsum(counts)[:-1])
    order = list(range(len(lengths)))
    shuffler.shuffle(order)
    parts = np.split(emissions, np.cumsum(counts)[:-1])
    shuffled = marginals(np.concatenate([parts[i] for i in order]), weights, counts[order])
    for place, i in enumerate(order):
        found = np.split(shuffled, np.cumsum(counts[order])[:-1])[place]
        np.testing.assert_allclose(found, together[i], atol=1e-12)
