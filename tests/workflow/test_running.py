"""Runs: whole or not at all, and honest about what the model knew."""

import os
import threading

import numpy as np
import pytest

from al_core.errors import Cancelled
from al_core.execution import Outcome
from al_core.workflow import heuristics as heuristic_cases
from al_core.workflow.evaluating import evaluate, evaluate_all, kept_wrongly, set_threshold
from al_core.workflow.keeping import keep_waiting
from al_core.workflow.running import live_log, run, run_all
from al_core.workflow.training import RunFailed

SPLIT = '@params_fit(embedding_name="text-classification-hashing", train_test_split=0.5)'
PLAIN = '@params_fit(embedding_name="text-classification-hashing")'


def run_now(shop, heuristic):
    """Run a heuristic to its end; returns the run as it is stored."""
    job = run(shop.workspace, heuristic, shop.ann)
    return shop.store.runs.get(shop.workspace.jobs.wait(job.job_id))


def edited(shop, heuristic, before, after):
    assert before in heuristic.source
    return heuristic_cases.save(
        shop.store, heuristic, heuristic.source.replace(before, after), shop.embedding.name, shop.ann
    )


def judged_by_record(shop, run_id):
    judged = shop.store.runs.judged(run_id, shop.task.task_id)
    return dict(zip(judged.record_no.tolist(), judged.new.tolist(), strict=True))


def test_a_run_is_judged_out_of_fold_on_every_label(shop, executor):
    shop.answer(range(30))
    stored = run_now(shop, shop.heuristic())
    assert (stored.state, stored.method, stored.n_labelled, stored.pool_size) == ("finished", "5-fold", 30, 30)
    assert judged_by_record(shop, stored.run_id) == dict.fromkeys(range(30), False)
    *folds, shipped = executor.jobs
    assert len(folds) == 5
    for fold in folds:
        assert not set(fold.train_rows.tolist()) & set(fold.predict_rows.tolist())
    assert sorted(number for fold in folds for number in fold.predict_rows.tolist()) == list(range(30))
    assert (len(shipped.train_rows), shipped.predict_rows) == (30, None)


def test_an_honest_learner_is_found_good_and_a_random_one_is_not(shop):
    shop.answer(range(45))
    good = run_now(shop, shop.heuristic())
    judged = shop.store.runs.judged(good.run_id, shop.task.task_id)
    assert (judged.predicted == judged.truth).mean() > 0.95
    shop.vectors = np.random.default_rng(1).normal(0, 1, shop.vectors.shape).astype(np.float32)
    shop.put_vectors(shop.n)
    noise = run_now(shop, shop.heuristic(name="Noise"))
    judged = shop.store.runs.judged(noise.run_id, shop.task.task_id)
    assert (judged.predicted == judged.truth).mean() < 0.6


def test_records_answered_since_count_by_the_runs_own_prediction(shop):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    stored = run_now(shop, heuristic)
    shop.answer([40, 41])
    shop.answer([42], verdict="ignore")
    shop.answer([43], verdict="reject")
    assert judged_by_record(shop, stored.run_id) == dict.fromkeys(range(30), False) | {40: True, 41: True}
    evaluation = evaluate(shop.store, heuristic)
    assert (evaluation.n_judged, evaluation.n_new, evaluation.labels_newer) == (32, 2, 2)
    assert "2 of them answered since the run" in evaluation.method
    shop.answer([40], verdict="retract")
    shop.answer([0], verdict="retract")
    assert sorted(judged_by_record(shop, stored.run_id)) == [*range(1, 30), 41]


def test_records_answered_while_it_runs_count_as_new(shop, executor):
    shop.answer(range(30))
    executor.gate.clear()
    job = run(shop.workspace, shop.heuristic(), shop.ann)
    assert executor.started.wait(20)
    shop.answer([50])
    executor.gate.set()
    stored = shop.store.runs.get(shop.workspace.jobs.wait(job.job_id))
    assert (stored.n_labelled, stored.pool_size) == (30, 30)
    assert judged_by_record(shop, stored.run_id)[50] is True


