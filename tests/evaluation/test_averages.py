import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.evaluation.averages import averages, label_curves, mean_curve, whole_curve_band
from al_core.evaluation.precision import Predicted, clopper_pearson, precision_by_label, precision_curve

SPAM, HAM, NEWS = 1, 2, 3


def test_micro_counts_records_and_macro_labels():
    rows = Predicted(np.array([SPAM, SPAM, SPAM, HAM]), np.array([0.9, 0.9, 0.9, 0.9]))
    found = averages(precision_by_label(rows, np.array([SPAM, SPAM, NEWS, HAM]), 0.5, pool=rows, pool_size=4))
    assert (found.micro_precision, found.micro_recall, found.micro_f1) == (3 / 4, 3 / 4, 3 / 4)
    # news is never predicted and spam is right in two of three
    assert (found.macro_precision, found.n_precision) == ((2 / 3 + 1) / 2, 2)
    assert (found.macro_recall, found.n_recall) == ((1 + 1 + 0) / 3, 3)
    assert found.macro_f1 == (4 / 5 + 1 + 0) / 3


def test_no_labels_have_no_average():
    found = averages({})
    assert (found.micro_precision, found.macro_precision, found.macro_f1, found.n_recall) == (None, None, None, 0)


def test_the_curve_of_a_label_counts_only_what_was_predicted_as_it():
    rows = Predicted(np.array([SPAM, SPAM, HAM, -1]), np.array([0.9, 0.4, 0.8, 0.0]))
    curves = label_curves(rows, np.array([SPAM, HAM, HAM, SPAM]), Predicted(np.array([NEWS]), np.array([0.7])), 5)
    assert list(curves) == [SPAM, HAM, NEWS]
    assert (curves[SPAM].at(0.4).kept, curves[SPAM].at(0.4).correct) == (2, 1)
    assert curves[HAM].at(0.8).precision == 1.0
    assert (curves[NEWS].at(0.7).precision, curves[NEWS].at(0.7).records) == (None, 1)


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=60))
def test_the_band_of_the_whole_curve_holds_the_estimate_and_the_narrower_band(rows):
    curve = precision_curve([one / 100 for one, _ in rows], [right for _, right in rows], [], 0)
    low, high = whole_curve_band(curve)
    assert (low <= curve.low).all()
    assert (high >= curve.high).all()
    known = curve.kept > 0
    assert (curve.low[known] <= curve.precision[known]).all()
    assert (curve.precision[known] <= curve.high[known]).all()


def test_repeats_are_averaged_and_not_pooled():
    cuts = np.array([0.0, 0.5, 1.0])
    one = precision_curve([0.6, 0.6], [True, True], [], 0, thresholds=cuts)
    other = precision_curve([0.6, 0.4], [False, True], [], 0, thresholds=cuts)
    mean = mean_curve([one, other])
    assert mean.precision[:2].tolist() == [(1 + 0.5) / 2, (1 + 0) / 2]
    assert np.isnan(mean.precision[2])
    # n is that of one repeat, so the band is as wide as one repeat's and lies around the mean
    assert mean.kept.tolist() == one.kept.tolist() == [2, 2, 0]
    assert (mean.low[:2] < mean.precision[:2]).all()
    assert (mean.precision[:2] < mean.high[:2]).all()
    assert mean.low[0] == pytest.approx(clopper_pearson([1.5], [2])[0][0])
    assert mean.at(0.5).precision == 0.5
