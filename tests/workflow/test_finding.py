"""Finding by predictions, votes and slices: the same numbers as Tune, and words for whatever is gone."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from al_core.errors import InvalidInput, NotFound
from al_core.filters import (
    Abstained,
    AnsweredBy,
    Compare,
    HeuristicSays,
    InSlice,
    Not,
    Numbers,
    Order,
    RecordFilter,
    StateIs,
    TruthIs,
    Votes,
)
from al_core.workflow.evaluating import evaluate
from al_core.workflow.examining import examine
from al_core.workflow.exporting import export
from al_core.workflow.finding import ask_page, how_many, numbers_of
from al_core.workflow.labeling import queue
from al_core.workflow.record_rows import table_rows, whole_record
from al_core.workflow.running import run
from al_core.workflow.slices import save_slice, send_to_label

FEW = Numbers((4, 2, 9))


@pytest.fixture
def judged(shop):
    """Thirty answers, six of them wrong, and a learner that has run; of label A nothing is kept."""
    shop.answer(range(24), drawn_by="random")
    shop.answer(range(24, 30), "A", drawn_by="margin", blind=False)
    heuristic = shop.heuristic()
    shop.workspace.jobs.wait(run(shop.workspace, heuristic, shop.ann).job_id)
    never = {shop.label_id("A"): 1.01, shop.label_id("B"): 0.0, shop.label_id("C"): 0.0}
    shop.store.label_thresholds.put(heuristic.heuristic_id, never, "slider", shop.ann.person_id)
    return heuristic


def find(shop, *conditions, order=None):
    wanted = RecordFilter(shop.task.task_id, conditions)
    return numbers_of(shop.store, shop.project, wanted if order is None else wanted.ordered(order)).tolist()


def test_what_tune_counts_is_what_is_found(shop, judged):
    evaluation = evaluate(shop.store, judged)
    examined = examine(shop.store, shop.task, evaluation)
    for which, kept, right in [("kept wrongly", True, False), ("kept rightly", True, True), ("below", False, None)]:
        expected = sorted(examined.rows.record_no[examined.chosen(which)].tolist())
        says = HeuristicSays(judged.heuristic_id, kept=kept, right=right, among="headline")
        assert find(shop, says) == expected
    kept_in_pool = HeuristicSays(judged.heuristic_id, kept=True, among="pool")
    assert how_many(shop.store, shop.project, RecordFilter(shop.task.task_id, (kept_in_pool,))) == (
        evaluation.estimate.records
    )
    for threshold in (0.0, 0.5, 1.0):
        at = replace(kept_in_pool, threshold=threshold)
        assert len(find(shop, at)) == evaluation.curve.at(threshold).records
    assert set(find(shop, replace(kept_in_pool, label_ids=(shop.label_id("B"),)))) <= set(range(31, 60, 1))


def test_confidence_margin_and_order(shop, judged):
    by_confidence = find(shop, order=Order("confidence", True, heuristic_id=judged.heuristic_id))
    said = shop.store.views.said(shop.store.runs.last(judged.heuristic_id, finished=True).run_id)
    confidence = dict(zip(said.record_no.tolist(), said.confidence.tolist(), strict=True))
    assert [confidence[one] for one in by_confidence] == sorted(confidence.values(), reverse=True)
    low, high = np.quantile(said.confidence, [0.3, 0.6]).round(6)
    within = find(shop, HeuristicSays(judged.heuristic_id, low=low, high=high))
    assert within == [one for one in range(60) if low <= round(confidence[one], 6) <= high]
    close = find(shop, HeuristicSays(judged.heuristic_id, high_margin=0.5))
    assert close == sorted(said.record_no[said.margin.round(6) <= 0.5].tolist())
    assert find(shop, Abstained(judged.heuristic_id)) == []


def test_votes_overlap_and_conflict(shop, judged):
    other = shop.heuristic(name="Other")
    shop.workspace.jobs.wait(run(shop.workspace, other, shop.ann).job_id)
    shop.store.heuristics.set_threshold(other.heuristic_id, 0.0, "slider", shop.ann.person_id)
    kept = find(shop, HeuristicSays(judged.heuristic_id, kept=True))
    assert 30 < len(kept) < 50
    assert find(shop, Votes("voted")) == list(range(60))
    assert find(shop, Votes("overlap")) == kept == find(shop, Votes("voted", judged.heuristic_id))
    assert find(shop, Votes("conflict")) == []  # the same code on the same answers says the same


@pytest.mark.parametrize(
    "make",
    [
        lambda _: RecordFilter(999, (StateIs("labelled"),)),
        lambda shop: RecordFilter(shop.task.task_id, (TruthIs((999,)),)),
        lambda shop: RecordFilter(shop.task.task_id, (Not(HeuristicSays(999)),)),
        lambda shop: RecordFilter(shop.task.task_id, (Votes("voted", 999),)),
        lambda shop: RecordFilter(shop.task.task_id, (AnsweredBy((999,)),)),
        lambda _: RecordFilter(conditions=(InSlice(999),)),
        lambda _: RecordFilter(conditions=(Compare("equals", ("x",), "attribute", "gone"),)),
        lambda shop: RecordFilter(shop.task.task_id, order=Order("margin", heuristic_id=999)),
    ],
)
def test_what_does_not_exist_any_more_is_named(shop, make):
    with pytest.raises(NotFound) as caught:
        ask_page(shop.store, shop.project, make(shop))
    assert caught.value.hint


def test_a_task_of_another_project_and_a_heuristic_without_a_run(shop):
    other = shop.store.projects.create("Other")
    with pytest.raises(NotFound, match="not in project 'Other'"):
        ask_page(shop.store, other, RecordFilter(shop.task.task_id, (StateIs("labelled"),)))
    with pytest.raises(InvalidInput, match="no finished run"):
        find(shop, HeuristicSays(shop.heuristic().heuristic_id))


def test_live_slices_follow_and_frozen_ones_stay(shop):
    labelled = RecordFilter(shop.task.task_id, (StateIs("labelled"),))
    shop.answer([3, 4])
    frozen = save_slice(shop.store, shop.project, labelled, "frozen", shop.ann, is_frozen=True)
    live = save_slice(shop.store, shop.project, labelled, "live", shop.ann, is_frozen=False)
    shop.answer([5])
    assert (find(shop, InSlice(frozen.slice_id)), find(shop, InSlice(live.slice_id))) == ([3, 4], [3, 4, 5])
    of_slice = RecordFilter(shop.task.task_id, (InSlice(live.slice_id), FEW))
    inner = save_slice(shop.store, shop.project, of_slice, "both", shop.ann, is_frozen=False)
    assert find(shop, InSlice(inner.slice_id)) == [4]
    shop.store.slices.set_deleted(live.slice_id, is_deleted=True)
    with pytest.raises(NotFound, match=f"Slice {live.slice_id}"):
        find(shop, InSlice(inner.slice_id))


def test_a_slice_is_asked_on_the_label_page_until_it_is_answered(shop):
    rng = np.random.default_rng(3)
    shop.answer([4], by=shop.bo)
    few = save_slice(shop.store, shop.project, RecordFilter(conditions=(FEW,)), "few", shop.ann, is_frozen=True)

    def asks(person=shop.ann):
        found = queue(shop.store, shop.task, person, "Slice", rng)
        return [one.record.record_no for one in found.records], found.empty_message

    assert "no slice" in asks()[1]
    send_to_label(shop.store, shop.task, shop.ann, few.slice_id)
    assert asks()[0] == [2, 4, 9]
    assert asks(shop.bo)[0] == []
    shop.answer([2], drawn_by="search")
    assert asks()[0] == [4, 9]
    shop.answer([4, 9])
    assert asks() == ([], "You have answered every record of this slice since you sent it here.")
    send_to_label(shop.store, shop.task, shop.ann, few.slice_id)
    assert asks()[0] == [2, 4, 9]
    shop.store.slices.set_deleted(few.slice_id, is_deleted=True)
    assert "does not exist" in asks()[1] or asks()[0] == [2, 4, 9]  # what was drawn already is still asked


def test_only_some_records_are_exported(shop, tmp_path):
    assert export(shop.store, shop.project, tmp_path / "few.csv", np.array([9, 2, 999])) == 2
    with open(tmp_path / "few.csv", encoding="utf-8-sig") as file:
        assert [row["record_id"] for row in csv.DictReader(file)] == ["id-9", "id-2"]


def test_rows_and_a_whole_record(shop, judged):
    shop.answer([0], "B", by=shop.bo)
    shop.answer([40], verdict="ignore")
    rows = table_rows(shop.store, shop.project, shop.task, [40, 0, 1, 999], judged)
    assert [row.record.record_no for row in rows] == [40, 0, 1]
    assert [row.state for row in rows] == ["", "conflict", "single"]
    assert rows[2].truth[0].label_id == shop.label_id("B")
    assert rows[0].said[0].heuristic == "Nearest"
    kept = find(shop, HeuristicSays(judged.heuristic_id, kept=True))
    assert [row.said[0].kept for row in rows] == [row.record.record_no in kept for row in rows]
    whole = whole_record(shop.store, shop.project, 0)
    assert [(act.person, act.verdict, act.is_current) for act in whole.acts] == [
        ("Bo", "accept", True),
        ("Ann", "accept", True),
    ]
    assert [one.text for one in whole.revisions] == ["text 0"]
    assert whole.silent == {shop.task.task_id: ()}
    with pytest.raises(NotFound, match="Record 999"):
        whole_record(shop.store, shop.project, 999)
