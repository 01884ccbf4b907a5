import numpy as np
import pytest

from al_core.workflow.evaluating import evaluate, kept_wrongly
from al_core.workflow.examining import over_time
from al_core.workflow.exporting import kept_predictions
from al_core.workflow.thresholds import NEVER


def test_random_labels_alone_are_shown_as_they_are(site):
    site.answer_all(["ham"] * 8 + ["spam"] * 2)
    site.predict([("ham", 0.9)] * 10, [("ham", 0.9)] * 390)
    found = evaluate(site.store, site.heuristic)
    assert (found.basis, found.corrected, found.estimate.precision) == ("random", None, 0.8)


def test_hard_labels_get_a_corrected_line_and_keep_their_band(site):
    # half of the labels asked at 0.8 are wrong, all at 0.95 are right; the other records mostly lie at 0.95
    site.answer_all(["ham"] * 10 + ["ham", "spam"] * 20, drawn_by="margin")
    site.predict([("ham", 0.95)] * 10 + [("ham", 0.8)] * 40, [("ham", 0.95)] * 300 + [("ham", 0.8)] * 50)
    found = evaluate(site.store, site.heuristic)
    assert found.basis == "labels not random"
    assert found.curve.at(0.8).precision == 0.6
    expected = (300 * 1.0 + 50 * 0.5) / 350
    assert found.corrected[80] == pytest.approx(expected)
    assert found.estimate.precision == pytest.approx(expected)
    assert (found.estimate.low, found.estimate.high, found.estimate.kept) == (
        found.curve.at(0.8).low, found.curve.at(0.8).high, 50,
    )  # fmt: skip
    assert "labels not random" in found.method
    assert np.isnan(found.corrected[96:]).all()


def test_from_60_audit_labels_on_they_alone_carry_the_estimate(site):
    site.answer_all(["ham"] * 60)
    for record_no in range(60, 80):
        site.answer(record_no, "spam", drawn_by="margin")
    site.predict([("ham", 0.9)] * 80, [("ham", 0.9)] * 320)
    found = evaluate(site.store, site.heuristic)
    assert (found.basis, found.estimate.precision, found.estimate.kept, found.corrected) == ("random", 1.0, 60, None)


def test_thresholds_by_label_are_in_force_everywhere(site):
    site.answer_all(["ham"] * 10 + ["ham"] * 10)
    site.predict([("ham", 0.85)] * 10 + [("spam", 0.9)] * 10, [("ham", 0.85)] * 100 + [("spam", 0.9)] * 280)
    assert evaluate(site.store, site.heuristic).estimate.precision == 0.5
    site.store.label_thresholds.put(
        site.heuristic.heuristic_id, {site.label("ham"): 0.8, site.label("spam"): NEVER}, "slider", 0
    )
    found = evaluate(site.store, site.heuristic)
    assert (found.estimate.precision, found.estimate.kept, found.estimate.records) == (1.0, 10, 100)
    assert found.by_label[site.label("spam")].kept == 0
    assert kept_wrongly(site.store, site.task, found) == (0, [])
    assert {name for name, _ in kept_predictions(site.store, site.task).values()} == {"ham"}


def test_a_label_without_its_own_threshold_uses_the_one_for_all(site):
    site.answer_all(["ham"] * 10)
    site.predict([("ham", 0.85)] * 10, [("news", 0.75)] * 390)
    site.store.label_thresholds.put(site.heuristic.heuristic_id, {site.label("ham"): 0.5}, "slider", 0)
    assert evaluate(site.store, site.heuristic).estimate.records == 0
    site.store.heuristics.set_threshold(site.heuristic.heuristic_id, 0.7, "slider", 0)
    assert evaluate(site.store, site.heuristic).estimate.records == 390


def test_nothing_labelled_and_nothing_left(site):
    site.predict([], [("ham", 0.9)] * 400)
    found = evaluate(site.store, site.heuristic)
    assert (found.estimate.precision, found.estimate.kept, found.estimate.records) == (None, 0, 400)
    site.answer_all(["ham"] * 400, drawn_by="margin")
    site.predict([("ham", 0.9)] * 400, [])
    found = evaluate(site.store, site.heuristic)
    assert (found.estimate.precision, found.estimate.records) == (1.0, 0)


def test_two_dealings_of_the_folds_are_averaged_and_counted_once(site):
    site.answer_all(["ham"] * 10)
    first = [("ham", 0.9)] * 8 + [("spam", 0.9)] * 2
    second = [("ham", 0.9)] * 6 + [("spam", 0.9)] * 4
    site.predict(first, [("ham", 0.9)] * 390, repeats=(second,))
    found = evaluate(site.store, site.heuristic)
    assert found.estimate.precision == pytest.approx((0.8 + 0.6) / 2)
    assert (found.estimate.kept, found.estimate.correct, found.n_judged) == (10, 8, 10)
    assert found.estimate.low < 0.7 < found.estimate.high
    assert found.curve.at(0.8).precision == pytest.approx(0.7)
    assert found.by_label[site.label("ham")].precision == 1.0
    assert "The mean of 2 dealings of the folds." in found.method
    (past,) = over_time(site.store, site.task, found)
    assert (past.precision, past.low, past.kept) == (found.estimate.precision, found.estimate.low, 10)
