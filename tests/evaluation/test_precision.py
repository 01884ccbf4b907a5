import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from al_core.errors import InvalidInput
from al_core.evaluation.precision import (
    ABSTAINED,
    GRID,
    Predicted,
    clopper_pearson,
    keep,
    precision_by_label,
    precision_curve,
)

UNIT = st.floats(0, 1)
HUNDREDTHS = st.integers(0, 100).map(lambda hundredths: hundredths / 100)


def test_the_grid_has_two_exact_decimals():
    assert GRID.tolist() == [float(f"{hundredths / 100:.2f}") for hundredths in range(101)]
    with pytest.raises(ValueError, match="read-only"):
        GRID[0] = 1


@pytest.mark.parametrize("threshold", GRID.tolist())
def test_a_confidence_that_shows_as_the_threshold_is_kept(threshold):
    shown = [threshold, np.float32(threshold), threshold + 1e-9, threshold - 1e-9, np.nextafter(threshold, -1)]
    assert keep(np.array(shown), threshold).all()
    assert not keep(np.array([threshold - 1e-6]), threshold).any()


def test_keep_takes_one_threshold_for_each_prediction_and_never_keeps_nan():
    assert keep(np.array([0.5, 0.5, np.nan]), np.array([0.4, 0.6, 0.0])).tolist() == [True, False, False]
    assert keep(np.array([]), 0.5).shape == (0,)


@given(st.lists(UNIT, max_size=30), UNIT, UNIT)
def test_a_higher_threshold_keeps_nothing_more(confidence, one, other):
    low, high = sorted([one, other])
    assert not (keep(np.array(confidence), high) & ~keep(np.array(confidence), low)).any()


@pytest.mark.parametrize(
    ("correct", "n", "expected"),
    [
        (0, 0, (0, 1)),
        (0, 10, (0, 1 - 0.025**0.1)),
        (10, 10, (0.025**0.1, 1)),
        (9, 10, (0.5550, 0.9975)),
        (81, 90, (0.8186, 0.9532)),
    ],
)
def test_intervals_of_known_counts(correct, n, expected):
    low, high = clopper_pearson([correct], [n])
    assert (low[0], high[0]) == pytest.approx(expected, abs=5e-5)


@given(st.integers(1, 500), st.data(), st.sampled_from([0.8, 0.95, 0.9975]))
def test_an_interval_holds_the_share_and_inverts_the_binomial(n, data, level):
    correct = data.draw(st.integers(0, n))
    low, high = (float(end) for end in clopper_pearson(correct, n, level))
    assert 0 <= low <= correct / n <= high <= 1
    tail = (1 - level) / 2
    assert correct == 0 or binom.sf(correct - 1, n, low) == pytest.approx(tail, rel=1e-6)
    assert correct == n or binom.cdf(correct, n, high) == pytest.approx(tail, rel=1e-6)


@pytest.mark.parametrize(("correct", "n", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0)])
def test_impossible_counts_are_refused(correct, n, level):
    with pytest.raises(ValueError, match="must be"):
        clopper_pearson(correct, n, level)


def test_a_curve_checked_by_eye():
    curve = precision_curve(
        confidence=[0.9, 0.8, 0.8, 0.6, 0.2],
        correct=[True, True, False, False, True],
        pool_confidence=[0.95, 0.8, 0.5, 0.1],
        pool_size=8,
        thresholds=np.array([0.0, 0.5, 0.8, 0.81, 0.95]),
    )
    assert curve.kept.tolist() == [5, 4, 3, 1, 0]
    assert curve.correct.tolist() == [3, 2, 2, 1, 0]
    assert curve.precision[:4].tolist() == [3 / 5, 2 / 4, 2 / 3, 1 / 1]
    assert np.isnan(curve.precision[4])
    assert (curve.low[4], curve.high[4]) == (0, 1)
    assert curve.records.tolist() == [4, 3, 2, 1, 1]
    assert curve.coverage.tolist() == [4 / 8, 3 / 8, 2 / 8, 1 / 8, 1 / 8]


def test_the_estimate_at_a_threshold_is_the_curve_there():
    curve = precision_curve([0.9, 0.83, 0.5], [True, False, True], [0.83, 0.2], 4)
    estimate = curve.at(0.83)
    assert (estimate.precision, estimate.kept, estimate.correct) == (1 / 2, 2, 1)
    assert (estimate.records, estimate.coverage) == (1, 1 / 4)
    assert (estimate.low, estimate.high) == (curve.low[83], curve.high[83])
    assert curve.at(1.0).precision is None


