"""Figures of the overview against a count by hand: two rules and a file over twelve labelled records."""

from datetime import date

import numpy as np
import pytest

from al_core.evaluation.averages import averages
from al_core.evaluation.falling import below_since
from al_core.evaluation.precision import Predicted
from al_core.filters import HeuristicSays, Missed, RecordFilter, Votes
from al_core.store.run_results import no_rows
from al_core.store.runs import FinishedRun, Judged
from al_core.types import Heuristic
from al_core.workflow.finding import numbers_of
from al_core.workflow.given_results import standing_of, whole_rows
from al_core.workflow.heuristic_overview import overview_rows
from al_core.workflow.judging import measure

# kinds of records 0 to 59 are A B C A B C ...; the first twelve are labelled, in truth and at random
SAYS = {
    "first": {0: "A", 3: "A", 1: "A", 20: "B"},  # 2 of 3 right
    "second": {0: "A", 6: "A", 1: "B", 20: "C"},  # 3 of 3 right
    "third": {0: "B", 30: "A"},  # 0 of 1 right
}


def said(shop, name: str, votes: dict[int, str]) -> Heuristic:
    """A finished run that says this, each with 1.0."""
    store = shop.store
    made = store.heuristics.create(shop.task.task_id, name, "precomputed", "{}", "", shop.ann.person_id)
    standing = standing_of(store, shop.task)
    run_id = store.runs.create(made.heuristic_id, 1, "00000000-0000-0000-0000-000000000000")
    store.runs.start(run_id, label_revision=standing.label_revision, n_labelled=standing.n_labelled, embedding_shas=())
    labels = np.array([shop.label_id(label) for label in votes.values()], dtype=np.int64)
    rows = whole_rows(np.array(list(votes), dtype=np.int64), labels, np.ones(len(votes)))
    in_pool = np.isin(rows.record_no, standing.pool)
    nothing = np.zeros(0, dtype=np.int64)
    store.runs.finish(
        run_id,
        FinishedRun(rows, in_pool, no_rows(), nothing, {}, '{"method": "none", "parameters": []}', "given",
                    len(standing.pool), ("A", "B", "C"), "", "", last_record_no=59),
    )  # fmt: skip
    return made


@pytest.fixture
def rows(shop):
    shop.answer(range(12), drawn_by="random")
    for name, votes in SAYS.items():
        said(shop, name, votes)
    return {row.heuristic.name: row for row in overview_rows(shop.store, shop.workspace.jobs, shop.task)}


def test_each_figure_equals_a_count_by_hand(shop, rows):
    first, second, third = rows["first"], rows["second"], rows["third"]
    estimate = first.evaluation.estimate
    assert (estimate.kept, estimate.correct, estimate.records) == (3, 2, 1)
    assert estimate.precision == pytest.approx(2 / 3)
    assert estimate.coverage == pytest.approx(1 / 48)
    # four of the twelve are A: first finds 0 and 3
    assert first.evaluation.by_label[shop.label_id("A")].recall == 2 / 4
    assert first.averages.micro_recall == pytest.approx(2 / 12)
    assert first.averages.micro_f1 == pytest.approx(2 * 2 / (3 + 12))
    # votes on all records: first on 0 1 3 20, second on 0 1 6 20, third on 0 30
    assert (first.among.hits, first.among.overlaps, first.among.conflicts) == (4, 3, 3)
    assert (second.among.hits, second.among.overlaps, second.among.conflicts) == (4, 3, 3)
    assert (third.among.hits, third.among.overlaps, third.among.conflicts) == (2, 1, 1)
    # right on labelled records: first 0 3, second 0 1 6; alone: 3, and 1 6
    assert [one.among.alone for one in (first, second, third)] == [1, 2, 0]
    assert first.trend == pytest.approx((2 / 3,))
    assert first.fallen is None and first.promised is None


def test_each_number_leads_to_exactly_the_records_that_it_counts(shop, rows):
    first = rows["first"].heuristic.heuristic_id
    behind = {
        HeuristicSays(first, kept=True, among="headline"): [0, 1, 3],  # n of the precision
        HeuristicSays(first, (shop.label_id("A"),), kept=True, among="headline"): [0, 1, 3],
        Missed(first): [1, 2, 4, 5, 6, 7, 8, 9, 10, 11],  # 10 of 12, the recall is 2 of 12
        HeuristicSays(first, kept=True, among="pool"): [20],  # 1 of 48
        Votes("voted", first): [0, 1, 3, 20],
        Votes("overlap", first): [0, 1, 20],
        Votes("conflict", first): [0, 1, 20],
        Votes("alone", first): [3],
        Votes("alone"): [1, 3, 6],
    }
    for condition, expected in behind.items():
        found = numbers_of(shop.store, shop.project, RecordFilter(shop.task.task_id, (condition,)))
        assert found.tolist() == expected, condition


def test_a_heuristic_that_is_off_takes_no_part_among_the_others(shop, rows):
    shop.store.heuristics.change(rows["second"].heuristic.heuristic_id, enabled=False)
    again = {row.heuristic.name: row for row in overview_rows(shop.store, shop.workspace.jobs, shop.task)}
    assert again["second"].among is None
    assert (again["first"].among.overlaps, again["first"].among.conflicts, again["first"].among.alone) == (1, 1, 2)


def test_the_day_since_which_a_promise_is_not_kept():
    days = [date(2026, 11, day) for day in range(1, 11)]
    fallen = np.array([True, True, True, True, True, True, True, False, False, False])
    # 7 of 8 is below 0.90 first, on the 8th
    assert below_since(fallen, days, 0.9) == date(2026, 11, 8)
    assert below_since(fallen[:7], days[:7], 0.9) is None
    recovered = np.array([True, False] + [True] * 8)
    assert below_since(recovered, days, 0.9) is None  # 9 of 10
    assert below_since(np.array([False] * 4), days[:4], 0.9) is None  # too few to say


def test_a_wrong_span_or_label_is_nothing_that_recall_could_miss():
    # one record: a right span and a wrong one; everything that people marked was found
    none = np.zeros(2, dtype=np.bool_)
    columns = {name: np.zeros(2) for name in Judged.__slots__} | {
        "record_no": np.array([1, 1]), "predicted": np.array([7, 7]), "truth": np.array([7, 0]),
        "confidence": np.array([0.9, 0.9]), "audit": none, "new": none,
    }  # fmt: skip
    nobody = Predicted(np.zeros(0, dtype=np.int64), np.zeros(0))
    nothing = np.zeros(0, dtype=np.int64)
    found = averages(measure([Judged(**columns)], nothing, 0.5, pool=nobody, pool_size=0).by_label)
    assert (found.micro_precision, found.micro_recall, found.macro_recall) == (0.5, 1.0, 1.0)
