"""The few-label learner: its solver, its prototypes, its guard, and the odd cases that projects bring."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from al_core.learning.fewshot import FewShotClassifier
from al_core.learning.label_names import readable, says_something, sentences, without_meaning
from al_core.learning.prototypes import confusions, prototypes_of, pulled
from al_core.learning.shrunk_regression import shrunk_regression

AXES = np.eye(3)


def three_clouds(n, seed=0):
    """Rows around three axes in turn, and which axis each is around."""
    classes = np.arange(n) % 3
    return AXES[classes] + np.random.default_rng(seed).normal(0, 0.15, (n, 3)), classes


def named(names=("x", "y", "z"), vectors=AXES, n_pool=60, **more):
    return FewShotClassifier(list(names), vectors, three_clouds(n_pool, seed=9)[0], **more)


# --- the solver


@pytest.mark.parametrize(("n", "width"), [(40, 5), (12, 30)])
def test_without_a_prior_it_is_logistic_regression(n, width):
    rng = np.random.default_rng(n)
    rows, classes = rng.normal(size=(n, width)), np.arange(n) % 3
    weight = rng.uniform(0.5, 2, n)
    ours = shrunk_regression(rows, classes, np.zeros((width, 3)), c=2.0, sample_weight=weight, gradient=1e-9)
    theirs = LogisticRegression(C=2.0, tol=1e-9, max_iter=1000).fit(rows, classes, sample_weight=weight)
    assert ours.matrix == pytest.approx(theirs.coef_.T, abs=1e-4)
    assert ours.intercept - ours.intercept.mean() == pytest.approx(theirs.intercept_, abs=1e-4)


def test_without_room_to_move_the_weights_are_the_prior():
    prior = np.array([[1.0, -1.0], [0.5, -0.5]])
    found = shrunk_regression(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 0]), prior, c=1e-9)
    assert found.matrix == pytest.approx(prior, abs=1e-6)


# --- names and prototypes


@pytest.mark.parametrize(
    ("name", "words"),
    [("Refund_not-showing", "refund not showing"), ("cardArrival", "card arrival"), ("HTMLPage", "html page")],
)
def test_names_become_words(name, words):
    assert readable(name) == words


def test_a_name_is_usable_by_its_words_or_its_description():
    assert not any(says_something(name) for name in ("0", "a", "1.5", "A_1", "-"))
    assert all(says_something(name) for name in ("ham", "größe", "垃圾", "Q3 report"))
    assert without_meaning(["ham", "1"]) == ("1",)
    assert without_meaning(["ham", "1"], ["", "advertising"]) == ()
    assert sentences("ham", "not  spam") == ("ham", "This text is about ham.", "not spam")


def test_prototypes_move_to_the_rows_they_attract():
    away = np.array([[0.9, 0.436, 0.0], [0.0, 0.9, 0.436], [0.436, 0.0, 0.9]])
    pool = np.repeat(away, 10, axis=0)
    before, after = pulled(AXES, np.zeros((0, 3))), pulled(AXES, pool)
    assert ((after * away).sum(axis=1) > (before * away).sum(axis=1) + 0.1).all()


def test_labels_outweigh_a_name_as_they_grow():
    name, seen = np.array([[1.0, 0.0]]), np.array([0.0, 1.0])
    leaning = [prototypes_of(np.tile(seen, (n, 1)), np.zeros(n, int), name, 3.0, 1)[0, 1] for n in (0, 3, 30)]
    assert leaning[0] == 0
    assert leaning[1] == pytest.approx(np.sqrt(0.5))
    assert leaning[2] > 0.99


def test_names_that_mean_the_same_are_found_the_closest_first():
    found = confusions(np.array([[1, 0], [0, 1], [0.9, 0.436], [1, 0.0]]), above=0.8)
    assert [(one.first, one.second) for one in found] == [(0, 3), (0, 2), (2, 3)]


# --- the learner


@parametrize_with_checks([FewShotClassifier()])
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def test_names_alone_predict_before_the_first_label():
    rows, classes = three_clouds(30)
    learner = named().fit(np.zeros((0, 3)), [])
    assert (learner.predict(rows) == np.array(["x", "y", "z"])[classes]).all()
    assert learner.predict_proba(rows).sum(axis=1) == pytest.approx(np.ones(30))


def test_one_label_leaves_the_other_classes_alive():
    rows, classes = three_clouds(30)
    learner = named().fit(rows[:1], ["x"])
    assert (learner.predict(rows) == np.array(["x", "y", "z"])[classes]).all()


def test_a_class_never_seen_and_the_order_of_the_names_are_kept():
    rows, _ = three_clouds(9)
    learner = named(("z", "x", "y"), AXES[[2, 0, 1]]).fit(rows[[1, 2, 4, 5]], ["y", "z", "y", "z"])
    assert learner.classes_.tolist() == ["z", "x", "y"]
    assert learner.predict(rows[:3]).tolist() == ["x", "y", "z"]


def test_the_guard_takes_over_from_names_that_mislead():
    rows, classes = three_clouds(60)
    labels = np.array(["x", "y", "z"])[classes]
    misled = named(vectors=AXES[[1, 2, 0]])
    assert (misled.fit(np.zeros((0, 3)), []).predict(rows) == labels).mean() < 0.1
    unguarded = misled.fit(rows[:9], labels[:9])
    assert (unguarded.predict(rows) == labels).mean() < 0.9
    guarded = misled.fit(rows[:10], labels[:10])
    assert guarded.names_share_ == 0
    assert (guarded.predict(rows) == labels).all()
    assert named().fit(rows[:10], labels[:10]).names_share_ > 0.3


def test_without_names_only_the_classes_seen_are_predicted():
    rows, classes = three_clouds(30)
    learner = FewShotClassifier(["x", "y", "z"]).fit(rows[classes < 2], np.array(["x", "y"])[classes[classes < 2]])
    assert learner.classes_.tolist() == ["x", "y"]
    only = FewShotClassifier().fit(rows[:2], ["x", "x"])
    assert only.predict_proba(rows[:3]).tolist() == [[1.0]] * 3


def test_one_class_in_all_and_identical_rows():
    assert named(("x",), AXES[:1]).fit(np.zeros((0, 3)), []).predict_proba(AXES).tolist() == [[1.0]] * 3
    same = np.ones((12, 3))
    probabilities = named().fit(same, ["x", "y"] * 6).predict_proba(same)
    assert np.isfinite(probabilities).all()
    assert probabilities[0, 0] == pytest.approx(probabilities[0, 1], abs=0.05)


@pytest.mark.filterwarnings("ignore:The number of unique classes")
def test_a_hundred_and_fifty_classes_with_singletons():
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(150, 40))
    names = [f"class {n}" for n in range(150)]
    pool = centres[np.arange(600) % 150] + rng.normal(0, 0.2, (600, 40))
    learner = FewShotClassifier(names, centres, pool).fit(pool[:30], names[:30])
    assert (learner.predict(pool) == np.array(names)[np.arange(600) % 150]).mean() > 0.95


def test_two_views_are_averaged_and_each_alone_would_fail():
    rows, classes = three_clouds(30)
    noise = np.random.default_rng(1).normal(0, 0.05, rows.shape)
    both = FewShotClassifier(["x", "y", "z"], np.hstack([AXES, AXES]), np.hstack([rows, noise]), views=2)
    both.fit(np.hstack([rows, noise])[:9], np.array(["x", "y", "z"])[classes[:9]])
    assert (both.predict(np.hstack([rows, noise])) == np.array(["x", "y", "z"])[classes]).all()
    assert len(both.parts_[0][1].views) == 2


def test_it_is_repeatable_and_calibrated_from_fifty_labels_on():
    rows, classes = three_clouds(60)
    first, second = (named().fit(rows, np.array(["x", "y", "z"])[classes]) for _ in range(2))
    assert first.temperature_ != 1.0
    assert (first.predict_proba(rows) == second.predict_proba(rows)).all()
    assert named().fit(rows[:40], np.array(["x", "y", "z"])[classes[:40]]).temperature_ == 1.0


@pytest.mark.parametrize(
    ("learner", "labels", "wrong"),
    [
        (named(), ["w"] * 3, "'w' is not among label_names: x, y, z"),
        (named(vectors=AXES[:2]), ["x"] * 3, r"shape \(2, 3\), not \(3, 3\)"),
        (named(views=2), ["x"] * 3, "cannot hold 2 views"),
        (FewShotClassifier(["x", "x"], AXES[:2]), ["x"] * 3, "a name twice"),
        (FewShotClassifier(pool_sample=np.eye(2)), ["x", "y", "x"], "rows of 2 numbers, not 3"),
        (named(), ["x"], "3 rows have 1 labels"),
    ],
)
def test_what_does_not_fit_together_is_said(learner, labels, wrong):
    with pytest.raises(ValueError, match=wrong):
        learner.fit(AXES, labels)


@settings(max_examples=25)
@given(st.lists(st.sampled_from("xyz"), max_size=14), st.booleans())
def test_whatever_is_labelled_probabilities_add_up(labels, with_names):
    rows, _ = three_clouds(max(len(labels), 1))
    learner = named() if with_names else FewShotClassifier()
    if labels or with_names:
        found = learner.fit(rows[: len(labels)], labels).predict_proba(rows)
        assert found.shape == (len(rows), len(learner.classes_))
        assert np.allclose(found.sum(axis=1), 1)
