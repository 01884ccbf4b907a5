"""Exact nearest neighbours, groups of near-duplicates, and points of a plane, on small cases and against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.learning.duplicates import near_duplicate_groups
from al_core.learning.neighbours import nearest
from al_core.learning.projection import plane

COMPASS = np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [0, 0], [2, 2]], dtype=np.float32)
NORTH_EAST = np.array([1.0, 1.0])


def test_the_nearest_come_first_and_of_equal_ones_the_first_row():
    found = nearest(COMPASS, NORTH_EAST, 4)
    assert found.rows.tolist() == [5, 0, 1, 4]
    np.testing.assert_allclose(found.cosine, [1, np.sqrt(0.5), np.sqrt(0.5), 0], atol=1e-6)


def test_rows_that_are_not_allowed_or_not_finite_are_left_out():
    vectors = COMPASS.copy()
    vectors[0] = np.nan
    allowed = np.array([True, True, True, True, True, False])
    assert nearest(vectors, NORTH_EAST, 2, allowed=allowed).rows.tolist() == [1, 4]


def test_a_query_without_direction_has_no_neighbours():
    assert nearest(COMPASS, np.zeros(2), 3).rows.tolist() == []


def test_a_query_of_another_width_is_refused():
    with pytest.raises(ValueError, match=r"\(3,\)"):
        nearest(COMPASS, np.ones(3), 1)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 60), st.sampled_from([np.float16, np.float32]))
def test_chunks_and_a_file_change_nothing(tmp_path_factory, seed, k, chunk, dtype):
    rng = np.random.default_rng(seed)
    # few different values, so that rows with the same cosine meet at every border of chunks
    vectors = rng.integers(-1, 2, (50, 3)).astype(dtype)
    query = rng.integers(-1, 2, 3).astype(np.float64)
    path = tmp_path_factory.getbasetemp() / "vectors.npy"
    np.save(path, vectors)
    found = nearest(np.load(path, mmap_mode="r"), query, k, chunk=chunk)
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1) * np.linalg.norm(query)
    if not lengths.any():
        assert len(found.rows) == 0
        return
    cosine = vectors.astype(np.float64) @ query / np.where(lengths > 0, lengths, 1)
    wanted = np.sort(cosine)[::-1][:k]
    np.testing.assert_allclose(found.cosine, wanted, atol=1e-6)
    np.testing.assert_allclose(cosine[found.rows], wanted, atol=1e-6)
    assert len(set(found.rows.tolist())) == min(k, 50)


def test_groups_have_no_chains():
    angles = np.array([0, 10, 20, 30, 180])  # ten degrees are a cosine of 0.985, twenty of 0.94
    vectors = np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))], axis=1)
    assert near_duplicate_groups(vectors, 0.97).tolist() == [0, 0, 2, 2, 4]


def test_texts_without_a_vector_are_nobodys_duplicates():
    vectors = np.array([[0, 0], [1, 0], [0, 0], [np.nan, 1], [1, 0]])
    assert near_duplicate_groups(vectors).tolist() == [0, 1, 2, 3, 1]


@given(st.integers(0, 2**32 - 1))
def test_groups_are_the_same_in_blocks_of_any_size(seed):
    rng = np.random.default_rng(seed)
    vectors = rng.integers(0, 3, (40, 2)) + 0.0
    heard: list[float] = []
    one_block = near_duplicate_groups(vectors, block=100)
    assert near_duplicate_groups(vectors, block=7, on_progress=heard.append).tolist() == one_block.tolist()
    assert heard == sorted(heard) and heard[-1] == 1
    assert (one_block[one_block] == one_block).all() and (one_block <= np.arange(40)).all()


def test_two_far_heaps_stay_two_heaps_in_the_plane():
    rng = np.random.default_rng(1)
    heaps = np.repeat(np.eye(2, 8, dtype=np.float32), 20, axis=0) + rng.normal(0, 0.02, (40, 8)).astype(np.float32)
    heard: list[float] = []
    points = plane(heaps, rng=np.random.default_rng(0), on_progress=heard.append)
    assert points.shape == (40, 2) and points.min() >= 0 and points.max() <= 1
    first, second = points[:20], points[20:]
    apart = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    assert apart > 2 * max(first.std(axis=0).max(), second.std(axis=0).max())
    assert heard and heard == sorted(heard)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_few_or_equal_rows_have_a_place_too(n):
    assert np.isfinite(plane(np.eye(8)[:n], rng=np.random.default_rng(0))).all()
    assert plane(np.ones((n, 3)), rng=np.random.default_rng(0)).tolist() == [[0.5, 0.5]] * n
