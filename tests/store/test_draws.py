"""Draws: who has which record, for how long, and how it was drawn."""

import threading
from datetime import timedelta

import numpy as np

from al_core.store import draws
from al_core.workflow import labeling


def test_drawn_records_wait_in_order_until_answered(team):
    team.draw([4, 0, 2])
    assert team.waiting() == [4, 0, 2]
    team.say(0, "A")
    assert team.waiting() == [4, 2]
    assert team.waiting(team.bo) == []
    assert team.waiting(strategy="Random") == []


def test_a_waiting_record_knows_how_it_was_drawn(team):
    draw_id = team.draw([4], drawn_by="margin", probability=1.0)
    (one,) = team.store.draws.waiting(team.task.task_id, team.ann.person_id, "Smart")
    assert (one.draw_id, one.drawn_by, one.probability, one.strategy, one.run_id) == (
        draw_id,
        "margin",
        1.0,
        "Smart",
        None,
    )


def test_what_another_person_settled_does_not_wait_any_more(team):
    team.draw([0, 1, 2])
    team.say(0, "A", by=team.bo)
    team.say(0, verdict="reject", by=team.store.projects.person("Cy"))
    team.say(1, verdict="ignore", by=team.bo)
    assert team.waiting() == [2]


def test_retract_brings_a_record_back(team):
    draw_id = team.draw([0, 1])
    team.say(0, "A", draw_id=draw_id)
    team.say(0, verdict="retract")
    assert team.waiting() == [0, 1]


def test_a_rejected_record_makes_room(team):
    draw_id = team.draw([0, 1])
    team.say(0, verdict="reject", draw_id=draw_id)
    assert team.waiting() == [1]
    again = team.draw([0])
    assert team.waiting() == [1, 0]
    assert again != draw_id


def test_leases_end(team, monkeypatch):
    moments = [draws.now()]
    monkeypatch.setattr(draws, "now", lambda: moments[-1])
    team.draw([0, 1])
    assert team.store.draws.leased(team.task.task_id).tolist() in ([0, 1], [1, 0])
    moments.append(moments[-1] + draws.LEASE - timedelta(seconds=1))
    assert team.waiting() == [0, 1]  # somebody who is still there keeps them
    moments.append(moments[-1] + draws.LEASE - timedelta(seconds=1))
    assert sorted(team.store.draws.leased(team.task.task_id)) == [0, 1]
    moments.append(moments[-1] + timedelta(seconds=2))
    assert team.waiting() == []
    assert team.store.draws.leased(team.task.task_id).tolist() == []


def test_given_back_records_are_free(team):
    team.draw([0, 1])
    team.store.draws.give_back(team.task.task_id, team.ann.person_id)
    assert team.waiting() == []
    assert team.store.draws.leased(team.task.task_id).tolist() == []


def test_leases_are_of_one_task(team):
    team.draw([0, 1])
    assert team.store.draws.leased(team.spans.task_id).tolist() == []


def test_two_people_who_draw_at_once_get_different_records(store, take_in):
    project = store.projects.create("Many")
    take_in(project, [f"text {n}" for n in range(400)], ids=[str(n) for n in range(400)])
    task = store.projects.create_task(store.projects.attributes(project.project_id)[0], "t", "single_label", ["A"])
    people = [store.projects.person(f"P{n}") for n in range(6)]
    got: list[list[int]] = []
    start = threading.Barrier(len(people))

    def draw(person):
        start.wait()
        queue = labeling.queue(store, task, person, "Smart", np.random.default_rng(person.person_id))
        got.append([one.record.record_no for one in queue.records])

    threads = [threading.Thread(target=draw, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handed_out = [number for numbers in got for number in numbers]
    assert len(handed_out) == len(set(handed_out)) == 6 * labeling.BATCH
