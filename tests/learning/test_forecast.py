import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.errors import InvalidInput
from al_core.learning.forecast import Forecast, forecast, may_stop, sub_sizes

SIZES = np.array(sub_sizes(500))


def test_a_power_law_is_continued():
    errors = 0.05 + 3 * SIZES**-0.7
    found = forecast(SIZES, 1 - errors)
    truth = 1 - (0.05 + 3 * 1000**-0.7)
    assert found.now == 1 - errors[-1]
    assert abs(found.at_twice - truth) < 0.01
    assert found.labels == 500


@pytest.mark.parametrize(("n", "margin"), [(200, 0.05), (399, 0.05), (400, 0.03)])
def test_the_error_bar_is_wider_for_few_labels(n, margin):
    assert forecast(np.array(sub_sizes(n)), np.array([0.6, 0.65, 0.7, 0.74, 0.75])).margin == margin


def test_fewer_than_200_labels_give_no_forecast():
    with pytest.raises(InvalidInput, match="there are 199"):
        sub_sizes(199)
    with pytest.raises(InvalidInput, match="there are 100"):
        forecast(np.array([20, 60, 100]), np.array([0.5, 0.6, 0.7]))
    with pytest.raises(ValueError, match="three sizes"):
        forecast(np.array([100, 400]), np.array([0.5, 0.6]))


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_it_never_promises_a_loss_or_more_than_all(reached):
    found = forecast(SIZES, np.array(reached))
    assert found.now <= found.at_twice <= 1
    assert found.gain >= 0


@pytest.mark.parametrize("reached", [0.0, 0.5, 1.0])
def test_a_flat_curve_stays_flat(reached):
    assert forecast(SIZES, np.full(5, reached)).gain == pytest.approx(0, abs=1e-3)


def test_stopping_needs_a_certificate_and_a_small_gain():
    small, large = Forecast(400, 0.9, 0.905, 0.03), Forecast(400, 0.9, 0.92, 0.03)
    assert may_stop(small, certified=True)
    assert not may_stop(small, certified=False)
    assert not may_stop(large, certified=True)
