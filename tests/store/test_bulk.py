"""One answer on many records: who gets it, what it counts as, and how it is taken back."""

import numpy as np
import pytest

from al_core.errors import Conflict, NotFound
from al_core.store import bulk as bulk_module
from al_core.store.bulk import BulkPreview
from al_core.types import LabelSpan


def give(team, record_nos, *names, replace=False, by=None, task=None):
    bulk_id = team.store.bulk.begin((task or team.task).task_id, (by or team.ann).person_id)
    labels = [team.label[name] for name in names]
    return bulk_id, team.store.bulk.give(bulk_id, np.array(record_nos), labels, replace=replace)


def test_records_without_an_answer_get_the_label(team):
    team.say(1, "B", by=team.bo)
    team.say(2, verdict="ignore")
    team.say(3, verdict="reject", shown_label_id=team.label["C"])
    assert team.store.bulk.preview(team.task.task_id, np.array([0, 1, 2, 3, 3, 99])) == BulkPreview(4, 2)
    _, n = give(team, [0, 1, 2, 3, 99], "A")
    assert n == 2
    assert team.truth() == {0: "A", 1: "B", 3: "A"}
    assert team.store.bulk.last(team.task.task_id, team.ann.person_id).n_records == 2
    assert team.store.bulk.last(team.task.task_id, team.bo.person_id) is None


def test_a_bulk_answer_is_never_part_of_the_audit_sample(team):
    team.draw([0], drawn_by="random")
    give(team, [0], "A")
    counts = team.store.answers.counts(team.task.task_id)
    assert (counts.labelled, counts.audit) == (1, 0)
    given = team.store.history.given(team.task.task_id, [0])[0]
    assert (given.drawn_by, given.draw_id) == ("bulk", None)


def test_answers_of_before_are_replaced_only_when_said(team):
    team.say(0, "B")
    team.say(1, "B", by=team.bo)
    give(team, [0, 1], "A", replace=True)
    assert team.truth() == {0: "A"}  # Ann's own is replaced; Bo still says B: a conflict
    assert team.store.answers.counts(team.task.task_id).conflicts == 1


def test_taking_back_gives_the_answers_of_before(team):
    draw_id = team.draw([0], drawn_by="random", probability=0.25)
    team.say(0, "B", draw_id=draw_id)
    bulk_id, _ = give(team, [0, 1, 2, 3], "A", replace=True)
    team.say(3, "C")  # changed by hand since: stays
    assert team.truth() == {0: "A", 1: "A", 2: "A", 3: "C"}
    assert team.store.bulk.take_back(bulk_id) == 3
    assert team.truth() == {0: "B", 3: "C"}
    assert team.store.answers.audit_count(team.task.task_id) == 1  # the blind random answer counts again
    assert team.store.bulk.last(team.task.task_id, team.ann.person_id) is None
    with pytest.raises(Conflict, match="taken back already"):
        team.store.bulk.take_back(bulk_id)
    with pytest.raises(NotFound):
        team.store.bulk.take_back(bulk_id + 1000)


def test_spans_of_before_come_back_too(team):
    spans = (LabelSpan(team.label["X"], 0, 1), LabelSpan(team.label["Y"], 1, 3))
    team.say(0, task_id=team.spans.task_id, labels=spans)
    bulk_id, n = give(team, [0, 1], task=team.spans, replace=True)  # "nothing here"
    assert n == 2
    assert {n: truth.labels for n, truth in team.store.answers.truths(team.spans.task_id).items()} == {0: (), 1: ()}
    team.store.bulk.take_back(bulk_id)
    assert {n: truth.labels for n, truth in team.store.answers.truths(team.spans.task_id).items()} == {0: spans}


def test_a_long_list_is_taken_back_in_steps(team, monkeypatch):
    monkeypatch.setattr(bulk_module, "STEP", 2)
    bulk_id, _ = give(team, range(5), "C")
    assert team.store.bulk.take_back(bulk_id) == 5
    assert team.truth() == {}


def test_nothing_to_label_is_no_bulk_label_to_undo(team):
    _, n = give(team, [], "A")
    assert n == 0
    assert team.store.bulk.last(team.task.task_id, team.ann.person_id) is None
