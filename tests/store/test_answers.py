"""Answers: stored once, in order, and what they resolve to."""

import threading
import uuid
from itertools import pairwise

import duckdb
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from al_core.types import LabelSpan


def test_one_answer_is_the_truth(team):
    team.say(2, "A")
    assert team.truth() == {2: "A"}
    counts = team.store.answers.counts(team.task.task_id)
    assert (counts.labelled, counts.conflicts, counts.by_label) == (1, 0, {team.label["A"]: 1})


def test_the_same_answer_twice_is_stored_once(team):
    answer = team.make(0, "A")
    assert team.store.answers.add([answer]) == (answer.answer_id,)
    revision = team.store.answers.revision(team.task.task_id)
    assert team.store.answers.add([answer, answer]) == (answer.answer_id,)
    assert team.store.answers.revision(team.task.task_id) == revision
    assert team.truth() == {0: "A"}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.sampled_from(range(8)), max_size=8), max_size=5))
def test_answers_are_stored_once_in_whatever_batches_they_come(team, batches):
    # other people and ids for each example: the store is the same one
    person = team.store.projects.person(str(uuid.uuid4()))
    ids = [str(uuid.uuid4()) for _ in range(8)]
    for batch in batches:
        answers = [team.make(number % 6, "ABC"[number % 3], by=person, answer_id=ids[number]) for number in batch]
        assert set(team.store.answers.add(answers)) == {ids[number] for number in batch}
    first = list(dict.fromkeys(number for batch in batches for number in batch))
    last_said = {number % 6: "ABC"[number % 3] for number in first}  # a repeated answer is not a new act
    given_now = team.store.answers.given_by(team.task.task_id, person.person_id)
    assert given_now == {record: ((team.label[name], None, None),) for record, name in last_said.items()}


def test_acts_count_in_the_order_of_the_batch(team):
    # all five on one record, in one batch, with the records of the others around them
    batch = [
        team.make(5, "B"),
        team.make(1, "A"),
        team.make(1, verdict="retract"),
        team.make(0, "C"),
        team.make(1, "B"),
        team.make(0, verdict="retract"),
        team.make(1, "C"),
    ]
    team.store.answers.add(batch)
    assert team.truth() == {5: "B", 1: "C"}


def test_the_newest_act_of_a_long_batch_counts(team):
    for last in ("A", "B"):
        team.store.answers.add([team.make(number % 6, name) for number in range(60) for name in ("C", last)])
        assert team.truth() == dict.fromkeys(range(6), last)


def test_a_retracted_answer_gives_no_truth(team):
    team.say(3, "A")
    team.say(3, verdict="retract")
    assert team.truth() == {}
    assert team.store.answers.answered(team.task.task_id).tolist() == []
    team.say(3, "B")
    assert team.truth() == {3: "B"}


def test_ignored_records_have_no_truth_and_are_not_asked_again(team):
    team.say(3, verdict="ignore")
    assert team.truth() == {}
    assert team.store.answers.answered(team.task.task_id).tolist() == [3]
    assert team.store.answers.counts(team.task.task_id).ignored == 1


def test_a_rejected_record_stays_unlabelled_and_is_asked_again(team):
    team.say(3, verdict="reject", shown_label_id=team.label["A"])
    assert team.truth() == {}
    assert team.store.answers.answered(team.task.task_id).tolist() == []


def states(team):
    rows = team.store._database.rows("SELECT record_no, state FROM truth WHERE task_id = ?", [team.task.task_id])
    return dict(rows)


def test_two_people_agree_or_not(team):
    team.say(0, "A")
    team.say(0, "A", by=team.bo)
    team.say(1, "A")
    team.say(1, "B", by=team.bo)
    assert states(team) == {0: "agreed", 1: "conflict"}
    assert team.truth() == {0: "A"}
    counts = team.store.answers.counts(team.task.task_id)
    assert (counts.labelled, counts.conflicts, counts.by_label) == (1, 1, {team.label["A"]: 1})
    assert team.store.answers.answered(team.task.task_id).tolist() == [0, 1]


def test_a_conflict_ends_when_one_gives_in(team):
    team.say(1, "A")
    team.say(1, "B", by=team.bo)
    team.say(1, "A", by=team.bo)
    assert (states(team), team.truth()) == ({1: "agreed"}, {1: "A"})


