import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from al_core.errors import InvalidInput
from al_core.evaluation.certificate import CUTS, STARTS, certify, certify_labels, look_share, needed_kept

DELTA = 0.05
LEVELS = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
ROWS = st.lists(st.tuples(LEVELS, st.sampled_from([True, True, True, True, True, False])), max_size=250)
TARGETS = st.integers(50, 99).map(lambda hundredths: hundredths / 100)


def arrays(rows):
    return np.array([one for one, _ in rows], dtype=float), np.array([right for _, right in rows], dtype=bool)


def naive(confidence, correct, target, delta):
    """The three sequences without cleverness: the threshold of every cut that passed."""
    order = np.argsort(-confidence, kind="stable")
    ordered, right = confidence[order], correct[order]
    n = len(ordered)
    cuts = [k for k in range(1, n + 1) if k == n or ordered[k - 1] > ordered[k]]
    found = set()
    for start in STARTS:
        first = math.ceil(start * math.log(delta / 3) / math.log(target))
        if first > n:
            continue
        wanted = [round(one) for one in np.linspace(first, n, CUTS)]
        tested = sorted({min(k for k in cuts if k >= one) for one in wanted})
        for k in tested:
            if binom.sf(right[:k].sum() - 1, k, target) > delta / 3:
                break
            found.add(float(ordered[k - 1]))
    return found


@pytest.mark.parametrize(("target", "least"), [(0.80, 19), (0.90, 39), (0.95, 80)])
def test_the_least_number_all_right_is_enough_and_one_fewer_is_not(target, least):
    assert needed_kept(target, DELTA) == least
    confidence = np.linspace(0.99, 0.5, least)
    right = np.ones(least, dtype=bool)
    given_one = certify(confidence, right, target, DELTA)
    assert (given_one.threshold, given_one.kept, given_one.correct) == (0.5, least, least)
    none = certify(confidence[:-1], right[:-1], target, DELTA)
    assert (none.threshold, none.kept, none.needed, none.available) == (None, 0, least, least - 1)


def test_a_first_look_at_ninety_with_ninety_five_needs_44():
    assert needed_kept(0.90, look_share(0.05, 1)) == 44


def test_all_looks_together_spend_delta():
    assert sum(look_share(0.05, j) for j in range(1, 20_000)) == pytest.approx(0.05, abs=1e-5)
    assert look_share(0.05, 3, 20) * 20 == pytest.approx(look_share(0.05, 3))


def test_a_certificate_goes_down_to_where_the_errors_begin():
    confidence = np.repeat([0.9, 0.8, 0.5], [60, 60, 60])
    right = np.repeat([True, True, False], [60, 60, 60])
    found = certify(confidence, right, 0.90, DELTA)
    assert (found.threshold, found.kept, found.correct) == (0.8, 120, 120)


def test_ties_stay_together():
    # 39 right ones suffice at 0.90, but 30 wrong ones have the same confidence
    right = np.repeat([True, False], [39, 30])
    assert certify(np.full(69, 0.9), right, 0.90, DELTA).threshold is None
    assert certify(np.repeat([0.9, 0.8], [39, 30]), right, 0.90, DELTA).threshold == 0.9


def test_thresholds_have_two_decimals_and_keep_the_rows_that_were_counted():
    confidence = np.array([0.9349] * 40 + [0.9301] * 20)
    found = certify(confidence, np.ones(60, dtype=bool), 0.90, DELTA)
    assert (found.threshold, found.kept) == (0.93, 60)
    exact = certify(confidence, np.ones(60, dtype=bool), 0.90, DELTA, decimals=6)
    assert (exact.threshold, exact.kept) == (0.9301, 60)


@pytest.mark.parametrize("n", [0, 1, 400])
def test_nothing_one_record_and_all_wrong_give_none(n):
    found = certify(np.linspace(0.3, 0.9, n), np.zeros(n, dtype=bool), 0.90, DELTA)
    assert found.threshold is None
    assert found.available == n


