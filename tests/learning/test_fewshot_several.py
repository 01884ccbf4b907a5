"""The few-label learner where a record has any number of labels: names alone, one answer, the guard, odd shapes."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from al_core.learning.fewshot_several import AS_THEY_ARE, FewShotMultiLabelClassifier
from al_core.learning.shrunk_regression import shrunk_yes_no

AXES = np.eye(3)
NOTHING = np.zeros((0, 3))
NO_ANSWER = np.zeros((0, 3), dtype=int)
KINDS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0]])


def five_kinds(n, seed=0):
    """Rows that lie along the axes of their labels: one, two or none of three in turn; and 0 or 1 for each label."""
    yes = KINDS[np.arange(n) % 5]
    return yes + np.random.default_rng(seed).normal(0, 0.15, (n, 3)), yes


def named(vectors=AXES, **more):
    return FewShotMultiLabelClassifier(["x", "y", "z"], vectors, five_kinds(100, seed=9)[0], **more)


def test_without_a_prior_each_column_is_logistic_regression():
    rng = np.random.default_rng(0)
    rows, yes = rng.normal(size=(12, 30)), np.array([[1, 0], [0, 0], [0, 1], [1, 1]] * 3)
    ours = shrunk_yes_no(rows, yes, np.zeros((30, 2)), c=2.0, gradient=1e-9)
    for column in (0, 1):
        theirs = LogisticRegression(C=2.0, tol=1e-9, max_iter=1000).fit(rows, yes[:, column])
        assert ours.matrix[:, column] == pytest.approx(theirs.coef_[0], abs=1e-4)
        assert ours.intercept[column] == pytest.approx(theirs.intercept_[0], abs=1e-4)


def test_names_alone_say_one_label_or_two():
    learner = named().fit(NOTHING, NO_ANSWER)
    assert learner.predict(np.array([[1.0, 0, 0], [0, 0, 1], [1, 1, 0]])).tolist() == [[1, 0, 0], [0, 0, 1], [1, 1, 0]]
    # a text that speaks of nothing: one label in three, as the formula has it
    assert learner.predict_proba(learner.centre_[None])[0] == pytest.approx([1 / 3] * 3)


def test_every_answer_counts_and_a_label_that_nobody_gave_stays_possible():
    rows, yes = five_kinds(200, seed=1)
    right = [(named().fit(rows[:n], yes[:n]).predict(rows) == yes).mean() for n in (0, 5, 20)]
    assert right[0] > 0.85
    assert right[0] < right[1] <= right[2]
    first = named().fit(rows[:2], yes[:2])
    assert first.predict(AXES[2:])[0, 2] == 1
    assert first.predict_proba(rows).min() > 0


def test_the_guard_takes_over_from_names_that_mislead():
    rows, yes = five_kinds(60)
    misled = named(AXES[[1, 2, 0]])
    assert (misled.fit(rows[:5], yes[:5]).predict(rows) == yes).mean() < 0.8
    guarded = misled.fit(rows[:10], yes[:10])
    assert guarded.names_share_ < 0.1
    assert (guarded.predict(rows) == yes).mean() > 0.95
    assert misled.fit(rows[:9], yes[:9]).line_ == AS_THEY_ARE
    assert misled.fit(rows[:50], yes[:50]).line_ != AS_THEY_ARE
    again = misled.predict_proba(rows)
    assert (misled.fit(rows[:50], yes[:50]).predict_proba(rows) == again).all()


def test_one_label_in_all_and_answers_without_names():
    one = FewShotMultiLabelClassifier(["x"], AXES[:1], five_kinds(50)[0])
    assert one.fit(NOTHING, NO_ANSWER[:, :1]).predict(AXES).tolist() == [[1], [0], [0]]
    always = one.fit(AXES[:2], [[1], [1]]).predict_proba(AXES)
    assert 0 < always.min() < always.max() < 1
    rows, yes = five_kinds(40)
    unnamed = FewShotMultiLabelClassifier(views=1).fit(rows, yes)
    assert unnamed.names_share_ == 0
    assert (unnamed.predict(rows) == yes).mean() > 0.95
    twice = FewShotMultiLabelClassifier(None, np.hstack([AXES, AXES]), np.hstack([rows, rows]), views=2)
    assert (twice.fit(np.hstack([rows, rows]), yes).predict(np.hstack([rows, rows])) == yes).mean() > 0.95


def test_a_few_answers_do_not_make_labels_look_too_seldom():
    rng = np.random.default_rng(0)
    yes = KINDS[rng.integers(0, 5, 400)]
    rows = np.hstack([yes, np.zeros((400, 97))]) + rng.normal(0, 0.5, (400, 100))
    learner = FewShotMultiLabelClassifier(["x", "y", "z"], np.eye(3, 100), rows).fit(rows[:20], yes[:20])
    rest = yes[20:].sum(axis=1).mean()
    assert learner.predict_proba(rows[20:]).sum(axis=1).mean() == pytest.approx(rest, abs=0.1)
    learner.line_ = AS_THEY_ARE  # what the line mends
    assert learner.predict_proba(rows[20:]).sum(axis=1).mean() < rest - 0.15


def test_the_line_is_there_where_a_guard_would_be_dear():
    yes = np.eye(80, dtype=int)[np.arange(110) % 80]
    learner = FewShotMultiLabelClassifier(range(80), np.eye(80), yes).fit(yes, yes)
    assert (learner.names_share_, len(learner.parts_)) == (1.0, 1)
    assert learner.line_ != AS_THEY_ARE


@pytest.mark.parametrize(
    ("learner", "yes", "wrong"),
    [
        (named(), [[1, 0, 2]] * 3, "must hold 0 and 1"),
        (named(), [[1, 0]] * 3, "2 columns for 3 label_names"),
        (named(), [[1, 0, 0]], "3 rows have 1 rows of labels"),
        (named(AXES[:2]), np.eye(3, dtype=int), r"shape \(2, 3\), not \(3, 3\)"),
    ],
)
def test_what_does_not_fit_together_is_said(learner, yes, wrong):
    with pytest.raises(ValueError, match=wrong):
        learner.fit(AXES, yes)
