"""The queues of the Label page: what each hands out, and why; several people per record; a newer run."""

import uuid

import numpy as np
import pytest

from al_core.errors import InvalidInput, NotFound
from al_core.workflow.labeling import queue, recall, submit
from al_core.workflow.queues import QUEUES, Situation
from al_core.workflow.running import run
from al_core.workflow.task_settings import TaskSettings, change_task_settings, task_settings


@pytest.fixture
def ask(shop):
    def ask_queue(name="Smart", by=None, seed=0, **more):
        return queue(shop.store, shop.task, by or shop.ann, name, np.random.default_rng(seed), **more)

    return ask_queue


def numbers(queued):
    return [one.record.record_no for one in queued.records]


def run_now(shop, heuristic=None):
    job = run(shop.workspace, heuristic or shop.heuristic(), shop.ann)
    shop.workspace.jobs.wait(job.job_id)
    return shop.store.runs.newest_of_task(shop.task.task_id)


def act(shop, record_no, person=None, **more):
    one = {"answer_id": str(uuid.uuid4()), "task_id": shop.task.task_id, "record_no": record_no} | more
    return submit(shop.store, person or shop.ann, [one])


def answer(shop, queued, name="A", person=None):
    labels = [{"label_id": shop.label_id(name)}]
    draw_id, number = queued.drawn.draw_id, queued.record.record_no
    assert act(shop, number, person, verdict="accept", labels=labels, draw_id=draw_id, blind=True).acknowledged


@pytest.mark.parametrize("name", QUEUES.names())
def test_every_queue_says_what_it_hands_out_and_why_a_record_came(shop, ask, name):
    shop.answer(range(10), by=shop.bo)
    act(shop, 30, act="flag", is_set=True)
    for heuristic in ("one", "two"):
        run_now(shop, shop.heuristic(name=heuristic))
    assert QUEUES.get(name).caption.endswith(".")
    for one in ask(name).records:
        assert one.why.startswith(f"{name}: ")
        assert one.blind == (one.drawn.drawn_by == "random")


@pytest.mark.parametrize("name", ["Audit", "Random"])
def test_what_is_drawn_at_random_is_blind(shop, ask, name):
    shop.answer(range(10))
    run_now(shop)
    assert {(one.drawn.drawn_by, one.blind, one.guesses) for one in ask(name).records} == {("random", True, ())}


def test_smart_asks_one_of_several_that_say_the_same(shop, ask):
    shop.vectors = np.eye(3, dtype=np.float32)[np.arange(60) % 3]  # three texts, twenty times each
    shop.put_vectors(60)
    by_kind = sorted(range(60), key=lambda number: number % 3)
    shop.store.embeddings.put_typical(shop.embedding, np.array(by_kind))

    def chosen(name, by):
        return [one.record.record_no for one in ask(name, by).records if one.drawn.drawn_by == "typicality"]

    smart = chosen("Smart", shop.ann)
    firsts = [number for number in smart if number < 3]
    assert smart[: len(firsts)] == firsts != []
    assert smart[len(firsts) :] == [number for number in by_kind if number in smart[len(firsts) :]]
    plain = chosen("Entropy", shop.bo)
    assert plain == [number for number in by_kind if number in plain]


def test_smart_goes_on_with_typical_records_until_there_are_as_many_answers_as_labels(shop, ask):
    shop.store.embeddings.put_typical(shop.embedding, np.arange(60))
    shop.store.projects.add_labels(shop.task.task_id, [f"rare {number}" for number in range(20)])
    shop.answer(range(22))
    newest = run_now(shop)

    def smart():
        task = shop.store.projects.task(shop.task.task_id)
        return QUEUES.get("Smart").rank(Situation(shop.store, task, shop.ann, newest))

    assert smart().drawn_by == "typicality"
    shop.answer([22])
    assert smart().drawn_by == "margin"


def test_diverse_asks_one_of_each_kind_before_it_asks_a_second(shop, ask, monkeypatch):
    monkeypatch.setattr("al_core.workflow.queues.KINDS", 3)
    shop.vectors = np.eye(3, dtype=np.float32)[np.arange(60) % 3]
    shop.put_vectors(60)
    shop.answer(range(9))
    ranking = QUEUES.get("Diverse").rank(Situation(shop.store, shop.task, shop.ann, run_now(shop)))
    assert {number % 3 for number in ranking.records[:3]} == {0, 1, 2}
    assert sorted(ranking.records) == list(range(9, 60))
    chosen = [one for one in ask("Diverse").records if one.drawn.drawn_by == "diverse_margin"]
    assert "the model is torn between" in chosen[0].why


def test_disagreement_needs_two_heuristics_and_says_so(shop, ask):
    shop.answer(range(10))
    run_now(shop)
    asked = ask("Disagreement")
    assert (asked.records, asked.exhausted) == ((), True)
    assert "needs two heuristics with a finished run, this task has 1" in asked.empty_message


def test_review_hands_out_what_somebody_else_answered_with_their_answer(shop, ask):
    shop.answer([3, 5], "B", by=shop.bo)
    shop.answer([7], "A")
    asked = ask("Review")
    assert numbers(asked) == [5, 3]
    assert asked.records[0].why == "Review: Bo answered B."
    assert [one.label_id for one in asked.records[0].given.labels] == [shop.label_id("B")]
    answer(shop, asked.records[0], "B")
    assert numbers(ask("Review")) == [3]
    assert shop.store.answers.counts(shop.task.task_id).conflicts == 0
    assert ask("Review", by=shop.bo).records[0].record.record_no == 7


