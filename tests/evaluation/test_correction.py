import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.evaluation.correction import corrected_precision
from al_core.evaluation.precision import GRID

LEVELS = st.integers(0, 100).map(lambda hundredths: hundredths / 100)


def test_hard_labels_are_weighed_by_where_the_pool_lies():
    # all labels were asked at 0.5, where half is right, and few at 0.9, where all are; the pool lies at 0.9
    confidence = np.repeat([0.9, 0.5], [10, 90])
    right = np.concatenate([np.ones(10), np.arange(90) % 2]).astype(bool)
    pool = np.repeat([0.9, 0.5], [80, 20])
    corrected = corrected_precision(confidence, right, pool, np.array([0.0, 0.6]))
    assert corrected.tolist() == pytest.approx([0.8 * 1 + 0.2 * 0.5, 1.0])
    assert right.mean() == pytest.approx(0.55)


def test_what_is_right_never_falls_with_confidence():
    # the surest prediction is wrong: the fit pools it with the one below
    corrected = corrected_precision([0.9, 0.8, 0.3], [False, True, False], [0.9, 0.3], np.array([0.0, 0.5]))
    assert corrected.tolist() == pytest.approx([0.25, 0.5])


def test_nothing_labelled_or_nothing_kept_is_unknown():
    assert np.isnan(corrected_precision([], [], [0.5, 0.9])).all()
    assert np.isnan(corrected_precision([0.5], [True], [])).all()
    corrected = corrected_precision([0.5], [True], [0.7])
    assert corrected[:71].tolist() == [1.0] * 71
    assert np.isnan(corrected[71:]).all()


def test_a_confidence_that_shows_as_the_threshold_is_kept():
    corrected = corrected_precision([0.83], [True], [np.float32(0.83)])
    assert corrected[83] == 1.0


@given(st.lists(st.tuples(LEVELS, st.booleans()), min_size=1, max_size=40), st.lists(LEVELS, min_size=1, max_size=40))
def test_the_line_stays_within_what_was_seen(rows, pool):
    confidence, right = np.array([one for one, _ in rows]), np.array([right for _, right in rows])
    corrected = corrected_precision(confidence, right, pool)
    known = ~np.isnan(corrected)
    assert known.tolist() == [any(one >= threshold for one in pool) for threshold in GRID]
    assert (corrected[known] >= 0).all()
    assert (corrected[known] <= 1).all()
    # a higher threshold keeps surer predictions
    assert (np.diff(corrected[known]) >= -1e-9).all()


@given(st.lists(st.tuples(LEVELS, st.booleans()), min_size=1, max_size=40))
def test_on_the_labelled_records_themselves_it_is_the_plain_share(rows):
    confidence, right = np.array([one for one, _ in rows]), np.array([right for _, right in rows])
    assert corrected_precision(confidence, right, confidence, np.array([0.0]))[0] == pytest.approx(right.mean())


@pytest.mark.parametrize(
    ("confidence", "pool", "message"), [([0.5, 0.6], [0.5], "shape"), ([float("nan")], [0.5], "nan")]
)
def test_broken_arrays_are_refused(confidence, pool, message):
    with pytest.raises(ValueError, match=message):
        corrected_precision(confidence, [True], pool)
