"""Slices: a filter or a list under a name."""

import numpy as np
import pytest

from al_core.errors import Conflict, InvalidInput, NotFound
from al_core.filters import Compare, RecordFilter

WANTED = RecordFilter(conditions=(Compare("contains", ("o",)),))


def test_live_and_frozen_slices_keep_what_they_were_given(team):
    slices, project_id = team.store.slices, team.project.project_id
    frozen = slices.add(project_id, "  To  check ", WANTED, team.ann.person_id, record_nos=np.array([4, 0, 2]))
    live = slices.add(project_id, "Live", WANTED, team.bo.person_id)
    assert [(one.name, one.is_frozen, one.n_records, one.person) for one in slices.all(project_id)] == [
        ("Live", False, None, "Bo"),
        ("To check", True, 3, "Ann"),
    ]
    assert slices.numbers(frozen.slice_id).tolist() == [4, 0, 2]
    assert slices.get(project_id, live.slice_id).wanted == WANTED


def test_a_deleted_slice_is_gone_until_it_is_brought_back(team):
    slices, project_id = team.store.slices, team.project.project_id
    one = slices.add(project_id, "One", WANTED, team.ann.person_id)
    with pytest.raises(Conflict, match="'One' already"):
        slices.add(project_id, "One", WANTED, team.ann.person_id)
    slices.set_deleted(one.slice_id, is_deleted=True)
    with pytest.raises(NotFound, match="does not exist"):
        slices.get(project_id, one.slice_id)
    again = slices.add(project_id, "One", WANTED, team.ann.person_id)
    with pytest.raises(Conflict, match="by now"):
        slices.set_deleted(one.slice_id, is_deleted=False)
    slices.set_deleted(again.slice_id, is_deleted=True)
    slices.set_deleted(one.slice_id, is_deleted=False)
    assert slices.get(project_id, one.slice_id) == one


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_that_cannot_be_one_is_refused(team, name):
    with pytest.raises(InvalidInput, match="1 to 80 characters"):
        team.store.slices.add(team.project.project_id, name, WANTED, team.ann.person_id)


def test_a_slice_of_another_project_is_none_of_this_one(team):
    one = team.store.slices.add(team.project.project_id, "One", WANTED, team.ann.person_id)
    other = team.store.projects.create("Other")
    with pytest.raises(NotFound):
        team.store.slices.get(other.project_id, one.slice_id)
