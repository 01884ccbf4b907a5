import numpy as np

from al_core.workflow.evaluating import evaluate
from al_core.workflow.examining import calibration_of, confusion_of, examine, listed, over_time, pool_histogram
from al_core.workflow.heuristics import stale


class NoJobs:
    def of(self, key):
        return None


def prepared(site):
    site.answer_all(["ham", "ham", "spam", "news"])
    predicted = [("ham", 0.9), ("spam", 0.95), ("spam", 0.85), ("ham", 0.4)]
    site.predict(predicted, [("ham", 0.97)] * 300 + [("spam", 0.02)] * 96)
    found = evaluate(site.store, site.heuristic)
    return found, examine(site.store, site.task, found)


def test_what_is_kept_wrongly_rightly_and_not_at_all(site):
    _, examined = prepared(site)
    assert [one.record_no for one in listed(site.store, site.task, examined, "kept wrongly")] == [1]
    assert [one.record_no for one in listed(site.store, site.task, examined, "kept rightly")] == [0, 2]
    (below,) = listed(site.store, site.task, examined, "below")
    assert (below.text, below.truth, below.predicted, below.confidence) == (
        "text 3", site.label("news"), site.label("ham"), 0.4,
    )  # fmt: skip


def test_the_confusion_matrix_has_a_column_for_what_is_not_kept(site):
    _, examined = prepared(site)
    assert [label.name for label in site.task.labels] == ["ham", "spam", "news"]
    assert confusion_of(site.task, examined).tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]


def test_calibration_and_the_histogram_of_the_pool(site):
    _, examined = prepared(site)
    found = calibration_of(examined)
    assert sum(one.n for one in found.raw) == sum(one.n for one in found.calibrated) == 4
    assert found.raw_error == found.calibrated_error
    counts = pool_histogram(examined)
    assert (counts[0], counts[-1], counts.sum()) == (96, 300, 396)


def test_over_time_each_run_is_judged_by_what_is_known_now(site):
    site.answer_all(["ham"] * 100)
    site.predict([("spam", 0.9)] * 100, [("ham", 0.9)] * 300)
    site.predict([("ham", 0.9)] * 100, [("ham", 0.9)] * 300)
    site.predict([("ham", 0.9)] * 99 + [("spam", 0.9)], [("ham", 0.9)] * 300)
    found = over_time(site.store, site.task, evaluate(site.store, site.heuristic))
    assert [one.precision for one in found] == [0.0, 1.0, 0.99]
    assert [one.change for one in found] == ["first run", "better", "within chance"]
    assert [one.labels for one in found] == [100] * 3


def test_nothing_labelled_can_be_examined(site):
    site.predict([], [("ham", 0.9)] * 400)
    examined = examine(site.store, site.task, evaluate(site.store, site.heuristic))
    assert listed(site.store, site.task, examined, "below") == []
    assert calibration_of(examined).raw_error is None
    assert not confusion_of(site.task, examined).any()
    assert np.array(pool_histogram(examined)).sum() == 400


def test_only_stale_heuristics_are_run_by_default(site):
    site.answer_all(["ham"] * 20)
    assert [one.name for one in stale(site.store, NoJobs(), [site.heuristic])] == ["Mine"]
    site.predict([("ham", 0.9)] * 20, [("ham", 0.9)] * 380)
    assert stale(site.store, NoJobs(), [site.heuristic]) == ()
    site.answer(20, "ham")
    assert [one.name for one in stale(site.store, NoJobs(), [site.heuristic])] == ["Mine"]
