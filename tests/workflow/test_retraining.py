"""Learners that run again after enough new answers."""

import pytest

from al_core.workflow.retraining import retrain_stale
from al_core.workflow.running import run
from al_core.workflow.task_settings import TaskSettings, change_task_settings


@pytest.fixture
def learner(shop):
    """A learner that has run on ten answers; it runs again after five more."""
    change_task_settings(shop.store, shop.task, TaskSettings(retrain_every=5))
    shop.answer(range(10))
    made = shop.heuristic()
    shop.workspace.jobs.wait(run(shop.workspace, made, shop.ann).job_id)
    return made


def retrain(shop):
    return retrain_stale(shop.workspace, [shop.task.task_id], shop.ann)


def test_a_learner_runs_again_after_so_many_new_answers(shop, learner):
    assert retrain(shop) == ()
    shop.answer(range(10, 14))
    assert retrain(shop) == ()
    shop.answer([14])
    (job,) = retrain(shop)
    shop.workspace.jobs.wait(job.job_id)
    assert shop.store.runs.last(learner.heuristic_id).n_labelled == 15
    assert retrain(shop) == ()


def test_one_under_way_is_not_started_again(shop, learner, executor):
    shop.answer(range(10, 20))
    executor.gate.clear()
    (job,) = retrain(shop)
    assert retrain(shop) == ()
    executor.gate.set()
    shop.workspace.jobs.wait(job.job_id)


@pytest.mark.parametrize("why_not", ["off", "switched off", "deleted", "never run"])
def test_what_does_not_run_by_itself(shop, learner, why_not):
    shop.answer(range(10, 30))
    if why_not == "off":
        change_task_settings(shop.store, shop.task, TaskSettings(retrain_every=0))
    elif why_not == "switched off":
        shop.store.heuristics.change(learner.heuristic_id, enabled=False)
    else:
        shop.store.heuristics.set_deleted(learner.heuristic_id, deleted=True)
    if why_not == "never run":
        shop.heuristic(name="new")
    assert retrain(shop) == ()


def test_of_a_learner_that_somebody_changes_the_kept_version_runs(shop, learner):
    shop.store.heuristics.save_version(learner.heuristic_id, learner.source + "\nmore = 1\n", "", 1)
    shop.answer(range(10, 20))
    (job,) = retrain(shop)
    shop.workspace.jobs.wait(job.job_id)
    assert shop.store.runs.last(learner.heuristic_id, finished=True).n_labelled == 20
    assert shop.store.runs.last(learner.heuristic_id).version_no == 1


def test_a_learner_that_lacked_labels_runs_when_there_are_more(shop):
    change_task_settings(shop.store, shop.task, TaskSettings(retrain_every=5))
    made = shop.heuristic()
    shop.workspace.jobs.wait(run(shop.workspace, made, shop.ann).job_id)
    assert shop.store.runs.last(made.heuristic_id).state == "not_evaluable"
    shop.answer(range(20))
    (job,) = retrain(shop)
    shop.workspace.jobs.wait(job.job_id)
    assert shop.store.runs.last(made.heuristic_id).state == "finished"


def test_a_task_that_is_gone_is_nobodys_fault(shop):
    assert retrain_stale(shop.workspace, [99999], shop.ann) == ()