def test_the_truth_of_now_is_what_counts(shop):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    run_now(shop, heuristic)
    before = evaluate(shop.store, heuristic)
    shop.answer([0], "B")  # it was A
    after = evaluate(shop.store, heuristic)
    assert after.curve.correct[0] == before.curve.correct[0] - 1
    n, (mistake, *_) = kept_wrongly(shop.store, shop.task, after)
    assert n == len(kept_wrongly(shop.store, shop.task, before)[1])
    assert (mistake.record_no, mistake.truth, mistake.text) == (0, shop.label_id("B"), "text 0")


def test_conflicts_are_neither_learnt_from_nor_judged(shop):
    shop.answer(range(30))
    shop.answer([0, 1], "C", by=shop.bo)
    stored = run_now(shop, shop.heuristic())
    assert (stored.n_labelled, stored.pool_size) == (28, 30)
    assert sorted(judged_by_record(shop, stored.run_id)) == list(range(2, 30))


def test_the_pool_is_what_nobody_answered_and_nobody_deleted(shop):
    shop.answer(range(20))
    shop.answer([20, 21], verdict="ignore")
    shop.answer([22], verdict="reject")
    shop.store._database.rows("UPDATE record SET deleted_ts = now()::TIMESTAMP WHERE record_no IN (50, 51, 52)")
    stored = run_now(shop, shop.heuristic())
    assert stored.pool_size == 60 - 20 - 2 - 3
    label_ids, confidences = shop.store.runs.pool(stored.run_id)
    assert len(label_ids) == len(confidences) == stored.pool_size
    ranked, _ = shop.store.runs.candidates(stored.run_id, "margin")
    assert set(ranked.tolist()) == set(range(60)) - set(range(22)) - {50, 51, 52}


def test_folds_are_never_dealt_again(shop):
    shop.answer(range(12))
    heuristic = shop.heuristic()
    run_now(shop, heuristic)
    numbers, _, folds = shop.store.runs.folds(shop.task.task_id)
    first = dict(zip(numbers.tolist(), folds.tolist(), strict=True))
    shop.answer([0], "C")
    shop.answer([1], verdict="retract")
    shop.answer(range(12, 40))
    run_now(shop, heuristic)
    shop.answer([1])
    run_now(shop, heuristic)
    numbers, _, folds = shop.store.runs.folds(shop.task.task_id)
    second = dict(zip(numbers.tolist(), folds.tolist(), strict=True))
    assert {number: second[number] for number in first} == first
    assert sorted(second) == list(range(40))


def test_heuristics_of_a_task_share_their_folds(shop):
    shop.answer(range(30))
    jobs = [shop.heuristic(name=name) for name in ("One", "Two", "Three")]
    started = run_all(shop.workspace, shop.task, shop.ann)
    assert len(started) == len(jobs)
    runs = [shop.store.runs.get(shop.workspace.jobs.wait(job.job_id)) for job in started]
    dealt = {
        tuple(
            shop.store._database.rows(
                "SELECT record_no, fold_no FROM oof WHERE run_id = ? AND rank = 1 ORDER BY 1", [one.run_id]
            )
        )
        for one in runs
    }
    assert len(dealt) == 1
    assert set(evaluate_all(shop.store, shop.task)) == {one.heuristic_id for one in jobs}


def test_a_heuristic_that_is_off_is_not_run_with_all(shop):
    shop.answer(range(30))
    shop.heuristic(name="On")
    off = shop.heuristic(name="Off")
    shop.store.heuristics.change(off.heuristic_id, enabled=False)
    assert [job.title for job in run_all(shop.workspace, shop.task, shop.ann)] == ["On"]


def test_labels_that_the_code_leaves_out_are_abstained(shop):
    shop.answer(range(30))
    heuristic = edited(shop, shop.heuristic(), "min_confidence=0.8", 'min_confidence=0.8, label_names=["A", "C"]')
    stored = run_now(shop, heuristic)
    judged = shop.store.runs.judged(stored.run_id, shop.task.task_id)
    b = shop.label_id("B")
    assert b not in judged.predicted
    assert b not in shop.store.runs.pool(stored.run_id)[0]
    assert stored.pool_size == 30  # coverage still counts the abstained ones


def test_an_unknown_label_name_is_said_before_anything_is_fitted(shop, executor):
    shop.answer(range(30))
    heuristic = edited(shop, shop.heuristic(), "min_confidence=0.8", 'label_names=["A", "Z"]')
    job = run(shop.workspace, heuristic, shop.ann)
    with pytest.raises(Exception, match="label_names has 'Z'"):
        shop.workspace.jobs.wait(job.job_id)
    stored = shop.store.runs.last(heuristic.heuristic_id)
    assert (stored.state, stored.error_kind) == ("failed", "settings")
    assert "Use: A, B, C" in stored.error_message
    assert executor.jobs == []


