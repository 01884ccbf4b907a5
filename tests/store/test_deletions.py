"""Deleted records: gone everywhere, and back with their answers when they are restored."""

import numpy as np
import pytest

from al_core.errors import NotFound
from al_core.filters import RecordFilter
from al_core.store.deletions import DeletionPreview
from al_core.store.record_search import Question


def delete(team, *record_nos, by=None):
    deletion_id = team.store.deletions.begin(team.project.project_id, (by or team.ann).person_id)
    team.store.deletions.delete(deletion_id, np.array(record_nos))
    return deletion_id


def found(team):
    question = Question(team.project.project_id, (team.attribute,), RecordFilter(team.task.task_id))
    return team.store.search.numbers(question).tolist()


def test_deleted_records_leave_counts_truth_and_search_and_come_back_as_they_were(team):
    team.say(0, "A")
    team.say(1, "B")
    team.say(1, "C", by=team.bo)
    team.say(2, verdict="ignore")
    before = (team.truth(), team.store.answers.counts(team.task.task_id), found(team))
    deletion_id = delete(team, 0, 1, 2, 5)
    assert team.store.records.count(team.project.project_id) == 2
    assert found(team) == [3, 4]
    counts = team.store.answers.counts(team.task.task_id)
    assert (team.truth(), counts.labelled, counts.conflicts, counts.ignored, counts.by_label) == ({}, 0, 0, 0, {})
    assert team.store.answers.last(team.task.task_id, team.ann.person_id) == ()
    assert team.store.deletions.restore(deletion_id) == 4
    assert (team.truth(), team.store.answers.counts(team.task.task_id), found(team)) == before


def test_what_is_deleted_is_known_before_and_listed_after(team):
    team.say(0, "A")
    team.say(1, task_id=team.spans.task_id)
    team.say(2, verdict="retract")
    look = team.store.deletions.preview
    assert look(team.project.project_id, np.array([0, 1, 2, 3, 99])) == DeletionPreview(n_records=4, n_answered=2)
    first, second = delete(team, 0), delete(team, 0, 1, by=team.bo)  # record 0 is gone already
    assert look(team.project.project_id, np.array([0, 1, 2])) == DeletionPreview(1, 0)
    listed = team.store.deletions.standing(team.project.project_id)
    assert [(one.deletion_id, one.person, one.n_records) for one in listed] == [(second, "Bo", 1), (first, "Ann", 1)]
    team.store.deletions.restore(first)
    assert [one.deletion_id for one in team.store.deletions.standing(team.project.project_id)] == [second]
    with pytest.raises(NotFound, match="not deleted"):
        team.store.deletions.restore(first)


def test_who_had_a_deleted_record_on_screen_gives_it_back(team):
    team.draw([0, 1, 2])
    deletion_id = delete(team, 1)
    assert team.waiting() == [0, 2]
    assert team.store.draws.leased(team.task.task_id).tolist() == [0, 2]
    team.store.deletions.restore(deletion_id)
    assert team.waiting() == [0, 2]  # it is drawn anew, for whoever comes first


def test_an_answer_that_comes_after_all_is_kept_and_counts_once_its_record_is_back(team):
    deletion_id = delete(team, 0)
    team.say(0, "A")
    assert team.truth() == {}
    assert team.store.answers.answered(team.task.task_id).tolist() == []
    team.store.deletions.restore(deletion_id)
    assert team.truth() == {0: "A"}


def test_restored_records_do_not_bring_back_a_removed_label(team):
    team.say(0, "C")
    deletion_id = delete(team, 0)
    team.store.removed_labels.remove(team.task.task_id, team.label["C"], team.ann.person_id)
    team.store.deletions.restore(deletion_id)
    assert team.truth() == {}
    team.store.removed_labels.restore(team.task.task_id, team.label["C"], team.ann.person_id)
    assert team.truth() == {0: "C"}


def test_other_projects_keep_their_records(team, take_in):
    other = team.store.projects.create("Other")
    take_in(other, ["x", "y"])
    delete(team, 0, 1)
    assert team.store.records.count(other.project_id) == 2
