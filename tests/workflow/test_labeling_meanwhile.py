"""What happens to the work of somebody who labels while others change what it is about, and when clocks jump."""

import uuid
from datetime import timedelta

import numpy as np
import pytest

from al_core.store import draws
from al_core.store.projects import now
from al_core.workflow.labeling import queue, recall, submit
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


def change(shop, sql, *values):
    shop.store._database.rows(sql, list(values))


def test_an_answer_with_a_label_removed_meanwhile_is_refused_with_a_reason_and_the_others_are_stored(shop):
    shop.answer(range(9), by=shop.bo)
    shop.answer([9], "C", by=shop.bo)
    job = run(shop.workspace, shop.heuristic(), shop.ann)
    shop.workspace.jobs.wait(job.job_id)
    removed = shop.label_id("C")
    sent = [message(shop, 20, "C"), message(shop, 21)]
    change(shop, "UPDATE label SET deleted_ts = ? WHERE label_id = ?", now(), removed)
    submitted = submit(shop.store, shop.ann, sent)
    assert submitted.acknowledged == (sent[1]["answer_id"],)
    assert submitted.refused[0][0] == sent[0]["answer_id"]
    assert "is not in task 'topic' (any more). Reload the page." in submitted.refused[0][1]
    guessed = {guess.label_id for one in ask(shop, "Least sure").records for guess in one.guesses}
    assert guessed == {shop.label_id("A"), shop.label_id("B")}
    (shown,) = (one for one in ask(shop, "Review").records if one.record.record_no == 9)
    assert "Bo answered a removed label." in shown.why


def test_answers_to_a_task_that_is_renamed_meanwhile_are_stored(shop):
    sent = message(shop, 3, draw_id=ask(shop).records[0].drawn.draw_id)
    change(shop, "UPDATE task SET name = 'subject' WHERE task_id = ?", shop.task.task_id)
    assert submit(shop.store, shop.ann, [sent]).acknowledged == (sent["answer_id"],)
    wrong = message(shop, 4, labels=[])
    assert "Task 'subject' takes exactly one label" in submit(shop.store, shop.ann, [wrong]).refused[0][1]


def test_records_deleted_meanwhile_leave_the_queue_and_their_answers_are_refused_by_number(shop):
    first, second, third, *_ = numbers(ask(shop))
    assert submit(shop.store, shop.ann, [message(shop, first)]).acknowledged
    change(shop, "UPDATE record SET deleted_ts = ? WHERE record_no IN (?, ?)", now(), first, second)
    assert numbers(ask(shop))[0] == third
    assert recall(shop.store, shop.task, shop.ann, first) is None
    ((_, reason),) = submit(shop.store, shop.ann, [message(shop, second)]).refused
    assert reason == f"Record {second} does not exist in this project (any more)."


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