def test_a_hold_out_judges_half_of_the_labels(shop, executor):
    shop.answer(range(30))
    heuristic = edited(shop, shop.heuristic(), PLAIN, SPLIT)
    stored = run_now(shop, heuristic)
    assert (stored.method, stored.n_labelled) == ("holdout", 30)
    assert len(judged_by_record(shop, stored.run_id)) == 15
    assert evaluate(shop.store, heuristic).method.startswith("On a hold-out of 15 labels")
    split, shipped = executor.jobs
    assert not set(split.train_rows.tolist()) & set(split.predict_rows.tolist())
    assert len(shipped.train_rows) == 30
    assert sorted(judged_by_record(shop, run_now(shop, heuristic).run_id)) == sorted(
        judged_by_record(shop, stored.run_id)
    )


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "no record is labelled"),
        ({"A": [0, 3, 6]}, "all 3 labels are 'A'"),
    ],
)
def test_too_few_labels_are_a_state_of_their_own(shop, answers, said):
    for name, numbers in answers.items():
        shop.answer(numbers, name)
    heuristic = shop.heuristic()
    stored = run_now(shop, heuristic)
    assert stored.state == "not_evaluable"
    assert said in stored.error_message
    status = heuristic_cases.status(shop.store, shop.workspace.jobs, heuristic)
    assert status.state == "not evaluable yet"
    assert evaluate(shop.store, heuristic) is None


GRID = """from sklearn.model_selection import GridSearchCV
class Grid(LearningClassifier):
    def __init__(self):
        self.model = GridSearchCV(None, {}, cv=3)
"""


def test_code_that_cross_validates_itself_needs_three_of_a_class_in_each_fold(shop):
    heuristic = shop.heuristic(GRID, "Grid")
    shop.answer([0, 3, 6, 1, 4])  # A 3, B 2
    stored = run_now(shop, heuristic)
    assert stored.state == "not_evaluable"
    assert "needs 3 labels of some class, but the training part of fold 1 has A 2" in stored.error_message
    shop.answer([9])
    assert run_now(shop, heuristic).state == "finished"


def test_a_hold_out_with_nothing_in_it_is_not_evaluable(shop, monkeypatch):
    shop.answer([0, 1, 2])
    heuristic = edited(shop, shop.heuristic(), PLAIN, SPLIT)
    monkeypatch.setattr("al_core.workflow.training.holdout", lambda classes, share, rng: np.zeros(len(classes), bool))
    stored = run_now(shop, heuristic)
    assert stored.state == "not_evaluable"
    assert "3 labels (A 1, B 1, C 1)" in stored.error_message


def test_a_class_of_one_record_stays_and_is_judged(shop):
    shop.answer([*range(0, 30, 3), *range(1, 30, 3)])
    shop.answer([2])  # the only C: no model of its fold knows the class
    stored = run_now(shop, shop.heuristic())
    judged = shop.store.runs.judged(stored.run_id, shop.task.task_id)
    (row,) = np.flatnonzero(judged.record_no == 2)
    assert judged.predicted[row] != judged.truth[row] == shop.label_id("C")


def test_labelled_records_without_a_vector_are_left_out(shop):
    shop.put_vectors(40)
    shop.answer([*range(20), 50, 51])
    stored = run_now(shop, shop.heuristic())
    assert (stored.n_labelled, stored.pool_size) == (20, 38)
    assert len(shop.store.runs.pool(stored.run_id)[0]) == 20
    assert "2 labelled records have no vector yet" in stored.log


