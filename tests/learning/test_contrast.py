"""Batches of a contrastive tuning, on cases checkable by eye."""

import numpy as np

from al_core.learning.contrast import batches, shared


def test_partners_share_a_label_and_each_row_begins_a_pair_in_turn():
    truth = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [0, 1, 0]])
    found = batches(truth, 5, np.random.default_rng(3))
    assert found.shape == (5, 32)
    first, second = found[:, :16].ravel(), found[:, 16:].ravel()
    assert np.bincount(first).tolist() == [16] * 5
    assert ((truth[first] * truth[second]).sum(axis=1) > 0).all()
    assert (first != second).all()
    assert np.array_equal(found, batches(truth, 5, np.random.default_rng(3)))
    assert not np.array_equal(found, batches(truth, 5, np.random.default_rng(4)))


def test_a_label_of_one_row_is_its_own_partner():
    truth = np.array([[1, 0], [0, 1], [0, 1]])
    found = batches(truth, 3, np.random.default_rng(0))
    first, second = found[:, :16].ravel(), found[:, 16:].ravel()
    assert (second[first == 0] == 0).all()
    assert shared(truth).tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_rows_without_a_label_share_nothing():
    assert shared(np.zeros((2, 3), dtype=int)).tolist() == [[0, 0], [0, 0]]
