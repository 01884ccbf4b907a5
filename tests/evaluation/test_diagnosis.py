from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.evaluation.diagnosis import calibration_error, confusion, histogram, reliability


def test_groups_of_about_equal_size_by_confidence():
    confidence = np.array([0.9, 0.1, 0.8, 0.2])
    right = np.array([True, False, True, True])
    low, high = reliability(confidence, right, bins=2)
    assert (low.confidence, low.precision, low.n) == (0.15, 0.5, 2)
    assert (high.confidence, high.precision, high.n) == (0.85, 1.0, 2)
    assert low.low < 0.5 < low.high
    assert calibration_error((low, high)) == pytest.approx((0.35 * 2 + 0.15 * 2) / 4)


def test_a_tree_with_two_confidences_gives_two_groups():
    confidence = np.repeat([0.0, 1.0], [30, 70])
    assert [one.n for one in reliability(confidence, confidence == 1)] == [30, 70]


def test_no_predictions_give_no_groups():
    assert reliability(np.array([]), np.array([], dtype=bool)) == ()
    assert calibration_error(()) is None


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
def test_every_prediction_is_in_one_group(rows):
    found = reliability(np.array([one / 20 for one, _ in rows]), np.array([right for _, right in rows]))
    assert sum(one.n for one in found) == len(rows)
    assert sum(one.n * one.precision for one in found) == pytest.approx(sum(right for _, right in rows))
    assert all(a.confidence < b.confidence for a, b in pairwise(found))


def test_a_label_never_predicted_and_one_never_given():
    counts = confusion(np.array([7, 7, 9]), np.array([8, -1, 9]), (7, 8, 9))
    assert counts.tolist() == [[0, 1, 0, 1], [0, 0, 0, 0], [0, 0, 1, 0]]


def test_the_histogram_counts_every_confidence_once():
    assert histogram(np.array([0.0, 0.04, 0.05, 0.99, 1.0])).tolist() == [2, 1] + [0] * 17 + [2]
    assert histogram(np.array([])).sum() == 0
