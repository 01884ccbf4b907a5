"""Renaming, removing and deleting on the pages through AppTest: what is said before, and the way back."""

from __future__ import annotations

import uuid

import pytest

from al_core.importers import Mapping
from al_core.types import Answer, LabelSpan


@pytest.fixture
def shop(workspace, import_texts):
    """Three records of a project of their own, its task `mood`, and an answer "bad" on the first of them."""
    n_projects = len(workspace.store.projects.all())
    lines = ["id,text", "1,first text", "2,second text", "3,third text"]
    project = import_texts(f"Shop {n_projects}", lines, Mapping(("text",), "id"))
    (text,) = (one for one in workspace.store.projects.attributes(project.project_id) if one.is_text)
    task = workspace.store.projects.create_task(text, "mood", "single_label", ["good", "bad"])
    person = workspace.store.projects.person("Bo")
    label = (LabelSpan(task.labels[1].label_id),)
    workspace.store.answers.add([Answer(str(uuid.uuid4()), task.task_id, 0, person.person_id, "accept", label)])
    return project, task


def button(app, label):
    return next(one for one in app.button if one.label == label)


def words(app):
    return " ".join(one.value.replace("\\", "") for one in (*app.markdown, *app.caption, *app.error))


def field(app, label):
    return next(one for one in app.text_input if one.label == label)


def labelled(workspace, task):
    return workspace.store.answers.counts(task.task_id).labelled


def test_a_task_and_its_project_are_renamed_and_a_taken_name_is_refused(open_app, workspace, shop):
    project, task = shop
    app = open_app("6_Project", project, task)
    assert field(app, "Name of the task").value == "mood"
    field(app, "Name of the task").set_value("  how it  sounds")
    button(app, "Rename").click().run()
    assert not app.exception
    assert workspace.store.projects.task(task.task_id).name == "how it sounds"
    assert app.session_state["al:current"].task.name == "how it sounds"
    field(app, "Name of the task").set_value("")
    button(app, "Rename").click().run()
    assert "A task needs a name." in words(app)
    field(app, "Name of the project").set_value(workspace.store.projects.all()[0].name)
    [one for one in app.button if one.label == "Rename"][1].click().run()
    assert "already." in words(app)
    assert workspace.store.projects.get(project.project_id) == project
    field(app, "Name of the project").set_value(f"{project.name} of letters")
    [one for one in app.button if one.label == "Rename"][1].click().run()
    assert workspace.store.projects.get(project.project_id).name == f"{project.name} of letters"


def test_a_label_is_removed_after_what_that_means_was_said_and_restored(open_app, workspace, shop):
    project, task = shop
    app = open_app("6_Project", project, task)
    app.button(key="remove_label").click().run()
    app.selectbox(key=f"label_to_remove_{task.task_id}").set_value(task.labels[1]).run()
    assert not app.exception
    assert "1 answer carries bad." in words(app)
    assert "**1 record** becomes unlabelled, to be asked again." in words(app)
    assert labelled(workspace, task) == 1, "looking changes nothing"
    app.button(key="remove_it").click().run()
    assert not app.exception
    assert [one.name for one in workspace.store.projects.task(task.task_id).labels] == ["good"]
    assert labelled(workspace, task) == 0
    assert "1 answer carries it" in words(app)
    assert app.button(key="remove_label").disabled, "the last label stays"
    app.button(key=f"restore_{task.labels[1].label_id}").click().run()
    assert not app.exception
    assert workspace.store.projects.task(task.task_id).labels == task.labels
    assert labelled(workspace, task) == 1
    assert "Removed labels" not in words(app)


def records(app):
    return app.dataframe[0].value["Number"].tolist()


def test_records_of_a_filter_are_deleted_and_the_undo_brings_them_back(open_app, workspace, shop):
    project, task = shop
    app = open_app("5_Records", project, task)
    app.button(key="delete_all").click().run()
    assert "**3 records**, 1 of them with an answer." in words(app)
    app.button(key="delete_all_it").click().run()
    assert not app.exception
    assert [one.value for one in app.toast] == ["3 records deleted."]
    assert (workspace.store.records.count(project.project_id), labelled(workspace, task)) == (0, 0)
    assert button(app, "Undo: 3 records deleted")
    app.button(key="undo_deletion").click().run()
    assert not app.exception
    assert [one.value for one in app.toast] == ["3 records restored."]
    assert records(app) == [0, 1, 2]
    assert labelled(workspace, task) == 1


def test_an_opened_record_is_deleted_and_restored_in_a_later_visit(open_app, workspace, shop):
    project, task = shop
    app = open_app("5_Records", project, task)
    app.query_params["record"] = "1"
    app.run()
    assert "**1 record**, without an answer." in words(app)
    app.button(key="record_delete").click().run()
    assert not app.exception
    assert records(app) == [0, 2]
    app = open_app("5_Records", project, task)
    assert "undo_deletion" not in {one.key for one in app.button}, "another tab"
    assert "by Ada," in words(app)
    next(one for one in app.button if one.label == "Restore").click().run()
    assert not app.exception
    assert records(app) == [0, 1, 2]
    assert workspace.store.deletions.standing(project.project_id) == ()


def test_what_was_restored_by_somebody_else_is_said(open_app, workspace, shop):
    project, task = shop
    app = open_app("5_Records", project, task)
    app.button(key="delete_all").click().run()
    app.button(key="delete_all_it").click().run()
    (deletion,) = workspace.store.deletions.standing(project.project_id)
    workspace.store.deletions.restore(deletion.deletion_id)
    app.button(key="undo_deletion").click().run()
    assert not app.exception
    assert "These records are not deleted (any more)." in words(app)
    assert records(app) == [0, 1, 2]
