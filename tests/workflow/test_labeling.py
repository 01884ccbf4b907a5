"""The queue and what comes back from it."""

import uuid

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from al_core.workflow import labeling
from al_core.workflow.labeling import BATCH, LOW, queue, submit
from al_core.workflow.running import run


@pytest.fixture
def ask(shop):
    """The queue of a person, by default Ann's smart one."""

    def ask_queue(by=None, strategy="Smart", task=None, seed=0):
        return queue(shop.store, task or shop.task, by or shop.ann, strategy, np.random.default_rng(seed))

    return ask_queue


def numbers(queued):
    return [one.record.record_no for one in queued.records]


def message(shop, record_no, **more):
    return {
        "answer_id": str(uuid.uuid4()),
        "task_id": shop.task.task_id,
        "record_no": record_no,
        "verdict": "accept",
        "labels": [{"label_id": shop.label_id("A")}],
        "blind": True,
    } | more


def run_now(shop):
    job = run(shop.workspace, shop.heuristic(), shop.ann)
    shop.workspace.jobs.wait(job.job_id)


def test_a_queue_is_a_batch_and_stays_until_answered(shop, ask):
    first = ask()
    assert len(first.records) == BATCH
    assert not first.exhausted
    assert numbers(ask(seed=1)) == numbers(first)
    for one in first.records:
        assert one.record.text == f"text {one.record.record_no}"


def test_a_short_queue_is_filled_up_behind_what_is_there(shop, ask):
    first = numbers(ask())
    keep = LOW - 1
    submit(shop.store, shop.ann, [message(shop, number) for number in first[:-keep]])
    second = numbers(ask())
    assert second[:keep] == first[-keep:]
    assert len(second) == min(keep + BATCH, shop.n - (len(first) - keep))
    assert not set(second) & set(first[:-keep])


def test_before_a_run_typical_records_come_first(shop, ask):
    shop.store.embeddings.put_typical(shop.embedding, np.arange(59, -1, -1))
    asked = ask(strategy="Least sure")
    typical = [one for one in asked.records if one.drawn.drawn_by == "typicality"]
    assert [one.record.record_no for one in typical] == sorted((one.record.record_no for one in typical), reverse=True)
    assert len(typical) >= 0.6 * BATCH
    assert {one.drawn.drawn_by for one in asked.records} == {"typicality", "random"}
    assert "typical of a kind of text" in typical[0].why


def test_without_embeddings_everything_is_random(shop, ask):
    assert {one.drawn.drawn_by for one in ask().records} == {"random"}


def test_after_a_run_its_candidates_come_first(shop, ask):
    shop.answer(range(10))
    run_now(shop)
    last = shop.store.runs.newest_of_task(shop.task.task_id)
    ranked = shop.store.runs.candidates(last.run_id, "least_confidence")[0].tolist()
    asked = ask(strategy="Least sure")
    chosen = [one for one in asked.records if one.drawn.drawn_by == "least_confidence"]
    places = [ranked.index(one.record.record_no) for one in chosen]
    assert places == sorted(places)
    assert {one.drawn.run_id for one in asked.records} == {last.run_id}
    assert all(len(one.guesses) == 2 and not one.blind for one in chosen)
    at_random = [one for one in asked.records if one.drawn.drawn_by == "random"]
    assert at_random
    assert all(one.guesses == () and one.blind for one in at_random)


def test_shares_and_probabilities_are_stored(shop, ask):
    shop.store.embeddings.put_typical(shop.embedding, np.arange(60))
    asked = ask()
    at_random = [one for one in asked.records if one.drawn.drawn_by == "random"]
    assert {one.drawn.probability for one in asked.records if one not in at_random} == {1.0}
    assert {one.drawn.probability for one in at_random} == {len(at_random) / 60}
    assert len(at_random) in (int(0.2 * BATCH), int(0.2 * BATCH) + 1)
    submit(
        shop.store, shop.ann, [message(shop, one.record.record_no, draw_id=one.drawn.draw_id) for one in asked.records]
    )
    rows = shop.store._database.rows("SELECT record_no, drawn_by, probability FROM answer")
    assert set(rows) == {(one.record.record_no, one.drawn.drawn_by, one.drawn.probability) for one in asked.records}
    assert shop.store.answers.counts(shop.task.task_id).audit == len(at_random)


