"""A label that is removed and restored: what its answers count for meanwhile, and that none is lost."""

import pytest

from al_core.errors import Conflict, InvalidInput, NotFound
from al_core.store.removed_labels import LabelLoss
from al_core.store.resettling import TruthChanges
from al_core.types import LabelSpan


def remove(team, name, task=None):
    return team.store.removed_labels.remove((task or team.task).task_id, team.label[name], team.ann.person_id)


def restore(team, name, task=None):
    return team.store.removed_labels.restore((task or team.task).task_id, team.label[name], team.ann.person_id)


def state(team, record_no, task=None):
    """What a record's truth is in a task: (state, label ids or spans), None without any."""
    task_id = (task or team.task).task_id
    stands = team.store.views.standing(task_id, [record_no]).get(record_no)
    return stands and (stands.state, [(one.label_id, one.start, one.end) for one in stands.labels])


def answered_twice(team):
    """A on 0; A, then C on 1; C on 2; A and C on 3; C and C on 4."""
    for record_no, name in ((0, "A"), (1, "A"), (1, "C"), (2, "C"), (3, "A"), (4, "C")):
        team.say(record_no, name)
    team.say(3, "C", by=team.bo)
    team.say(4, "C", by=team.bo)


def test_records_that_only_had_the_label_are_unlabelled_and_a_conflict_with_it_is_settled(team):
    answered_twice(team)
    assert remove(team, "C") == LabelLoss(n_answers=5, truth=TruthChanges(n_unlabelled=3, n_otherwise=1))
    assert [one.name for one in team.store.projects.task(team.task.task_id).labels] == ["A", "B"]
    assert team.truth() == {0: "A", 3: "A"}  # of record 1 the answer before is not dug out: it was taken back
    assert state(team, 3) == ("single", [(team.label["A"], None, None)])
    assert team.store.answers.answered(team.task.task_id).tolist() == [0, 3]
    counts = team.store.answers.counts(team.task.task_id)
    assert (counts.labelled, counts.conflicts, counts.by_label) == (2, 0, {team.label["A"]: 2})


def test_looking_before_changes_nothing(team):
    answered_twice(team)
    before = (team.truth(), state(team, 3), team.store.answers.revision(team.task.task_id))
    assert team.store.removed_labels.look_before(team.task.task_id, team.label["C"]).n_answers == 5
    assert (team.truth(), state(team, 3), team.store.answers.revision(team.task.task_id)) == before
    assert not team.store.removed_labels.of(team.task.task_id)


def test_restoring_gives_everything_back(team):
    answered_twice(team)
    label = team.task.labels[2]
    before = (team.truth(), [state(team, number) for number in range(6)])
    remove(team, "C")
    (removed,) = team.store.removed_labels.of(team.task.task_id)
    assert (removed.label, removed.n_answers) == (label, 5)
    assert restore(team, "C") == label
    assert (team.truth(), [state(team, number) for number in range(6)]) == before
    assert team.store.projects.task(team.task.task_id).labels == team.task.labels
    assert team.store.removed_labels.of(team.task.task_id) == ()


def test_what_was_answered_meanwhile_stays(team):
    team.say(0, "C")
    team.say(1, "C")
    remove(team, "C")
    team.say(0, "B")
    restore(team, "C")
    assert team.truth() == {0: "B", 1: "C"}


def test_an_answer_that_comes_after_all_is_kept_and_counts_once_the_label_is_back(team):
    team.say(0, "A")
    remove(team, "C")
    team.say(0, "C")
    team.say(1, "C")
    assert team.truth() == {}
    restore(team, "C")
    assert team.truth() == {0: "C", 1: "C"}


def test_the_other_labels_of_an_answer_stand(store, team):
    tags = store.projects.create_task(team.attribute, "tags", "multi_label", ["late", "broken"])
    late, broken = (label.label_id for label in tags.labels)
    team.label |= {"late": late, "broken": broken}
    both = (LabelSpan(late), LabelSpan(broken))
    team.say(0, task_id=tags.task_id, labels=both)
    team.say(1, task_id=tags.task_id, labels=both[:1])
    assert remove(team, "late", tags).truth == TruthChanges(n_unlabelled=0, n_otherwise=2)
    assert state(team, 0, tags) == ("single", [(broken, None, None)])
    assert state(team, 1, tags) == ("single", [])  # none of the labels that are left
    assert store.answers.labelled(tags.task_id).label.tolist() == [broken, 0]
    restore(team, "late", tags)
    assert state(team, 0, tags) == ("single", [(late, None, None), (broken, None, None)])


def test_spans_of_the_label_go_and_the_others_stay(team):
    x, y = (team.label[name] for name in "XY")
    team.say(0, task_id=team.spans.task_id, labels=(LabelSpan(x, 0, 1), LabelSpan(y, 2, 3)))
    remove(team, "X", team.spans)
    assert state(team, 0, team.spans) == ("single", [(y, 2, 3)])


def test_the_last_label_stays_and_one_that_is_gone_cannot_go_again(team):
    remove(team, "A")
    with pytest.raises(NotFound, match="not in the task"):
        remove(team, "A")
    remove(team, "B")
    with pytest.raises(InvalidInput, match="'C' is the task's last label"):
        remove(team, "C")
    with pytest.raises(NotFound, match="not a removed one"):
        restore(team, "C")


def test_a_name_that_is_taken_meanwhile_must_be_freed_first_and_a_key_is_given_up(team):
    projects, task_id = team.store.projects, team.task.task_id
    remove(team, "A")
    projects.add_labels(task_id, ["A"])
    assert [(one.name, one.key) for one in projects.task(task_id).labels] == [("B", "2"), ("C", "3"), ("A", "4")]
    with pytest.raises(Conflict, match="another label called 'A' by now"):
        restore(team, "A")
    taken = projects.task(task_id).labels[2]
    projects.change_label(task_id, type(taken)(taken.label_id, "new", taken.colour, "1", ""))
    assert restore(team, "A").key == ""


def test_a_bulk_label_that_is_taken_back_does_not_return_with_its_label(team):
    bulk_id = team.store.bulk.begin(team.task.task_id, team.ann.person_id)
    team.store.bulk.give(bulk_id, [0, 1], [team.label["C"]], replace=False)
    remove(team, "C")
    assert team.store.bulk.take_back(bulk_id) == 2
    restore(team, "C")
    assert team.truth() == {}


def test_removals_are_acts_that_change_the_label_revision(team):
    answered_twice(team)
    task_id = team.task.task_id
    before = team.store.answers.revision(task_id)
    assert team.store.resettled.since(task_id, before) == 0
    remove(team, "C")
    assert team.store.answers.revision(task_id) > before
    assert team.store.resettled.since(task_id, before) == 4
    assert team.store.resettled.since(task_id, team.store.answers.revision(task_id)) == 0
