"""Predictions from a file: what fits counts, what does not is said, and records that come later are found."""

import pytest

from al_core.errors import InvalidInput
from al_core.workflow.evaluating import evaluate
from al_core.workflow.heuristics import status
from al_core.workflow.precomputed import PredictionColumns, bring_in
from al_core.workflow.running import run
from al_core.workflow.training import RunFailed

COLUMNS = PredictionColumns("id", "says", "sure")


def brought_in(shop, tmp_path, lines, columns=COLUMNS):
    path = tmp_path / "model.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    job = bring_in(shop.workspace, shop.task, path, columns, "", shop.ann)
    return shop.store.heuristics.get(shop.workspace.jobs.wait(job.job_id))


def run_now(shop, heuristic):
    return shop.store.runs.get(shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id))


def test_what_fits_is_judged_and_what_does_not_is_said(shop, tmp_path):
    shop.answer([0, 1, 2, 3], drawn_by="random")
    rows = ["id-0,A,0.9", "id-1,A,0.7", "id-2,C,", "id-2,B,0.3", "id-9,A,0.8", "nobody,A,1", "id-4,D,1", "id-5,A,87 %"]
    heuristic = brought_in(shop, tmp_path, ["id,says,sure", *rows])
    assert (heuristic.name, heuristic.kind) == ("model", "precomputed")
    stored = run_now(shop, heuristic)
    numbers, labels, confidence = shop.store.judging.votes(stored.run_id)
    a, c = shop.label_id("A"), shop.label_id("C")
    assert list(zip(numbers.tolist(), labels.tolist(), confidence.tolist(), strict=True)) == [
        (0, a, 0.9),
        (1, a, 0.7),
        (2, c, 1.0),
        (9, a, 0.8),
    ]
    for said in ("not there, such as 'nobody'", "does not have, such as 'D'", "such as '87 %'", "1 rows repeat"):
        assert said in stored.log
    # at 0.8: 0 is A and 2 is C, rightly; 1 is below; of three labels kept two are found, and 3 has no prediction
    found = evaluate(shop.store, heuristic)
    assert (found.estimate.kept, found.estimate.correct, found.estimate.records) == (2, 2, 1)
    assert found.by_label[a].recall == 0.5


def test_records_that_come_later_make_it_stale_and_are_found_by_another_run(shop, tmp_path):
    heuristic = brought_in(shop, tmp_path, ["id,says", "id-0,A"], PredictionColumns("id", "says"))
    run_now(shop, heuristic)
    assert status(shop.store, shop.workspace.jobs, heuristic).state == "current"
    shop.answer([0, 1])
    assert status(shop.store, shop.workspace.jobs, heuristic).state == "current"  # answers change nothing it says


def test_a_column_that_is_not_there_and_a_file_that_fits_nothing(shop, tmp_path):
    with pytest.raises(InvalidInput, match="no column 'sure'"):
        brought_in(shop, tmp_path, ["id,says", "id-0,A"])
    heuristic = brought_in(shop, tmp_path, ["id,says", "x,A"], PredictionColumns("id", "says"))
    with pytest.raises(RunFailed, match="No prediction of the file fits a record"):
        run_now(shop, heuristic)