@pytest.mark.parametrize("verdict", ["retract", "ignore", "reject"])
def test_a_conflict_settled_by_leaving_is_a_newer_truth(team, verdict):
    team.say(1, "A")
    team.say(1, "B", by=team.bo)
    revision = team.store.answers.revision(team.task.task_id)
    team.say(1, verdict=verdict, by=team.bo)
    assert (states(team), team.truth()) == ({1: "single"}, {1: "A"})
    assert team.store.answers.newer(team.task.task_id, revision) == 1


def test_adjudication_settles_a_conflict_for_good(team):
    team.say(1, "A")
    team.say(1, "B", by=team.bo)
    team.say(1, "C", by=team.store.projects.person("Cy"), adjudicates=True)
    assert (states(team), team.truth()) == ({1: "adjudicated"}, {1: "C"})
    team.say(1, "A", by=team.bo)
    assert team.truth() == {1: "C"}


def test_spans_agree_whatever_their_order(team):
    one, two = LabelSpan(team.label["X"], 0, 1), LabelSpan(team.label["Y"], 1, 3)
    task_id = team.spans.task_id
    team.say(0, task_id=task_id, labels=(one, two))
    team.say(0, task_id=task_id, labels=(two, one), by=team.bo)
    team.say(1, task_id=task_id, labels=(one,))
    team.say(1, task_id=task_id, labels=(LabelSpan(team.label["X"], 0, 2),), by=team.bo)
    team.say(2, task_id=task_id)  # nothing here
    truths = team.store.answers.truths(task_id)
    assert {number: truth.labels for number, truth in truths.items()} == {0: (two, one), 2: ()}
    assert truths[0].people == ("Ann", "Bo")
    assert team.store.answers.truths(team.task.task_id) == {}


@pytest.mark.parametrize(
    ("drawn_by", "blind", "audit"),
    [("random", True, True), ("random", False, False), ("margin", True, False), ("manual", True, False)],
)
def test_blind_answers_on_random_records_are_the_audit_sample(team, drawn_by, blind, audit):
    draw_id = team.draw([0], drawn_by=drawn_by)
    team.say(0, "A", draw_id=draw_id, blind=blind)
    assert team.store.answers.labelled(team.task.task_id).audit.tolist() == [audit]
    assert team.store.answers.counts(team.task.task_id).audit == audit
    assert team.store.answers.audit_count(team.task.task_id) == audit


def test_how_a_record_was_drawn_is_taken_from_its_draw(team):
    draw_id = team.draw([0], drawn_by="margin", probability=1.0)
    other = team.draw([1], drawn_by="random", probability=0.25)
    team.say(0, "A", draw_id=draw_id, drawn_by="random")  # the message claims what is not so
    team.say(1, "A", draw_id=other)
    team.say(2, "A", draw_id=other)  # of that draw, but not in it
    team.say(1, task_id=team.spans.task_id, draw_id=other)  # in it, but it was for another task
    rows = team.store._database.rows("SELECT drawn_by, probability FROM answer ORDER BY event_no")
    assert rows == [("margin", 1.0), ("random", 0.25), ("manual", None), ("manual", None)]


@pytest.mark.parametrize(("claim", "audit"), [("all", True), ("random", True), ("chosen", False), ("unknown", False)])
def test_imported_labels_are_audit_when_the_importer_claims_so(team, take_in, claim, audit):
    ingested = take_in(team.project, ["one"], ids=["id-0"])
    team.store.records.claim(ingested.import_id, claim, team.ann.person_id)
    team.say(0, "A", drawn_by="imported", import_id=ingested.import_id)
    assert team.store.answers.labelled(team.task.task_id).audit.tolist() == [audit]


def test_the_label_revision_grows_with_every_act(team):
    revisions = [team.store.answers.revision(team.task.task_id)]
    for act in ({"name": "A"}, {"name": "B"}, {"verdict": "retract"}, {"verdict": "ignore"}):
        team.say(0, **act)
        revisions.append(team.store.answers.revision(team.task.task_id))
    assert revisions[0] == 0
    assert all(a < b for a, b in pairwise(revisions))
    assert team.store.answers.revision(team.spans.task_id) == 0


def test_newer_counts_records_not_acts(team):
    team.say(0, "A")
    revision = team.store.answers.revision(team.task.task_id)
    assert team.store.answers.newer(team.task.task_id, revision) == 0
    team.say(0, "B")
    team.say(0, "C")
    team.say(1, "C")
    assert team.store.answers.newer(team.task.task_id, revision) == 2


