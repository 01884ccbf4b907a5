"""Tasks and projects under other names; names that cannot be are refused in words."""

import pytest

from al_core.errors import Conflict, InvalidInput


def test_a_task_is_renamed_and_keeps_everything_else(team):
    team.say(0, "A")
    renamed = team.store.projects.rename_task(team.task, "  what   it is ", team.bo.person_id)
    assert (renamed.name, renamed.task_id, renamed.labels) == ("what it is", team.task.task_id, team.task.labels)
    assert team.store.projects.task_named(team.project.project_id, "what it is") == renamed
    assert team.truth() == {0: "A"}
    assert team.store.projects.rename_task(renamed, "what it is", team.bo.person_id) == renamed


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        (" ", InvalidInput, "A task needs a name."),
        ("x" * 61, InvalidInput, "A task's name has 1 to 60 characters, 'xxxxxxxxxxxxxxxxxxxx'... has 61."),
        ("entities", Conflict, "There is a task called 'entities' already."),
    ],
)
def test_a_name_that_a_task_cannot_have_is_refused(team, name, error, said):
    with pytest.raises(error) as raised:
        team.store.projects.rename_task(team.task, name, team.ann.person_id)
    assert raised.value.message == said
    assert team.store.projects.task(team.task.task_id) == team.task


def test_a_project_is_renamed_but_not_to_a_name_that_is_taken(team):
    other = team.store.projects.create("Other")
    with pytest.raises(Conflict, match="There is a project called 'Shop' already"):
        team.store.projects.rename(other, "Shop", team.ann.person_id)
    with pytest.raises(InvalidInput, match="has 81"):
        team.store.projects.rename(other, "x" * 81, team.ann.person_id)
    assert team.store.projects.rename(other, "Letters", team.ann.person_id).name == "Letters"
    assert [one.name for one in team.store.projects.all()] == ["Shop", "Letters"]