@pytest.mark.parametrize("at", [0, 5])
def test_a_run_that_fails_leaves_the_earlier_result(shop, executor, at):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    good = run_now(shop, heuristic)
    rows = shop.store._database.rows("SELECT count(*) FROM prediction")
    executor.jobs.clear()
    executor.failure, executor.fail_at = Outcome("error", message="ValueError: no", line=3, traceback="line 3"), at
    job = run(shop.workspace, heuristic, shop.ann)
    with pytest.raises(RunFailed):
        shop.workspace.jobs.wait(job.job_id)
    stored = shop.store.runs.last(heuristic.heuristic_id)
    assert (stored.state, stored.error_kind, stored.error_line) == ("failed", "error", 3)
    assert evaluate(shop.store, heuristic).run.run_id == good.run_id
    assert shop.store._database.rows("SELECT count(*) FROM prediction") == rows
    status = heuristic_cases.status(shop.store, shop.workspace.jobs, heuristic)
    assert (status.state, status.text) == ("failed", "failed on line 3: ValueError: no")
    assert (shop.store.runs.folder / str(good.run_id) / "proba.npy").exists()


def test_a_result_is_stored_whole_or_not_at_all(shop, monkeypatch):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    monkeypatch.setattr("al_core.store.runs.json.dumps", lambda value: value if isinstance(value, list) else 1 / 0)
    monkeypatch.setattr(type(shop.store.runs), "start", lambda *arguments, **named: None)
    with pytest.raises(ZeroDivisionError):
        run_now(shop, heuristic)
    for table in ("prediction", "oof", "candidate"):
        assert shop.store._database.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert shop.store.runs.last(heuristic.heuristic_id).state == "failed"


def test_a_cancelled_run_kills_its_children_and_leaves_the_earlier_result(shop, executor):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    good = run_now(shop, heuristic)
    executor.gate.clear()
    executor.started.clear()
    job = run(shop.workspace, heuristic, shop.ann)
    assert executor.started.wait(20)
    shop.workspace.jobs.cancel(job.job_id)
    with pytest.raises(Cancelled):
        shop.workspace.jobs.wait(job.job_id)
    assert all(handle.cancelled.is_set() for handle in executor.handles[6:])
    assert shop.store.runs.last(heuristic.heuristic_id).state == "cancelled"
    assert shop.workspace.jobs.get(job.job_id).state == "cancelled"
    assert evaluate(shop.store, heuristic).run.run_id == good.run_id


def test_a_heuristic_under_way_is_not_started_twice(shop, executor):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    executor.gate.clear()
    first = run(shop.workspace, heuristic, shop.ann)
    assert run(shop.workspace, heuristic, shop.bo).job_id == first.job_id
    assert executor.started.wait(20)
    assert "30 labels, 60 records" in live_log(heuristic.heuristic_id)
    executor.gate.set()
    shop.workspace.jobs.wait(first.job_id)
    assert live_log(heuristic.heuristic_id) == ""
    assert run(shop.workspace, heuristic, shop.ann).job_id != first.job_id


def test_vectors_computed_anew_do_not_break_a_run_under_way(shop, executor):
    shop.answer(range(30))
    executor.gate.clear()
    job = run(shop.workspace, shop.heuristic(), shop.ann)
    assert executor.started.wait(20)
    shop.put_vectors(shop.n)
    executor.gate.set()
    assert shop.store.runs.get(shop.workspace.jobs.wait(job.job_id)).state == "finished"


def test_only_the_newest_runs_matrix_is_kept(shop):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    first, second = run_now(shop, heuristic), run_now(shop, heuristic)
    assert not (shop.store.runs.folder / str(first.run_id)).exists()
    matrix = np.load(shop.store.runs.folder / str(second.run_id) / "proba.npy")
    assert (matrix.shape, matrix.dtype) == ((60, 3), np.float16)


def test_the_threshold_comes_from_the_code_then_from_the_slider(shop):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    assert shop.store.heuristics.threshold(heuristic.heuristic_id) is None
    run_now(shop, heuristic)
    assert shop.store.heuristics.threshold(heuristic.heuristic_id) == (0.8, "code")
    assert set_threshold(shop.store, heuristic, 0.634, shop.ann.person_id) == 0.63
    run_now(shop, heuristic)
    assert evaluate(shop.store, heuristic).threshold == 0.63
    commented = edited(shop, heuristic, "class Nearest", "# a remark\nclass Nearest")
    assert shop.store.heuristics.threshold(heuristic.heuristic_id) == (0.63, "slider")
    edited(shop, commented, "min_confidence=0.8", "min_confidence=0.9")
    assert shop.store.heuristics.threshold(heuristic.heuristic_id) == (0.9, "code")


