"""Every odd state of labels and predictions goes through evaluation, certificate, lists and forecast words."""

import numpy as np
import pytest

from al_core.evaluation.averages import averages, whole_curve_band
from al_core.workflow.certifying import Question, certify, certify_labels, standing
from al_core.workflow.evaluating import evaluate
from al_core.workflow.examining import calibration_of, confusion_of, examine, over_time
from al_core.workflow.thresholds import min_confidence

RIGHT, WRONG = ("ham", 0.9), ("spam", 0.9)
# truth, out-of-fold predictions, (precision, kept) at 0.80, whether 0.90 can be certified
STATES = {
    "no labels": ([], [], (None, 0), False),
    "one record": (["ham"], [RIGHT], (1.0, 1), False),
    "one class, all right": (["ham"] * 100, [RIGHT] * 100, (1.0, 100), True),
    "all wrong": (["ham"] * 100, [WRONG] * 100, (0.0, 100), False),
    "a tree with two confidences": (
        ["ham"] * 150, [("ham", 1.0)] * 100 + [("spam", 0.0)] * 50, (1.0, 100), True,
    ),
    "ties everywhere": (["ham"] * 60 + ["spam"] * 40, [("ham", 0.8)] * 100, (0.6, 100), False),
    "a label never predicted": (["news"] * 20 + ["ham"] * 80, [RIGHT] * 100, (0.8, 100), False),
    "a predicted label never given": (["ham"] * 100, [RIGHT] * 95 + [("news", 0.5)] * 5, (1.0, 95), True),
    "nothing reaches the threshold": (["ham"] * 100, [("ham", 0.2)] * 100, (None, 0), True),
}  # fmt: skip


@pytest.mark.parametrize("drawn_by", ["random", "margin"])
@pytest.mark.parametrize("name", STATES)
def test_odd_states_have_honest_numbers(site, name, drawn_by):
    truth, predicted, (precision, kept), is_certified = STATES[name]
    if truth:
        site.answer_all(truth, drawn_by=drawn_by)
    site.predict(predicted, [RIGHT] * (400 - len(predicted)))
    found = evaluate(site.store, site.heuristic)
    if drawn_by == "random":
        assert (found.estimate.precision, found.estimate.kept) == (precision, kept)
    low, high = whole_curve_band(found.curve)
    assert ((low <= high) & (low >= 0) & (high <= 1)).all()
    assert found.corrected is None or np.isfinite(found.corrected[: 81 if truth else 0]).all()
    averages(found.by_label)
    examined = examine(site.store, site.task, found)
    assert confusion_of(site.task, examined).sum() == len(truth)
    calibration_of(examined)
    assert len(over_time(site.store, site.task, found)) == 1
    (look,) = certify(site.store, [site.heuristic], Question(0.90), site.person)
    assert (look.threshold is not None) == is_certified
    certify_labels(site.store, site.heuristic, site.task, Question(0.90), site.person)
    assert standing(site.store, site.heuristic, Question(0.90)).look_no == 2


def test_labels_changed_during_the_run(site):
    site.answer_all(["ham"] * 100)
    site.predict([RIGHT] * 100, [RIGHT] * 300)
    site.store.projects.add_labels(site.task.task_id, ["late"])
    site.answer(5, "spam")
    found = evaluate(site.store, site.heuristic)
    assert (found.estimate.correct, found.estimate.kept, found.labels_newer) == (99, 100, 1)
    (look,) = certify(site.store, [site.heuristic], Question(0.90), site.person)
    assert len(look.task_labels) == 4


def test_77_labels(site):
    names = [f"intent {number}" for number in range(74)]
    site.store.projects.add_labels(site.task.task_id, names)
    site.task = site.store.projects.task(site.task.task_id)
    everything = [label.name for label in site.task.labels]
    assert len(everything) == 77
    truth = everything * 4
    site.answer_all(truth)
    site.predict([(name, 0.9) for name in truth], [(name, 0.7) for name in (everything * 2)[:92]])
    found = evaluate(site.store, site.heuristic)
    assert (len(found.by_label), found.estimate.kept, averages(found.by_label).n_precision) == (77, 308, 77)
    assert confusion_of(site.task, examine(site.store, site.task, found)).shape == (77, 78)
    looks = certify_labels(site.store, site.heuristic, site.task, Question(0.90), site.person)
    assert [one.threshold for one in looks] == [None] * 77
    assert certify(site.store, [site.heuristic], Question(0.90), site.person)[0].threshold == 0.9
    assert min_confidence(site.store, site.heuristic.heuristic_id, []) == 0.8
