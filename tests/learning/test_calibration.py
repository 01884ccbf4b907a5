import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.learning.calibration import Calibrator, fit_calibrator, suits_temperature


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def timid_learner(n_rows, n_classes, seed):
    """A learner whose logits are half of what they should be: temperature 0.5 puts it right."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (n_rows, n_classes))
    truth = np.array([rng.choice(n_classes, p=row) for row in softmax(logits)])
    proba = softmax(logits / 2)
    return proba, proba.argmax(axis=1) == truth, truth


def test_temperature_is_found_again():
    proba, correct, truth = timid_learner(3000, 3, seed=0)
    calibrator = fit_calibrator(proba, correct, truth)
    assert calibrator.method == "temperature"
    assert calibrator.parameters[0] == pytest.approx(0.5, abs=0.05)
    assert calibrator.confidence(proba).mean() == pytest.approx(correct.mean(), abs=0.02)


def test_temperature_of_one_keeps_the_probabilities():
    proba = np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]])
    assert Calibrator("temperature", (1.0,)).confidence(proba).tolist() == [0.7, 0.5]


def test_classes_without_a_column_lower_the_confidence():
    proba, correct, truth = timid_learner(400, 3, seed=1)
    complete = fit_calibrator(proba, correct, truth)
    unseen = np.where(np.arange(400) % 4 == 0, -1, truth)
    partial = fit_calibrator(proba, correct & (unseen >= 0), unseen)
    assert partial.method == "temperature"
    assert partial.parameters[0] > complete.parameters[0]


@pytest.mark.parametrize("n_rows", [10, 150])
def test_few_rows_get_a_sigmoid(n_rows):
    proba, correct, truth = timid_learner(n_rows, 3, seed=2)
    assert fit_calibrator(proba, correct, truth).method == "platt"


def test_without_true_columns_and_with_one_column_it_is_a_sigmoid():
    proba, correct, _ = timid_learner(300, 3, seed=3)
    assert fit_calibrator(proba, correct).method == "platt"
    assert fit_calibrator(proba[:, :1], correct, np.zeros(300, dtype=np.int64)).method == "platt"


@pytest.mark.parametrize("n_rows", [0, 9])
def test_hardly_any_rows_leave_the_confidence_as_it_is(n_rows):
    calibrator = fit_calibrator(np.full((n_rows, 2), 0.5), np.ones(n_rows, dtype=bool), np.zeros(n_rows, dtype=int))
    assert calibrator == Calibrator("none")
    assert calibrator.confidence(np.array([[0.25, 0.75]])).tolist() == [0.75]


def test_a_tree_that_is_always_sure_gets_its_smoothed_share():
    # 300 rows with probability 1 for the first class, 200 of them right: targets 201/202 and 1/102.
    proba = np.tile([1.0, 0.0], (300, 1))
    correct = np.arange(300) < 200
    calibrator = fit_calibrator(proba, correct, np.where(correct, 0, 1))
    assert calibrator.method == "platt"
    expected = (200 * 201 / 202 + 100 * 1 / 102) / 300
    assert calibrator.confidence(proba)[0] == pytest.approx(expected, abs=1e-4)


def test_the_sigmoid_follows_two_groups():
    # At 0.9 they are right 45 times of 50, at 0.6 10 times of 50: two points, two parameters.
    proba = np.array([[0.9, 0.1]] * 50 + [[0.6, 0.4]] * 50)
    correct = np.array([True] * 45 + [False] * 5 + [True] * 10 + [False] * 40)
    high, low = fit_calibrator(proba, correct).confidence(np.array([[0.9, 0.1], [0.6, 0.4]]))
    right, wrong = 56 / 57, 1 / 47
    assert high == pytest.approx((45 * right + 5 * wrong) / 50, abs=1e-3)
    assert low == pytest.approx((10 * right + 40 * wrong) / 50, abs=1e-3)


def test_confidence_that_misleads_is_flattened_never_turned_round():
    proba = np.array([[0.9, 0.1]] * 50 + [[0.6, 0.4]] * 50)
    correct = np.arange(100) >= 50
    assert fit_calibrator(proba, correct).parameters[0] == 0


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=10, max_size=60),
    st.lists(st.floats(0, 1), min_size=2, max_size=20),
)
def test_the_sigmoid_is_monotone_and_within_bounds(rows, tops):
    proba = np.array([[max(top, 1 - top), min(top, 1 - top)] for top, _ in rows])
    calibrator = fit_calibrator(proba, np.array([right for _, right in rows]))
    ascending = np.sort(tops)
    confidences = calibrator.confidence(ascending[:, None])
    assert np.all(np.diff(confidences) >= 0)
    assert np.all((confidences >= 0) & (confidences <= 1))


@given(st.floats(0.05, 20), st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_temperature_keeps_the_order_of_two_classes(temperature, one, other):
    low, high = Calibrator("temperature", (temperature,)).confidence(
        np.array([[min(one, other), 1 - min(one, other)], [max(one, other), 1 - max(one, other)]])
    )
    assert 0.5 <= low <= high <= 1


def test_confidences_have_six_decimals_and_rows_of_a_narrow_type_are_fine():
    proba = timid_learner(5, 77, seed=4)[0].astype(np.float16)
    confidences = Calibrator("temperature", (0.7,)).confidence(proba)
    assert confidences.dtype == np.float64
    assert confidences.tolist() == [round(confidence, 6) for confidence in confidences.tolist()]


def test_chunks_give_what_one_piece_gives(monkeypatch):
    proba = timid_learner(50, 3, seed=5)[0]
    calibrator = Calibrator("temperature", (0.7,))
    whole = calibrator.confidence(proba)
    monkeypatch.setattr("al_core.learning.calibration._CELLS_PER_CHUNK", 21)
    assert calibrator.confidence(proba).tolist() == whole.tolist()


def test_empty_matrices_are_fine():
    for calibrator in (Calibrator("none"), Calibrator("temperature", (1.0,)), Calibrator("platt", (1.0, 0.0))):
        assert calibrator.confidence(np.empty((0, 4))).shape == (0,)


def test_temperature_is_not_for_trees_nor_for_those_always_sure():
    rng = np.random.default_rng(0)
    spread = rng.uniform(0.3, 1, 5000)
    assert suits_temperature(spread)
    assert suits_temperature(spread.astype(np.float16))
    assert not suits_temperature(np.ones(500))
    assert not suits_temperature(rng.integers(30, 101, 1000) / 100)  # a forest of 100
    assert not suits_temperature(np.where(rng.random(5000) < 0.3, 1 - spread / 1000, spread))


@pytest.mark.parametrize(
    "calibrator", [Calibrator("none"), Calibrator("temperature", (0.5,)), Calibrator("platt", (1, 2))]
)
def test_a_calibrator_survives_json(calibrator):
    assert Calibrator.from_json(calibrator.to_json()) == calibrator


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"method": "isotonic", "parameters": []}', '{"method": "platt", "parameters": [1]}']
)
def test_what_is_no_calibrator_is_refused(text):
    with pytest.raises(ValueError, match=r"not a calibrator|Expecting value"):
        Calibrator.from_json(text)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="3 rows"):
        fit_calibrator(np.ones((3, 2)), np.array([True]))


def test_rows_that_do_not_sum_to_one_still_get_confidences_in_their_order():
    independent = np.stack([np.linspace(0.5, 0.99, 60), np.full(60, 0.4)], axis=1)
    correct = np.arange(60) >= 20
    confidence = fit_calibrator(independent, correct).confidence(independent)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert (np.diff(confidence) >= 0).all()
    assert confidence[:20].mean() < confidence[20:].mean()