@pytest.mark.parametrize("target", [1.0, 0.0, 0.49, 0.905, float("nan"), 2.0])
def test_a_target_that_cannot_be_promised_is_refused(target):
    with pytest.raises(InvalidInput, match="cannot be promised"):
        certify([0.9], [True], target, DELTA)


def test_a_target_of_one_says_why():
    with pytest.raises(InvalidInput, match="nothing is ever wrong"):
        needed_kept(1.0, DELTA)


@pytest.mark.parametrize("delta", [0.0, 1.0])
def test_a_delta_outside_is_refused(delta):
    with pytest.raises(ValueError, match="delta"):
        certify([0.9], [True], 0.9, delta)


def test_broken_arrays_are_refused():
    with pytest.raises(ValueError, match="nan"):
        certify([0.9, float("nan")], [True, True], 0.9, DELTA)
    with pytest.raises(ValueError, match="shape"):
        certify([0.9, 0.8], [True], 0.9, DELTA)
    with pytest.raises(ValueError, match="count from 1"):
        look_share(0.05, 0)


@given(ROWS, TARGETS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, target, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert certify(*arrays(rows), target, 0.5) == certify(*arrays(shuffled), target, 0.5)


@given(ROWS, TARGETS, TARGETS)
def test_a_higher_target_never_gets_a_lower_threshold(rows, one, other):
    low, high = sorted([one, other])
    at_low, at_high = certify(*arrays(rows), low, 0.5), certify(*arrays(rows), high, 0.5)
    if at_high.threshold is not None:
        assert at_low.threshold is not None
        assert at_high.threshold >= at_low.threshold


@given(ROWS, TARGETS)
def test_what_is_promised_was_seen(rows, target):
    confidence, right = arrays(rows)
    found = certify(confidence, right, target, 0.9)
    if found.threshold is not None:
        kept = confidence >= found.threshold
        assert (found.kept, found.correct) == (kept.sum(), (kept & right).sum())
        assert found.correct / found.kept >= target


@settings(max_examples=60)
@given(ROWS, st.sampled_from([0.5, 0.7, 0.9]), st.sampled_from([0.05, 0.5]))
def test_a_threshold_is_one_that_passed_its_own_sequences(rows, target, delta):
    confidence, right = arrays(rows)
    found = certify(confidence, right, target, delta)
    passed = naive(confidence, right, target, delta)
    assert found.threshold is None or found.threshold in passed
    if target == 0.5:  # no lower target restricts it
        assert found.threshold == min(passed, default=None)


def test_the_promise_is_kept_as_often_as_it_says():
    """Precision falls from 0.97 to 0.80 with confidence: few of 300 trials may certify where it is below 0.90."""
    rng = np.random.default_rng(0)
    broken = n_certified = 0
    for _ in range(300):
        confidence = rng.integers(50, 100, 300) / 100
        right = rng.random(300) < 0.63 + 0.34 * confidence
        found = certify(confidence, right, 0.90, 0.10)
        if found.threshold is not None:
            n_certified += 1
            kept = np.arange(50, 100) / 100
            broken += (0.63 + 0.34 * kept[kept >= found.threshold]).mean() < 0.90
    assert n_certified > 100
    assert broken <= 30


def test_each_label_gets_its_own_certificate_or_none():
    predicted = np.repeat([7, 8, 9], [60, 60, 10])
    confidence = np.concatenate([np.full(60, 0.9), np.repeat([0.95, 0.6], 30), np.full(10, 0.9)])
    right = np.ones(130, dtype=bool)
    right[90:120] = False  # label 8 below 0.95
    found = certify_labels(predicted, confidence, right, (7, 8, 9, 10), target=0.80, delta=DELTA)
    assert [one.threshold for one in found.values()] == [0.9, 0.95, None, None]
    assert [one.available for one in found.values()] == [60, 60, 10, 0]
