"""What happens to the work of somebody who labels while others change what it is about, and when clocks jump."""

import uuid
from datetime import timedelta

import numpy as np
import pytest

from al_core.store import draws
from al_core.store.projects import now
from al_core.workflow.deleting import delete_records
from al_core.workflow.labeling import queue, recall, submit
from al_core.workflow.removing import remove_label
from al_core.workflow.running import run


def message(shop, record_no, name="A", **more):
    return {
        "answer_id": str(uuid.uuid4()),
        "task_id": shop.task.task_id,
        "record_no": record_no,
        "verdict": "accept",
        "labels": [{"label_id": shop.label_id(name)}],
        "blind": True,
    } | more


def ask(shop, name="Smart", by=None):
    task = shop.store.projects.task(shop.task.task_id)
    return queue(shop.store, task, by or shop.ann, name, np.random.default_rng(0))


def numbers(queued):
    return [one.record.record_no for one in queued.records]


def test_an_answer_with_a_label_removed_meanwhile_is_refused_with_a_reason_and_the_others_are_stored(shop):
    shop.answer(range(9), by=shop.bo)
    shop.answer([9], "C", by=shop.bo)
    job = run(shop.workspace, shop.heuristic(), shop.ann)
    shop.workspace.jobs.wait(job.job_id)
    sent = [message(shop, 20, "C"), message(shop, 21)]
    remove_label(shop.store, shop.task, shop.task.labels[2], shop.bo)
    submitted = submit(shop.store, shop.ann, sent)
    assert submitted.acknowledged == (sent[1]["answer_id"],)
    assert submitted.refused[0][0] == sent[0]["answer_id"]
    assert submitted.refused[0][1] == (
        "Label 'C' was removed from task 'topic' meanwhile; your answer on record 20 was not stored."
        " Give it another label."
    )
    guessed = {guess.label_id for one in ask(shop, "Least sure").records for guess in one.guesses}
    assert guessed == {shop.label_id("A"), shop.label_id("B")}
    assert 9 not in numbers(ask(shop, "Review"))  # nobody has answered it any more: it is asked anew
    assert 9 not in shop.store.answers.answered(shop.task.task_id)


def test_answers_to_a_task_that_is_renamed_meanwhile_are_stored(shop):
    sent = message(shop, 3, draw_id=ask(shop).records[0].drawn.draw_id)
    shop.store.projects.rename_task(shop.task, "subject", shop.bo.person_id)
    assert submit(shop.store, shop.ann, [sent]).acknowledged == (sent["answer_id"],)
    wrong = message(shop, 4, labels=[])
    assert "Task 'subject' takes exactly one label" in submit(shop.store, shop.ann, [wrong]).refused[0][1]


def test_records_deleted_meanwhile_leave_the_queue_and_their_answers_are_refused_by_number(shop):
    first, second, third, *_ = numbers(ask(shop))
    assert submit(shop.store, shop.ann, [message(shop, first)]).acknowledged
    delete_records(shop.store, shop.project, [first, second], shop.bo)
    assert numbers(ask(shop))[0] == third
    assert recall(shop.store, shop.task, shop.ann, first) is None
    ((_, reason),) = submit(shop.store, shop.ann, [message(shop, second)]).refused
    assert reason == (
        f"Record {second} was deleted meanwhile; your answer was not stored. It can be restored on the Records page."
    )


@pytest.mark.parametrize("hours", [-48, 48])
def test_a_server_whose_clock_jumps_keeps_the_newest_answer_and_asks_nothing_twice(shop, monkeypatch, hours):
    (record_no, *_) = numbers(ask(shop))
    submit(shop.store, shop.ann, [message(shop, record_no, "A", client_ts="2030-01-01T00:00:00Z")])
    monkeypatch.setattr("al_core.store.answers.now", lambda: now() + timedelta(hours=hours))
    monkeypatch.setattr(draws, "now", lambda: now() + timedelta(hours=hours))
    submit(shop.store, shop.ann, [message(shop, record_no, "B", client_ts="1999-01-01T00:00:00Z")])
    assert shop.store.answers.labelled(shop.task.task_id).label.tolist() == [shop.label_id("B")]
    mine, yours = numbers(ask(shop)), numbers(ask(shop, by=shop.bo))
    assert record_no not in mine + yours
    assert not set(mine) & set(yours)