@pytest.mark.parametrize("written", ["0.835", "0", "1", "1.0", "0.005"])
def test_any_threshold_in_the_code_can_be_evaluated(shop, written):
    shop.answer(range(30))
    heuristic = edited(shop, shop.heuristic(), "min_confidence=0.8", f"min_confidence={written}")
    run_now(shop, heuristic)
    evaluation = evaluate(shop.store, heuristic)
    assert evaluation.threshold == pytest.approx(float(written), abs=0.0051)
    assert evaluation.estimate.kept == (evaluation.curve.kept[round(evaluation.threshold * 100)])


def test_a_new_version_is_stale_until_it_ran(shop):
    def state():
        return heuristic_cases.status(
            shop.store, shop.workspace.jobs, shop.store.heuristics.get(heuristic.heuristic_id)
        )

    shop.answer(range(30))
    heuristic = shop.heuristic()
    assert state().state == "never run"
    run_now(shop, heuristic)
    assert state().state == "current"
    shop.answer([30, 31])
    assert (state().state, state().text) == ("stale", "2 labels newer")
    edited(shop, heuristic, "predict_proba(self, embeddings): ...", "predict_proba(self, embeddings): pass")
    assert state().text == "version 2 not run yet"
    newer = shop.store.heuristics.get(heuristic.heuristic_id)
    run_now(shop, newer)
    assert state().state == "not kept yet"
    assert keep_waiting(shop.store, newer, shop.ann)
    assert state().state == "current"


def test_two_people_who_save_at_once_make_two_versions(shop):
    heuristic = shop.heuristic()
    threads = [
        threading.Thread(target=shop.store.heuristics.save_version, args=(heuristic.heuristic_id, f"# {n}", "", 1))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.store.heuristics.get(heuristic.heuristic_id).version_no == 7
    assert {shop.store.heuristics.source(heuristic.heuristic_id, n) for n in range(2, 8)} == {
        f"# {n}" for n in range(6)
    }


@pytest.mark.parametrize(
    ("n_random", "begins"), [(30, "Out-of-fold on 30 labels, all"), (10, "Out-of-fold on 30 labels")]
)
def test_the_method_says_which_labels_it_rests_on(shop, n_random, begins):
    shop.answer(range(n_random), drawn_by="random")
    shop.answer(range(n_random, 30), drawn_by="margin")
    heuristic = shop.heuristic()
    run_now(shop, heuristic)
    evaluation = evaluate(shop.store, heuristic)
    assert evaluation.method.startswith(begins)
    assert evaluation.n_judged == 30
    assert ("it has 10" in evaluation.method) == (n_random == 10)


def test_enough_audit_labels_carry_the_estimate_alone(shop, monkeypatch):
    monkeypatch.setattr("al_core.workflow.judging.ENOUGH_AUDIT", 20)
    shop.answer(range(20), drawn_by="random")
    shop.answer(range(20, 32), "A", drawn_by="margin")
    heuristic = shop.heuristic()
    run_now(shop, heuristic)
    shop.answer([40], drawn_by="random")
    evaluation = evaluate(shop.store, heuristic)
    assert evaluation.method == (
        "Out-of-fold on 21 audit labels, drawn at random. 1 of them answered since the run."
        " 12 labels chosen by a strategy are left out, they would bias it low."
    )
    assert evaluation.curve.kept[0] == 21


def test_really_run_in_the_sandbox(tmp_path):
    from contextlib import closing

    from al_core.workflow.workspace import Workspace
    from tests.workflow.conftest import Shop

    source = """from sklearn.neighbors import NearestCentroid
import numpy as np
class Centroids(LearningClassifier):
    def __init__(self):
        self.model = NearestCentroid()
    @params_inference(min_confidence=0.5)
    def predict_proba(self, embeddings):
        return np.eye(len(self.model.classes_))[np.searchsorted(self.model.classes_, self.model.predict(embeddings))]
"""
    with closing(Workspace(tmp_path / "real")) as workspace:
        shop = Shop(workspace, tmp_path)
        shop.answer(range(30))
        heuristic = shop.heuristic(source, "Centroids")
        assert run_now(shop, heuristic).state == "finished"
        evaluation = evaluate(shop.store, heuristic)
        assert (evaluation.threshold, evaluation.n_judged) == (0.5, 30)
        assert evaluation.curve.precision[0] > 0.9
        pids = workspace.executor.warm_pids()
        assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
