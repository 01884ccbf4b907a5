"""Looking back on answers: to correct, to review, to count."""

from datetime import timedelta

from al_core.store import draws
from al_core.store.projects import now
from al_core.types import LabelSpan


def test_given_is_the_persons_newest_answer_with_all_its_labels(team):
    both = (LabelSpan(team.label["X"], 0, 3), LabelSpan(team.label["Y"], 4, 5))
    draw_id = team.draw([0])
    team.say(0, "A", draw_id=draw_id)
    team.say(0, "B", draw_id=draw_id)
    team.say(1, "C", by=team.bo)
    team.say(2, verdict="retract")
    team.say(3, task_id=team.spans.task_id, labels=both)
    found = team.store.history.given(team.task.task_id, [0, 1, 2], by=team.ann.person_id)
    assert list(found) == [0]
    assert (found[0].labels, found[0].draw_id, found[0].drawn_by) == ((LabelSpan(team.label["B"]),), draw_id, "random")
    assert list(team.store.history.given(team.task.task_id, [0, 1], not_by=team.ann.person_id)) == [1]
    assert team.store.history.given(team.spans.task_id, [3])[3].labels == both


def test_what_others_accepted_and_one_has_not_answered_can_be_reviewed(team):
    team.say(0, "A")
    team.say(1, "A")
    team.say(2, verdict="ignore")
    team.say(1, "B", by=team.bo)
    team.say(3, "B", by=team.bo)
    team.say(5, "B")
    assert team.store.history.reviewable(team.task.task_id, team.bo.person_id).tolist() == [5, 0]
    assert team.store.history.reviewable(team.task.task_id, team.ann.person_id).tolist() == [3]


def test_activity_counts_records_once_and_not_what_was_taken_back(team):
    team.say(0, "A")
    team.say(0, "B")
    team.say(1, "A")
    team.say(1, verdict="retract")
    team.say(2, "A", by=team.bo)
    activity = team.store.history.activity(team.task.task_id, team.ann.person_id, now() - timedelta(days=1))
    assert (activity.since, activity.last_hour) == (1, 1)
    tomorrow = team.store.history.activity(team.task.task_id, team.ann.person_id, now() + timedelta(days=1))
    assert (tomorrow.since, tomorrow.last_hour) == (0, 1)


def test_a_record_once_answered_from_a_random_draw_stays_known_as_such(team):
    team.say(0, "A", draw_id=team.draw([0]))
    team.say(1, "A", draw_id=team.draw([1], drawn_by="margin"))
    team.say(0, "B", by=team.bo)
    assert team.store.history.drawn_at_random(team.task.task_id, [0, 1]) == {0}


def test_with_overlap_a_record_is_handed_out_until_so_many_people_have_it(team):
    def taken(person, overlap):
        return sorted(team.store.draws.taken(team.task.task_id, person.person_id, "Smart", overlap))

    cy = team.store.projects.person("Cy")
    team.say(0, "A")
    team.draw([1], by=team.ann)
    team.say(2, verdict="reject")
    assert taken(team.bo, 1) == taken(team.ann, 2) == [0, 1]
    assert taken(team.bo, 2) == []
    team.say(0, "B", by=team.bo)
    assert taken(cy, 2) == [0]
    team.draw([0, 1, 3], by=cy)
    waiting = team.store.draws.waiting(team.task.task_id, cy.person_id, "Smart", overlap=2)
    assert [one.record_no for one in waiting] == [1, 3]


def test_a_queue_of_answered_records_asks_again_until_answered_since_the_draw(team):
    def again():
        found = team.store.draws.waiting(team.task.task_id, team.ann.person_id, "Flagged", again=True)
        return [one.record_no for one in found]

    team.say(0, "A")
    team.say(1, "A", by=team.bo)
    draw_id = team.draw([0, 1], strategy="Flagged")
    assert again() == [0, 1]
    team.say(0, "B", draw_id=draw_id)
    assert again() == [1]
    team.say(1, "B")
    assert again() == []


def test_a_newer_run_frees_what_a_strategy_picked_but_not_the_record_on_screen(team, monkeypatch):
    team.draw([0, 1], drawn_by="margin")
    team.draw([2], drawn_by="random")
    team.store.draws.give_back_older(team.task.task_id, team.ann.person_id, "Smart", run_id=7, keep=1)
    assert team.waiting() == [1, 2]
    assert sorted(team.store.draws.leased(team.task.task_id)) == [1, 2]
    monkeypatch.setattr(draws, "now", lambda: now() + draws.LEASE * 2)
    assert team.waiting() == []
