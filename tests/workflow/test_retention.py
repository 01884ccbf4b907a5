"""What stays of a run that another has overtaken."""

from al_core.workflow.running import run


def run_now(shop, heuristic):
    return shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)


def test_an_overtaken_run_keeps_what_it_is_judged_by_and_nobody_is_asked_by_it(shop):
    shop.answer(range(30))
    heuristic = shop.heuristic()
    first = run_now(shop, heuristic)
    judged = shop.store.runs.judged(first, shop.task.task_id)
    assert len(shop.store.runs.candidates(first, "margin")[0])
    assert len(shop.store.runs.predicted(first, [50])[50]) == 2  # first and second label
    second = run_now(shop, heuristic)
    assert not len(shop.store.runs.candidates(first, "margin")[0])
    assert len(shop.store.runs.candidates(second, "margin")[0])
    assert len(shop.store.runs.predicted(first, [50])[50]) == 1
    again = shop.store.runs.judged(first, shop.task.task_id)
    assert again.record_no.tolist() == judged.record_no.tolist()
    assert again.confidence.tolist() == judged.confidence.tolist()