def test_a_flag_brings_a_record_back_until_it_is_taken_away(shop, ask):
    (first, second, *_) = ask().records
    for one in (first, second):
        act(shop, one.record.record_no, act="flag", is_set=True)
    answer(shop, first)
    assert sorted(numbers(ask("Flagged"))) == sorted([first.record.record_no, second.record.record_no])
    assert all(one.is_flagged for one in ask("Flagged").records)
    again = next(one for one in ask("Flagged").records if one.record.record_no == first.record.record_no)
    answer(shop, again, "C")
    assert numbers(ask("Flagged")) == [second.record.record_no]


def test_comments_are_shown_with_the_record(shop, ask):
    number = numbers(ask())[0]
    sent = {"act": "comment", "text": "  which order? "}
    one = {"answer_id": str(uuid.uuid4()), "task_id": shop.task.task_id, "record_no": number} | sent
    for _ in range(2):
        assert submit(shop.store, shop.bo, [one]).acknowledged == (one["answer_id"],)
    assert [(c.person, c.text) for c in ask().records[0].comments] == [("Bo", "which order?")]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "comment", "text": " "}, "1 to 2,000 characters, this one has 0"),
        ({"act": "comment", "text": "x" * 2001}, "this one has 2,001"),
        ({"act": "dance"}, "'dance' is nothing that can be done to a record"),
        ({"act": "flag", "record_no": 99}, "Record 99 does not exist"),
        ({"act": "flag", "task_id": 99999}, "Task 99999 does not exist"),
        ({"act": "flag", "record_no": "x"}, "not readable"),
        ({"act": "flag", "answer_id": "7"}, "not readable"),
    ],
)
def test_a_remark_that_cannot_be_stored_is_refused_with_the_reason(shop, sent, said):
    submitted = act(shop, **({"record_no": 0} | sent))
    assert submitted.acknowledged == ()
    assert said in submitted.refused[0][1]


def test_an_own_answer_comes_back_to_be_corrected_and_keeps_its_draw(shop, ask):
    first = ask("Audit").records[0]
    number = first.record.record_no
    assert recall(shop.store, shop.task, shop.ann, number) is None
    answer(shop, first, "A")
    back = recall(shop.store, shop.task, shop.ann, number)
    assert back.why == "Correction: you answered A. Another answer replaces it."
    assert (back.drawn.draw_id, back.blind) == (first.drawn.draw_id, True)
    answer(shop, back, "B")
    assert shop.store.answers.labelled(shop.task.task_id).label.tolist() == [shop.label_id("B")]
    assert shop.store.answers.audit_count(shop.task.task_id) == 1
    assert recall(shop.store, shop.task, shop.bo, number) is None


def test_with_an_overlap_of_two_the_second_person_gets_what_the_first_answered(shop, ask):
    change_task_settings(shop.store, shop.task, TaskSettings(overlap=2))
    first, second, *_ = ask("Random").records
    answer(shop, first)
    answer(shop, second)
    theirs = ask("Smart", by=shop.bo).records
    assert [one.record.record_no for one in theirs[:2]] == sorted([first.record.record_no, second.record.record_no])
    assert {(one.drawn.drawn_by, one.blind) for one in theirs[:2]} == {("overlap", True)}
    answer(shop, theirs[0], person=shop.bo)
    cy = shop.store.projects.person("Cy")
    assert theirs[0].record.record_no not in numbers(ask("Smart", by=cy))
    assert theirs[0].record.record_no not in numbers(ask("Random"))


def test_a_newer_run_refreshes_what_a_strategy_picked_and_keeps_the_record_on_screen(shop, ask):
    shop.answer(range(10))
    older = run_now(shop)
    before = ask("Least sure")
    shown = next(one for one in before.records if one.drawn.drawn_by != "random")
    at_random = {one.record.record_no for one in before.records if one.drawn.drawn_by == "random"}
    shop.answer(range(50, 60))
    newer = run_now(shop, shop.store.heuristics.all(shop.task.task_id)[0])
    after = ask("Least sure", on_screen=shown.record.record_no)
    by_number = {one.record.record_no: one.drawn for one in after.records}
    assert by_number[shown.record.record_no].run_id == older.run_id
    others = {one.run_id for number, one in by_number.items() if number != shown.record.record_no}
    assert others - {older.run_id} == {newer.run_id}
    assert at_random - set(range(50, 60)) <= set(by_number)
    assert numbers(ask("Least sure", on_screen=shown.record.record_no)) == numbers(after)


def test_an_unknown_queue_lists_the_choices(ask):
    with pytest.raises(NotFound, match=r"No queue 'Fast'\. Use one of: Audit, "):
        ask("Fast")


@pytest.mark.parametrize(
    "wanted",
    [TaskSettings(overlap=0), TaskSettings(overlap=21), TaskSettings(retrain_every=-1), TaskSettings("x" * 20_001)],
)
def test_settings_that_cannot_be_are_refused_and_nothing_changes(shop, wanted):
    change_task_settings(shop.store, shop.task, TaskSettings("**delivery**", 2, 0))
    with pytest.raises(InvalidInput):
        change_task_settings(shop.store, shop.task, wanted)
    assert task_settings(shop.store, shop.task) == TaskSettings("**delivery**", 2, 0)
