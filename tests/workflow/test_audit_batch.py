"""A counted audit batch: exactly so many random records, blind, then the queue ends."""

import uuid

import numpy as np
import pytest

from al_core.errors import InvalidInput
from al_core.workflow.audit_batch import BATCH_DONE, BATCH_TAKEN, AuditBatch, batch_of, end_batch, start_batch
from al_core.workflow.labeling import queue, submit
from al_core.workflow.running import run


def ask(shop, person=None):
    return queue(shop.store, shop.task, person or shop.ann, "Audit", np.random.default_rng(0))


def answer(shop, queued, person=None):
    given = {
        "answer_id": str(uuid.uuid4()),
        "task_id": shop.task.task_id,
        "record_no": queued.record.record_no,
        "draw_id": queued.drawn.draw_id,
        "verdict": "accept",
        "labels": [{"label_id": shop.label_id("A")}],
        "blind": True,
    }
    assert not submit(shop.store, person or shop.ann, [given]).refused


def test_exactly_the_counted_number_is_handed_out_at_random_and_blind(shop):
    shop.answer(range(20), drawn_by="random")
    shop.workspace.jobs.wait(run(shop.workspace, shop.heuristic(), shop.ann).job_id)
    assert len(ask(shop).records) == 40  # what waited before the batch began is not added to it
    start_batch(shop.store, shop.task, 7)
    queued = ask(shop)
    assert (len(queued.records), queued.exhausted, queued.empty_message) == (7, True, BATCH_DONE)
    assert {(one.blind, one.guesses, one.drawn.drawn_by) for one in queued.records} == {(True, (), "random")}
    for number, one in enumerate(queued.records, start=1):
        answer(shop, one)
        assert batch_of(shop.store, shop.task) == AuditBatch(7, number)
        assert len(ask(shop).records) == 7 - number
    assert ask(shop).records == ()
    assert shop.store.answers.audit_count(shop.task.task_id) == 27
    end_batch(shop.store, shop.task)
    assert batch_of(shop.store, shop.task) is None
    assert ask(shop).empty_message != BATCH_DONE


def test_a_batch_larger_than_the_queue_is_filled_up_and_other_queues_have_no_end(shop):
    start_batch(shop.store, shop.task, 45)
    first = ask(shop)
    assert len(first.records) == 40
    for one in first.records[:10]:
        answer(shop, one)
    assert len(ask(shop).records) == 35
    assert queue(shop.store, shop.task, shop.bo, "Random", np.random.default_rng(0)).empty_message != BATCH_DONE


def test_two_people_together_answer_no_more_than_the_batch(shop):
    start_batch(shop.store, shop.task, 45)
    mine, others = ask(shop), ask(shop, shop.bo)
    assert (len(mine.records), len(others.records), others.empty_message) == (40, 5, BATCH_TAKEN)
    assert not {one.record.record_no for one in mine.records} & {one.record.record_no for one in others.records}
    for one in others.records:
        answer(shop, one, shop.bo)
    assert ask(shop, shop.bo).records == ()
    for one in ask(shop).records:
        answer(shop, one)
    assert (ask(shop).empty_message, ask(shop, shop.bo).empty_message) == (BATCH_DONE, BATCH_DONE)
    assert shop.store.answers.audit_count(shop.task.task_id) == 45


@pytest.mark.parametrize("wanted", [0, -1, 61, 10_001])
def test_a_batch_that_cannot_be_drawn_is_refused_with_the_numbers(shop, wanted):
    with pytest.raises(InvalidInput, match="60 have no answer yet"):
        start_batch(shop.store, shop.task, wanted)
    assert batch_of(shop.store, shop.task) is None