def test_random_is_all_random(ask):
    asked = ask(strategy="Random")
    assert {(one.drawn.drawn_by, one.drawn.run_id, one.drawn.probability) for one in asked.records} == {
        ("random", None, BATCH / 60)
    }


@pytest.mark.parametrize("strategy", ["Smart", "Audit", "Random", "Least sure", "Entropy"])
def test_two_people_never_get_the_same_record(shop, ask, strategy):
    shop.answer(range(10))
    run_now(shop)
    mine, yours = numbers(ask(strategy=strategy)), numbers(ask(shop.bo, strategy=strategy, seed=5))
    assert not set(mine) & set(yours)
    assert not (set(mine) | set(yours)) & set(range(10))


def test_a_pool_that_runs_out(shop, ask):
    shop.answer(range(55))
    asked = ask()
    assert sorted(numbers(asked)) == [55, 56, 57, 58, 59]
    nothing = ask(shop.bo)
    assert (nothing.records, nothing.exhausted) == ((), True)
    assert ask().exhausted
    submit(shop.store, shop.ann, [message(shop, number) for number in range(55, 60)])
    assert (ask().records, ask().exhausted) == ((), True)


def test_ignored_and_conflicting_records_are_not_asked_again_and_rejected_ones_are(shop, ask):
    shop.answer(range(50))
    shop.answer([0], "C", by=shop.bo)
    shop.answer([50, 51], verdict="ignore")
    shop.answer([52], verdict="reject")
    assert sorted(numbers(ask())) == list(range(52, 60))


def test_somebody_who_rejects_everything_is_asked_something_else(shop, ask):
    first = ask()
    submit(
        shop.store,
        shop.ann,
        [message(shop, one.record.record_no, verdict="reject", draw_id=one.drawn.draw_id) for one in first.records],
    )
    second = numbers(ask())
    assert second
    assert not set(second) & set(numbers(first))


def test_retract_brings_a_record_back(shop, ask):
    (first, *_) = ask().records
    submit(shop.store, shop.ann, [message(shop, first.record.record_no, draw_id=first.drawn.draw_id)])
    assert first.record.record_no not in numbers(ask())
    submit(shop.store, shop.ann, [message(shop, first.record.record_no, verdict="retract")])
    assert numbers(ask())[0] == first.record.record_no


def test_an_empty_project_has_an_empty_queue(shop, ask):
    shop.store._database.rows("UPDATE record SET deleted_ts = now()::TIMESTAMP")
    assert (ask().records, ask().exhausted) == ((), True)


def test_answers_are_acknowledged_again_and_stored_once(shop):
    sent = [message(shop, 0), message(shop, 1)]
    ids = tuple(one["answer_id"] for one in sent)
    assert submit(shop.store, shop.ann, sent).acknowledged == ids
    assert submit(shop.store, shop.ann, sent).acknowledged == ids
    assert shop.store._database.value("SELECT count(*) FROM answer") == 2
    assert submit(shop.store, shop.ann, []) == labeling.Submitted((), ())


