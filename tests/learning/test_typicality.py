import warnings

import numpy as np
import pytest

from al_core.learning import typicality
from al_core.learning.typicality import typical_order


def regions(n_regions, n_rows, dim=8, seed=0):
    """`n_rows` vectors around each of `n_regions` unit vectors; row i belongs to region i // n_rows."""
    rng = np.random.default_rng(seed)
    return (np.repeat(np.eye(dim)[:n_regions], n_rows, axis=0) + rng.normal(0, 0.05, (n_regions * n_rows, dim))).astype(
        np.float32
    )


def test_the_first_step_takes_one_row_of_every_region():
    order = typical_order(regions(5, 30), steps=(5,), rng=np.random.default_rng(0))
    assert sorted(row // 30 for row in order) == [0, 1, 2, 3, 4]


def test_the_largest_region_comes_first():
    vectors = np.vstack([regions(2, 10), regions(1, 40)[:, ::-1]])
    order = typical_order(vectors, steps=(3,), rng=np.random.default_rng(0))
    assert order[0] >= 20


def test_the_row_in_the_middle_of_a_region_is_the_typical_one():
    angles = np.array([-0.3, -0.2, 0.0, 0.01, -0.01, 0.2, 0.3])
    order = typical_order(
        np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32), steps=(1,), rng=np.random.default_rng(0)
    )
    assert order.tolist() == [2]


def test_a_later_step_keeps_the_earlier_picks_and_adds_to_them():
    vectors = regions(6, 30)
    early = typical_order(vectors, steps=(4,), rng=np.random.default_rng(0))
    both = typical_order(vectors, steps=(4, 12), rng=np.random.default_rng(0))
    assert both[:4].tolist() == early.tolist()
    assert len(set(both.tolist())) == len(both)
    assert 8 <= len(both) <= 12


def test_fewer_rows_than_steps_are_fine():
    order = typical_order(regions(5, 6), rng=np.random.default_rng(0))
    assert 20 <= len(order) == len(set(order.tolist())) <= 30
    assert order.min() >= 0
    assert order.max() < 30


def test_copies_are_asked_about_once():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        order = typical_order(np.repeat(np.eye(3, dtype=np.float32), 40, axis=0), rng=np.random.default_rng(0))
    assert sorted(row // 40 for row in order) == [0, 1, 2]


@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e25])
def test_lengths_do_not_matter_and_zero_rows_are_left_out(scale):
    vectors = regions(3, 20)
    stretched = vectors * np.linspace(1, 9, 60, dtype=np.float32)[:, None] * np.float32(scale)
    zeros = np.zeros((5, 8), dtype=np.float32)
    order = typical_order(np.vstack([zeros, stretched]), steps=(3,), rng=np.random.default_rng(0))
    assert sorted((row - 5) // 20 for row in order) == [0, 1, 2]


@pytest.mark.parametrize("vectors", [np.empty((0, 4)), np.zeros((7, 4)), np.ones((1, 4))])
def test_hardly_anything_to_order(vectors):
    order = typical_order(vectors.astype(np.float32), rng=np.random.default_rng(0))
    assert order.tolist() == list(range(int(vectors.any(axis=1).sum())))


def test_a_large_project_is_sampled_and_a_large_region_too(monkeypatch):
    monkeypatch.setattr(typicality, "MOST_ROWS", 100)
    monkeypatch.setattr(typicality, "_MOST_ROWS_PER_CLUSTER", 10)
    vectors = regions(2, 200)
    order = typical_order(vectors, steps=(2, 4), rng=np.random.default_rng(3))
    assert sorted(row // 200 for row in order[:2]) == [0, 1]
    assert order.tolist() == typical_order(vectors, steps=(2, 4), rng=np.random.default_rng(3)).tolist()


@pytest.mark.parametrize("steps", [(), (0,), (20, 20), (40, 20)])
def test_steps_that_do_not_ascend_are_refused(steps):
    with pytest.raises(ValueError, match="steps must ascend"):
        typical_order(np.ones((3, 2), dtype=np.float32), steps=steps, rng=np.random.default_rng(0))