def test_truth_comes_in_the_order_in_which_it_was_given(team):
    for number in (4, 1, 3):
        team.say(number, "A")
    assert team.store.answers.labelled(team.task.task_id).record_no.tolist() == [4, 1, 3]


def test_the_text_of_the_time_is_remembered(team, take_in):
    team.say(0, "A")
    take_in(team.project, ["changed"], ids=["id-0"])
    team.say(0, "B")
    (old,), (new,) = team.store._database.rows("SELECT text_sha FROM answer ORDER BY event_no")
    assert old != new
    assert team.store.answers.last(team.task.task_id, team.ann.person_id)[0].text == "changed"


def test_a_persons_newest_answers(team):
    for number in range(4):
        team.say(number, "A")
    team.say(1, verdict="ignore")
    team.say(5, "B", by=team.bo)
    last = team.store.answers.last(team.task.task_id, team.ann.person_id, limit=3)
    a = team.label["A"]
    assert [(one.record_no, one.text, one.verdict, one.label_id) for one in last] == [
        (1, "two", "ignore", None),
        (3, "four", "accept", a),
        (2, "three", "accept", a),
    ]


def test_median_seconds(team):
    for number, seconds in enumerate((2.0, 9.0, 4.0)):
        team.say(number, "A", seconds=seconds)
    assert team.store.answers.counts(team.task.task_id).seconds_each == 4.0


def test_nothing_of_a_batch_is_kept_when_one_answer_breaks_it(team):
    good, bad = team.make(0, "A"), team.make(1, "A", answer_id="no uuid")
    with pytest.raises(duckdb.ConversionException):
        team.store.answers.add([good, bad])
    assert team.truth() == {}
    assert team.store.answers.revision(team.task.task_id) == 0
    team.store.answers.add([good])
    assert team.truth() == {0: "A"}


def test_hidden_labels_are_kept_apart(team):
    a, x = team.label["A"], team.label["X"]
    team.store.answers.hide(team.task.task_id, [(0, 0, a, None, None)])
    team.store.answers.hide(team.spans.task_id, [(0, 0, x, 0, 1), (0, 1, x, 2, 3), (1, 0, 0, None, None)])
    assert team.store.answers.hidden(team.task.task_id) == {0: ((a, None, None),)}
    assert team.store.answers.hidden(team.spans.task_id) == {0: ((x, 0, 1), (x, 2, 3)), 1: ()}
    assert team.truth() == {}
    team.store.answers.hide(team.task.task_id, [])
    assert team.store.answers.hidden(team.task.task_id) == {}


def test_eight_threads_lose_and_mix_up_nothing(team):
    people = [team.store.projects.person(f"P{number}") for number in range(8)]
    wrong = []

    def label(person, name):
        seen = -1
        for number in range(6):
            team.say(number, name, by=person)
            counts = team.store.answers.counts(team.task.task_id)
            mine = team.store.answers.given_by(team.task.task_id, person.person_id)
            if set(mine) != set(range(number + 1)) or any(
                given != ((team.label[name], None, None),) for given in mine.values()
            ):
                wrong.append((person.name, mine))
            total = counts.labelled + counts.conflicts
            if total < max(seen, number + 1):
                wrong.append((person.name, counts))
            seen = total

    threads = [threading.Thread(target=label, args=(one, "AB"[i % 2])) for i, one in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    rows = team.store._database.rows("SELECT event_no FROM answer ORDER BY 1")
    assert len(rows) == len(set(rows)) == 48
    assert set(states(team).values()) == {"conflict"}


def test_people_answer_while_a_long_write_is_under_way(team):
    answered = threading.Event()
    with team.store._database.transaction("bulk") as cursor:
        cursor.execute("INSERT INTO prediction SELECT 7, range, 1, 1, NULL, NULL, 0.5, 0.5, true FROM range(50000)")

        def answer():
            team.say(0, "A")
            team.store.answers.counts(team.task.task_id)
            answered.set()

        thread = threading.Thread(target=answer)
        thread.start()
        assert answered.wait(20), "an answer waited for a bulk write"
        thread.join()
        assert team.truth() == {0: "A"}
        assert len(team.store.runs.pool(7)[0]) == 0  # not seen before it is whole
    assert len(team.store.runs.pool(7)[0]) == 50_000
    assert np.unique(team.store.runs.pool(7)[1]).tolist() == [0.5]
