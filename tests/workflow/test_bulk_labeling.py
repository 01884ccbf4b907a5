"""Labeling many at once, as pages call it."""

import pytest

from al_core.errors import Cancelled, InvalidInput
from al_core.workflow import bulk_labeling
from al_core.workflow.bulk_labeling import BulkLabel, label_many, last_bulk, look_before, take_back


def test_many_records_get_a_label_and_lose_it_again(shop):
    shop.answer([0, 1])
    done = label_many(shop.store, shop.task, shop.ann, range(10), BulkLabel((shop.label_id("B"),)))
    assert (done.n_labelled, done.n_left) == (8, 2)
    assert shop.store.answers.counts(shop.task.task_id).labelled == 10
    assert last_bulk(shop.store, shop.task, shop.ann).bulk_id == done.bulk_id
    assert take_back(shop.store, done.bulk_id) == 8
    assert shop.store.answers.counts(shop.task.task_id).labelled == 2
    assert last_bulk(shop.store, shop.task, shop.ann) is None


def test_what_was_given_before_a_stop_can_be_taken_back(shop, monkeypatch):
    monkeypatch.setattr(bulk_labeling, "STEP", 4)

    def stop(fraction, words):
        if fraction > 0.5:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        label_many(shop.store, shop.task, shop.ann, range(10), BulkLabel((shop.label_id("B"),)), stop)
    bulk = last_bulk(shop.store, shop.task, shop.ann)
    assert bulk.n_records == 8
    assert take_back(shop.store, bulk.bulk_id) == 8


def test_labels_that_the_task_cannot_take_are_refused(shop):
    a, b = shop.label_id("A"), shop.label_id("B")
    spans = shop.store.projects.create_task(shop.attribute, "spans", "extraction", ["X"])
    for task, labels, words in [
        (shop.task, [], "exactly one label"),
        (shop.task, [a, b], "exactly one label"),
        (shop.task, [999_999], "not labels of 'topic'"),
        (spans, [spans.labels[0].label_id], "differ from text to text"),
    ]:
        with pytest.raises(InvalidInput, match=words):
            label_many(shop.store, task, shop.ann, [1], BulkLabel(tuple(labels)))
    assert look_before(shop.store, shop.task, [1]).n_answered == 0
