"""A batch of hard records of different kinds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.learning.diversity import diverse_order

KINDS = np.eye(3)


def order(score, vectors, n, seed=0):
    return diverse_order(np.array(score), np.array(vectors), n, rng=np.random.default_rng(seed)).tolist()


def test_each_kind_is_asked_once_before_any_is_asked_twice():
    kind = [0, 0, 0, 0, 1, 1, 2, 2]  # by score alone the first three would be of one kind
    first = order([0.9, 0.89, 0.88, 0.87, 0.5, 0.49, 0.3, 0.29], KINDS[kind], 3)
    assert first[:3] == [0, 4, 6]
    assert first[3:] == [1, 2, 3, 5, 7]


def test_only_ten_times_the_batch_is_clustered():
    score = [1.0] * 20 + [0.5]
    vectors = [[1.0, 0.0]] * 10 + [[1.0, 0.1]] * 10 + [[0.0, 1.0]]
    assert order(score, vectors, 2)[-1] == 20


def test_a_cluster_gives_the_row_in_its_middle_and_hard_ones_pull():
    fan = [[1.0, 0.0], [1.0, 0.4], [1.0, 0.8]]
    far = [[-1.0, 0.0]]
    assert 1 in order([0.5, 0.5, 0.5, 0.5], fan + far, 2)[:2]
    assert 0 in order([0.9, 0.01, 0.01, 0.5], fan + far, 2)[:2]


def test_without_vectors_the_score_alone_decides():
    assert order([0.1, 0.9, 0.5], np.zeros((3, 4)), 2) == [1, 2, 0]
    assert order([0.0, 0.0, 0.0], KINDS, 2)[0] in (0, 1, 2)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1), st.floats(-1, 1)), max_size=40),
    st.integers(0, 8),
    st.integers(0, 3),
)
def test_every_row_stands_in_the_order_once(rows, n, seed):
    score = [one[0] for one in rows]
    vectors = np.array([one[1:] for one in rows]).reshape(-1, 2)
    found = order(score, vectors, n, seed)
    assert sorted(found) == list(range(len(rows)))
    assert found == order(score, vectors, n, seed)


def test_shapes_must_line_up():
    with pytest.raises(ValueError, match="3 scores, but vectors of shape"):
        order([1, 2, 3], np.zeros((2, 4)), 2)
