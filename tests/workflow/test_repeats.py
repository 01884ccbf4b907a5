"""Folds dealt twice where that is cheap, and the audit sample kept out of the fit."""

import numpy as np

from al_core.workflow.audit_apart import keep_audit_out
from al_core.workflow.evaluating import evaluate
from al_core.workflow.heuristics import status
from al_core.workflow.running import run


def run_now(shop, heuristic):
    job = run(shop.workspace, heuristic, shop.ann)
    return shop.store.runs.get(shop.workspace.jobs.wait(job.job_id))


def folds_of(jobs):
    return [sorted(job.predict_rows.tolist()) for job in jobs if job.predict_rows is not None]


def test_quick_fits_on_few_labels_are_dealt_into_folds_twice(shop, executor):
    shop.answer(range(30))
    executor.seconds = 0.1
    heuristic = shop.heuristic()
    stored = run_now(shop, heuristic)
    assert (stored.state, stored.method) == ("finished", "5-fold, 2 repeats")
    folds = folds_of(executor.jobs)
    assert len(executor.jobs) == 11
    for dealing in (folds[:5], folds[5:]):
        assert sorted(number for fold in dealing for number in fold) == list(range(30))
    assert folds[:5] != folds[5:]
    first, second = (shop.store.runs.judged(stored.run_id, shop.task.task_id, number) for number in (0, 1))
    assert first.record_no.tolist() == second.record_no.tolist() == list(range(30))
    assert not np.array_equal(first.raw, second.raw)
    # the next run deals nobody again
    before = [shop.store.runs.folds(shop.task.task_id, number)[2].tolist() for number in (0, 1)]
    run_now(shop, heuristic)
    assert [shop.store.runs.folds(shop.task.task_id, number)[2].tolist() for number in (0, 1)] == before


def test_slow_fits_and_hold_outs_are_judged_once(shop, executor):
    shop.answer(range(30))
    executor.seconds = 0.6
    assert run_now(shop, shop.heuristic()).method == "5-fold"
    executor.seconds = 0.1
    source = shop.heuristic(name="Held").source.replace('hashing")', 'hashing", train_test_split=0.5)')
    held = shop.store.heuristics.create(
        shop.task.task_id, "Held out", "active_learner", source, shop.embedding.name, shop.ann.person_id
    )
    assert run_now(shop, held).method == "holdout"


def test_the_audit_sample_stays_out_of_every_fit_and_is_judged_by_the_shipped_model(shop, executor):
    shop.answer(range(30), drawn_by="margin")
    shop.answer(range(30, 45), drawn_by="random")
    heuristic = shop.heuristic()
    assert run_now(shop, heuristic).method == "5-fold"
    keep_audit_out(shop.store, heuristic, wanted=True)
    assert status(shop.store, shop.workspace.jobs, heuristic).state == "stale"
    executor.jobs.clear()
    stored = run_now(shop, heuristic)
    assert (stored.method, stored.n_labelled) == ("5-fold, audit sample kept out", 45)
    assert {row for job in executor.jobs for row in job.train_rows.tolist()} == set(range(30))
    assert shop.store.runs.out_of_fit(stored.run_id).tolist() == list(range(30, 45))
    judged = shop.store.runs.judged(stored.run_id, shop.task.task_id)
    assert judged.record_no.tolist() == list(range(45))
    shipped = shop.store.runs.predicted(stored.run_id, [40])[40][0]
    at = judged.record_no == 40
    assert (judged.predicted[at][0], judged.raw[at][0]) == shipped[:2]
    assert "kept out of the fit" in evaluate(shop.store, heuristic).method
    assert status(shop.store, shop.workspace.jobs, heuristic).state == "current"


def test_a_label_that_is_left_out_counts_against_recall(shop):
    shop.answer(range(30))
    only_two = '@params_inference(min_confidence=0.0, label_names=["A", "B"])'
    source = shop.heuristic(name="Any").source.replace("@params_inference(min_confidence=0.8)", only_two)
    heuristic = shop.store.heuristics.create(
        shop.task.task_id, "Two", "active_learner", source, shop.embedding.name, shop.ann.person_id
    )
    run_now(shop, heuristic)
    found = evaluate(shop.store, heuristic)
    left_out = found.by_label[shop.label_id("C")]
    assert (left_out.kept, left_out.labelled, left_out.recall) == (0, 10, 0.0)
    assert found.n_judged + found.n_abstained == 30


def test_nothing_but_audit_labels_is_nothing_to_fit_on(shop):
    shop.answer(range(30), drawn_by="random")
    heuristic = shop.heuristic()
    keep_audit_out(shop.store, heuristic, wanted=True)
    stored = run_now(shop, heuristic)
    assert stored.state == "not_evaluable"
    assert "all 30 labels are in the audit sample" in stored.error_message
