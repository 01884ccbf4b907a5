"""Try on 10, limits per project, and consent where nothing protects the computer."""

from __future__ import annotations

import numpy as np
import pytest

from al_core.errors import InvalidInput
from al_core.execution import Limits
from al_core.workflow.protection import check_allowed, give_consent, limits_of, needs_consent, set_limits
from al_core.workflow.running import run
from al_core.workflow.training import NotEvaluable
from al_core.workflow.trying import try_on_ten


def counts(shop):
    rows = "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM prediction), (SELECT count(*) FROM fold)"
    return shop.store._database.row(rows)[:2]


def tried(shop, seed=1):
    heuristic = shop.heuristic()
    job = try_on_ten(shop.workspace, heuristic, heuristic.source, shop.ann, seed)
    return shop.workspace.jobs.wait(job.job_id)


def test_ten_records_half_of_them_labelled_ones_that_were_not_learnt_from(shop, executor):
    shop.answer(range(30))
    rows = tried(shop)
    assert len(rows) == 10
    judged = [row for row in rows if row.truth is not None]
    assert sorted(row.record_no < 30 for row in rows) == [False] * 5 + [True] * 5
    assert [row.truth for row in judged] == ["ABC"[row.record_no % 3] for row in judged]
    assert [row.right for row in judged] == [row.label == row.truth for row in judged]
    assert all(row.right is None for row in rows if row.record_no >= 30)
    (job,) = executor.jobs
    assert not set(job.train_rows) & {row.record_no for row in rows}
    assert all(row.text == f"text {row.record_no}" for row in rows)


def test_nothing_is_stored(shop):
    shop.answer(range(30))
    before = counts(shop)
    tried(shop)
    assert counts(shop) == before


def test_another_seed_shows_other_records(shop):
    shop.answer(range(30))
    heuristic = shop.heuristic()

    def numbers(seed):
        job = try_on_ten(shop.workspace, heuristic, heuristic.source, shop.ann, seed)
        return {row.record_no for row in shop.workspace.jobs.wait(job.job_id)}

    assert numbers(1) == numbers(1) != numbers(2)


def test_one_label_is_not_enough_to_try(shop):
    shop.answer([0, 3, 6])
    with pytest.raises(NotEvaluable, match="two different labels"):
        tried(shop)


def test_limits_are_the_defaults_until_set_and_go_with_every_fold(shop, executor):
    assert limits_of(shop.store, shop.project.project_id) == Limits()
    wanted = Limits(seconds=7, memory_mib=512, scratch_mib=8, log_kib=64)
    set_limits(shop.store, shop.project.project_id, wanted)
    shop.answer(range(30))
    job = run(shop.workspace, shop.heuristic(), shop.ann)
    shop.workspace.jobs.wait(job.job_id)
    assert {fit.limits for fit in executor.jobs} == {wanted}
    assert len(executor.jobs) == 6


@pytest.mark.parametrize("changed", [{"seconds": 0}, {"memory_mib": 10}, {"scratch_mib": 0}, {"log_kib": 1e9}])
def test_a_limit_outside_its_range_is_refused_with_the_range(shop, changed):
    with pytest.raises(InvalidInput, match=r"The limit .* is .* Choose one from"):
        set_limits(shop.store, shop.project.project_id, Limits(**changed))
    assert limits_of(shop.store, shop.project.project_id) == Limits()


def test_without_protection_nothing_runs_until_somebody_agreed(shop, executor):
    executor.tier = "rlimits"
    shop.answer(range(30))
    heuristic = shop.heuristic()
    with pytest.raises(InvalidInput, match="Agree to that on the Heuristics page"):
        run(shop.workspace, heuristic, shop.ann)
    with pytest.raises(InvalidInput, match="Agree"):
        try_on_ten(shop.workspace, heuristic, heuristic.source, shop.ann, 1)
    assert executor.jobs == []
    give_consent(shop.workspace, shop.ann)
    assert not needs_consent(shop.workspace)
    shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    assert executor.jobs


def test_a_protected_computer_needs_no_consent(shop, executor):
    executor.tier = "full"
    check_allowed(shop.workspace)
    assert not needs_consent(shop.workspace)


def test_progress_of_heuristic_code_moves_the_job(shop, executor):
    shop.answer(range(30))
    executor.gate.clear()
    said = []
    start = executor.start

    def start_and_tell(fit_predict, *, on_log=None, on_progress=None):
        on_progress(0.5, "half")
        said.append(shop.workspace.jobs.running()[0].message)
        return start(fit_predict, on_log=on_log, on_progress=on_progress)

    executor.start = start_and_tell
    job = run(shop.workspace, shop.heuristic(), shop.ann)
    executor.started.wait(20)
    executor.gate.set()
    shop.workspace.jobs.wait(job.job_id)
    assert said[0] == "fold 1 of 5: half"
    assert said[-1] == "shipped model: half"
    assert np.unique(said).size == 6