BAD = [
    ({"record_no": 60}, "Record 60 does not exist"),
    ({"record_no": -1}, "out of range"),
    ({"record_no": 10**12}, "out of range"),
    ({"record_no": None}, "not readable"),
    ({"task_id": 99999}, "Task 99999 does not exist"),
    ({"task_id": "x"}, "not readable"),
    ({"verdict": "maybe"}, "'maybe' is no verdict. Use one of: accept, ignore, reject, retract."),
    ({"verdict": ["accept"]}, "is no verdict"),
    ({"labels": []}, "takes exactly one label, this answer has 0"),
    ({"labels": [{"label_id": 99999}]}, "Label 99999 is not in task 'topic'"),
    ({"labels": [7]}, "not readable"),
    ({"labels": 7}, "not readable"),
    ({"labels": [{}]}, "not readable"),
    ({"draw_id": "abc"}, "not readable"),
    ({"draw_id": 10**30}, "out of range"),
    ({"shown_label_id": {}}, "not readable"),
    ({"seconds": "soon"}, "not readable"),
    ({"answer_id": "7"}, "not readable"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_one_bad_answer_is_refused_and_does_not_block_the_others(shop, change, said):
    bad, good = message(shop, 0) | change, message(shop, 1)
    submitted = submit(shop.store, shop.ann, [bad, good])
    assert submitted.acknowledged == (good["answer_id"],)
    ((answer_id, reason),) = submitted.refused
    assert answer_id == bad["answer_id"]
    assert said in reason
    assert shop.store.answers.answered(shop.task.task_id).tolist() == [1]


FIELDS = [
    "record_no", "task_id", "verdict", "labels", "draw_id", "seconds", "client_ts", "drawn_by", "blind",
    "shown_label_id", "shown_run_id",
]  # fmt: skip
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3))
def test_whatever_a_browser_sends_is_stored_or_refused(shop, change):
    one = message(shop, 0) | change
    submitted = submit(shop.store, shop.ann, [one])
    assert submitted.acknowledged + tuple(answer_id for answer_id, _ in submitted.refused) == (one["answer_id"],)


def test_a_message_cannot_claim_to_be_drawn_at_random(shop):
    submit(shop.store, shop.ann, [message(shop, 0, drawn_by="random"), message(shop, 1, drawn_by="search")])
    assert shop.store._database.rows("SELECT drawn_by FROM answer ORDER BY event_no") == [("manual",), ("search",)]
    assert shop.store.answers.counts(shop.task.task_id).audit == 0


def test_an_answer_with_a_prediction_on_screen_is_not_blind(shop):
    draw = labeling.queue(shop.store, shop.task, shop.ann, "Random", np.random.default_rng(0)).records[0]
    shown = message(shop, draw.record.record_no, draw_id=draw.drawn.draw_id, shown_label_id=shop.label_id("B"))
    submit(shop.store, shop.ann, [shown])
    assert shop.store.answers.counts(shop.task.task_id).audit == 0


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([(0, 3)], ""),
        ([(0, 3), (3, 6)], ""),
        ([], ""),
        ([(0, 3), (2, 5)], "overlaps"),
        ([(3, 3)], "not inside"),
        ([(0, 7)], "not inside the text of 6 characters"),
        ([(None, None)], "not inside"),
    ],
)
def test_spans_lie_inside_the_text_and_do_not_overlap(shop, spans, said):
    task = shop.store.projects.create_task(shop.attribute, "entities", "extraction", ["X"])
    (label,) = task.labels
    labels = [{"label_id": label.label_id, "start": start, "end": end} for start, end in spans]
    submitted = submit(shop.store, shop.ann, [message(shop, 0, task_id=task.task_id, labels=labels)])
    assert len(submitted.acknowledged) == (not said)
    assert said in "".join(reason for _, reason in submitted.refused)


def test_extraction_records_come_with_their_tokens(shop, ask):
    task = shop.store.projects.create_task(shop.attribute, "entities", "extraction", ["X"])
    (one, *_) = ask(task=task).records
    assert [one.record.text[start:end] for start, end in one.tokens] == ["text", str(one.record.record_no)]


def test_client_times_are_kept_as_utc_or_left_out(shop):
    times = ["2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05Z", "yesterday", "0001-01-01T00:00:00+23:00"]
    submit(shop.store, shop.ann, [message(shop, n, client_ts=one, seconds=n - 1) for n, one in enumerate(times)])
    rows = shop.store._database.rows("SELECT client_ts::VARCHAR, seconds FROM answer ORDER BY event_no")
    assert rows == [("2026-01-02 01:04:05", 0.0), ("2026-01-02 03:04:05", 0.0), (None, 1.0), (None, 2.0)]