def test_a_threshold_off_the_curve_is_refused():
    with pytest.raises(InvalidInput, match=r"0\.835"):
        precision_curve([], [], [], 0).at(0.835)


def test_nothing_at_all_gives_a_curve_that_knows_nothing():
    curve = precision_curve([], [], [], 0)
    assert len(curve.thresholds) == 101
    assert np.isnan(curve.precision).all()
    assert curve.coverage.tolist() == [0.0] * 101
    assert (set(curve.low), set(curve.high)) == ({0.0}, {1.0})


@given(st.lists(st.tuples(HUNDREDTHS, st.booleans()), max_size=40), st.lists(HUNDREDTHS, max_size=40), HUNDREDTHS)
def test_the_curve_counts_what_keep_keeps(rows, pool, threshold):
    confidence = np.array([one for one, _ in rows])
    correct = np.array([right for _, right in rows], dtype=bool)
    estimate = precision_curve(confidence, correct, pool, len(pool)).at(threshold)
    kept = keep(confidence, threshold)
    assert estimate.kept == kept.sum()
    assert estimate.correct == (kept & correct).sum()
    assert estimate.records == keep(pool, threshold).sum()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"correct": [True]}, "shape"),
        ({"confidence": [0.5, float("nan")]}, "nan"),
        ({"pool_confidence": [float("nan")]}, "nan"),
        ({"pool_size": 0}, "pool of 0"),
        ({"thresholds": np.array([0.5, 0.5])}, "ascend"),
    ],
)
def test_what_cannot_be_counted_is_refused(changed, message):
    arguments = {"confidence": [0.5, 0.6], "correct": [True, False], "pool_confidence": [0.5], "pool_size": 1}
    with pytest.raises(ValueError, match=message):
        precision_curve(**(arguments | changed))


SPAM, HAM, NEWS = 1, 2, 3


def predicted(*pairs):
    label_ids, confidence = [label for label, _ in pairs], [one for _, one in pairs]
    return Predicted(np.array(label_ids, dtype=np.int64), np.array(confidence, dtype=np.float64))


def test_precision_recall_and_f1_of_each_label():
    labelled = predicted((SPAM, 0.9), (SPAM, 0.7), (HAM, 0.8), (HAM, 0.4), (ABSTAINED, 0.0), (SPAM, 0.6))
    truth = np.array([SPAM, HAM, HAM, HAM, HAM, SPAM])
    pool = predicted((SPAM, 0.9), (NEWS, 0.9), (HAM, 0.1), (ABSTAINED, 1.0))
    found = precision_by_label(labelled, truth, 0.5, pool=pool, pool_size=10)
    assert list(found) == [SPAM, HAM, NEWS]
    spam, ham, news = found.values()
    assert (spam.kept, spam.correct, spam.labelled) == (3, 2, 2)
    assert (spam.precision, spam.recall, spam.f1) == (2 / 3, 2 / 2, 4 / 5)
    assert (ham.precision, ham.recall, ham.f1) == (1 / 1, 1 / 4, 2 / 5)
    assert (news.precision, news.recall, news.f1, news.low, news.high) == (None, None, None, 0, 1)
    assert [one.records for one in found.values()] == [1, 0, 1]
    assert spam.coverage == 1 / 10


def test_each_label_can_have_its_own_threshold():
    labelled = predicted((SPAM, 0.6), (HAM, 0.6))
    found = precision_by_label(
        labelled, np.array([SPAM, HAM]), {SPAM: 0.5, HAM: 0.7}, pool=predicted((SPAM, 0.4)), pool_size=1
    )
    assert [one.kept for one in found.values()] == [1, 0]
    assert [one.records for one in found.values()] == [0, 0]
    with pytest.raises(KeyError):
        precision_by_label(labelled, np.array([SPAM, HAM]), {SPAM: 0.5}, pool=labelled, pool_size=2)


def test_labels_of_nothing_are_none():
    assert precision_by_label(predicted(), np.array([], dtype=np.int64), 0.5, pool=predicted(), pool_size=0) == {}


def test_labels_add_up_to_the_curve():
    rng = np.random.default_rng(0)
    rows = Predicted(rng.integers(1, 4, 60), rng.integers(0, 101, 60) / 100)
    truth = rng.integers(1, 4, 60)
    by_label = precision_by_label(rows, truth, 0.4, pool=rows, pool_size=60).values()
    whole = precision_curve(rows.confidence, rows.label_ids == truth, rows.confidence, 60).at(0.4)
    assert sum(one.kept for one in by_label) == whole.kept
    assert sum(one.correct for one in by_label) == whole.correct
    assert sum(one.records for one in by_label) == whole.records
