"""Labeling functions from code to figures, in the real sandbox."""

import numpy as np
import pytest

from al_core.execution.local import LocalExecutor
from al_core.workflow.evaluating import evaluate
from al_core.workflow.running import run
from al_core.workflow.training import RunFailed
from al_core.workflow.trying import try_on_ten

pytestmark = pytest.mark.sandbox

# texts of the shop are "text 0", "text 1", ...; their kinds are A B C A B C ...
ENDS = """
def lf(record):
    number = int(record["text"].split()[1])
    if number % 3 == 0:
        return "A"
    if number % 10 == 4:
        return "B", 0.6
    if number == 59:
        raise ValueError("no such record")
"""


@pytest.fixture(scope="module")
def real_executor():
    opened = LocalExecutor()
    yield opened
    opened.close()


@pytest.fixture
def executor(real_executor):
    """The real one, which is closed when all tests here are done."""

    class Open:
        tier, start, describe = real_executor.tier, real_executor.start, real_executor.describe

        def close(self):
            """The next test needs it."""

    return Open()


def function(shop, source=ENDS, task=None):
    return shop.store.heuristics.create(
        (task or shop.task).task_id, "ends", "labeling_function", source, "", shop.ann.person_id
    )


def run_now(shop, heuristic):
    job = run(shop.workspace, heuristic, shop.ann)
    return shop.store.runs.get(shop.workspace.jobs.wait(job.job_id))


def test_votes_failures_and_figures_of_a_rule(shop):
    shop.answer(range(0, 12))
    heuristic = function(shop)
    stored = run_now(shop, heuristic)
    assert (stored.state, stored.method, stored.pool_size) == ("finished", "rule", 48)
    # A on 0 3 6 ... 57, B on 4 14 34 44 (24 and 54 are A already); 59 fails
    numbers, _, confidence = shop.store.judging.votes(stored.run_id)
    assert sorted(set(numbers.tolist()) - set(range(0, 60, 3))) == [4, 14, 34, 44]
    assert confidence[numbers == 4].tolist() == [0.6]
    assert shop.store.judging.failed(stored.run_id) == (1, ((59, "ValueError: no such record", 9),))
    # of the labels 0 to 11, four are A and rightly said so; 4 is B, said with 0.6, and below 0.8
    evaluation = evaluate(shop.store, heuristic)
    assert (evaluation.estimate.kept, evaluation.estimate.correct) == (4, 4)
    assert evaluation.estimate.records == 16
    # four of twelve labels are B, and none of them is kept
    assert evaluation.by_label[shop.label_id("B")].recall == 0.0
    assert evaluation.by_label[shop.label_id("C")].labelled == 4


def test_a_rule_is_judged_again_with_every_answer(shop):
    heuristic = function(shop)
    run_now(shop, heuristic)
    shop.answer([0, 3])
    shop.answer([6], "B")
    estimate = evaluate(shop.store, heuristic).estimate
    assert (estimate.kept, estimate.correct) == (3, 2)
    assert evaluate(shop.store, heuristic).n_new == 3


def test_a_rule_that_fails_everywhere_fails_and_keeps_the_earlier_result(shop):
    heuristic = function(shop)
    first = run_now(shop, heuristic)
    broken = shop.store.heuristics.save_version(
        heuristic.heuristic_id, "def lf(record):\n    return record['titel']\n", "", shop.ann.person_id
    )
    with pytest.raises(RunFailed, match="failed on every record"):
        run_now(shop, broken)
    last = shop.store.runs.last(heuristic.heuristic_id)
    assert (last.state, last.error_line) == ("failed", 2)
    assert "no attribute 'titel'" in last.error_message
    assert shop.store.runs.last(heuristic.heuristic_id, finished=True).run_id == first.run_id


def test_a_rule_without_any_hit_is_a_result(shop):
    shop.answer(range(6), drawn_by="random")
    heuristic = function(shop, "def lf(record):\n    return None\n")
    stored = run_now(shop, heuristic)
    assert stored.state == "finished"
    evaluation = evaluate(shop.store, heuristic)
    assert (evaluation.estimate.kept, evaluation.estimate.records) == (0, 0)
    assert evaluation.by_label[shop.label_id("A")].recall == 0.0


def test_several_labels_a_record_are_judged_label_by_label(shop):
    task = shop.store.projects.create_task(shop.attribute, "topics", "multi_label", ["x", "y"])
    x, y = (label.label_id for label in task.labels)
    shop.task = task
    shop.answer_labels({0: [x, y], 1: [x], 2: []})
    heuristic = function(shop, "def lf(record):\n    yield 'x'\n    yield 'y', 0.9\n")
    stored = run_now(shop, heuristic)
    judged = shop.store.runs.judged(stored.run_id, task.task_id)
    rows = list(zip(judged.record_no.tolist(), judged.predicted.tolist(), judged.truth.tolist(), strict=True))
    assert rows == [(0, x, x), (0, y, y), (1, x, x), (1, y, 0), (2, x, 0), (2, y, 0)]
    evaluation = evaluate(shop.store, heuristic)
    assert (evaluation.estimate.kept, evaluation.estimate.correct) == (6, 3)
    assert evaluation.by_label[x].precision == 2 / 3
    assert evaluation.estimate.coverage == 1.0
    assert np.isclose(evaluation.estimate.records, 57)


def test_trying_a_function_says_what_it_gives_and_where_it_fails(shop):
    shop.answer([0, 3])
    heuristic = function(shop, ENDS.replace("== 59", "> 29"))
    job = try_on_ten(shop.workspace, heuristic, heuristic.source, shop.ann, 1)
    rows = {row.record_no: row for row in shop.workspace.jobs.wait(job.job_id)}
    assert len(rows) == 10
    assert [(rows[number].label, rows[number].truth, rows[number].right) for number in (0, 3)] == [("A", "A", True)] * 2
    said = {row.label for number, row in rows.items() if number % 3 and number > 29 and number % 10 != 4}
    assert said == {"failed on line 9: ValueError: no such record"}
    assert shop.store.runs.last(heuristic.heuristic_id) is None
