"""Tasks with their labels, and projects."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from al_core.types import Label, Task, TaskKind
from al_core.workflow.few_labels import begin, labels_changed
from al_core.workflow.labels import LONGEST_NAME, add_label, change_labels, create_task
from al_core.workflow.task_settings import (
    MOST_ANSWERS,
    MOST_PEOPLE,
    TaskSettings,
    change_task_settings,
    task_settings,
)
from pages.components.frame import Current, choose
from pages.components.label_removal import label_removal, restoring
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.name_form import rename_project, rename_task
from pages.components.name_notes import names_note

PALETTE = ("teal", "orange", "rose", "sky", "moss", "brown", "navy", "coral", "pine", "gold", "plum", "slate")
KINDS: dict[str, TaskKind] = {
    "Classification, one label a record": "single_label",
    "Classification, several labels a record": "multi_label",
    "Extraction, spans": "extraction",
}


def tasks_section(here: Current) -> None:
    """Draw the labels of the current task, and a form for a new task."""
    if here.task is not None:
        _labels(here, here.task)
        _settings(here, here.task)
    texts = [one for one in here.workspace.store.projects.attributes(here.project.project_id) if one.is_text]
    with st.expander("New task", icon=":material/add:", expanded=here.task is None):
        if not texts:
            st.caption("Import texts first: a task is about one text of each record.")
            return
        with st.form("new_task", border=False):
            name = st.text_input("Name", max_chars=60)
            kind = st.selectbox("What people decide", list(KINDS))
            attribute = st.selectbox("About", texts, format_func=lambda one: one.name)
            labels = st.text_area("Labels, one a line", height=150)
            if st.form_submit_button("Create", type="primary"):
                with mistakes_shown():
                    task = create_task(here.workspace.store, attribute, name, KINDS[kind], labels.splitlines())
                    begin(here.workspace, task, here.person)
                    choose(here, here.project, task)
                    st.rerun()


def _labels(here: Current, task: Task) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Labels of {literal(task.name)}", anchor=False, width="content")
        rename_task(here, task)
    wanted = _edited(task)
    names_note(here, task)
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    saves = left.button("Save changes", disabled=wanted == task.labels)
    with right, st.form("more_labels", border=False, clear_on_submit=True), st.container(horizontal=True):
        name = st.text_input("New label", label_visibility="collapsed", placeholder="New label", max_chars=LONGEST_NAME)
        adds = st.form_submit_button("Add label")
    with mistakes_shown():
        if saves:
            change_labels(here.workspace.store, task, wanted)
            labels_changed(here.workspace, task, here.person)
            st.rerun()
        if adds:
            add_label(here.workspace.store, task, name)
            labels_changed(here.workspace, task, here.person)
            st.rerun()
    label_removal(here, task, is_edited=wanted != task.labels)
    restoring(here, task)


def _settings(here: Current, task: Task) -> None:
    """Draw how the task is labelled: guidelines, people per record, how often learners run again."""
    known = task_settings(here.workspace.store, task)
    with st.form(f"task_settings_{task.task_id}"):
        st.subheader("How it is labelled", anchor=False)
        guidelines = st.text_area(
            "Guidelines, in Markdown", known.guidelines, height=180, help="Shown beside the text on the Label page."
        )
        left, right = st.columns(2)
        overlap = left.number_input(
            "People who answer each record",
            1,
            MOST_PEOPLE,
            known.overlap,
            help="Several show how far people agree.",
        )
        every = right.number_input(
            "Run learners again after so many new answers",
            0,
            MOST_ANSWERS,
            known.retrain_every,
            help="In the background, while people go on labeling. 0: only when somebody runs them.",
        )
        if st.form_submit_button("Save"):
            with mistakes_shown():
                wanted = TaskSettings(guidelines, int(overlap), int(every))
                change_task_settings(here.workspace.store, task, wanted)
                st.toast("Saved.")
                st.rerun()  # else the fields still stand for what was saved before, and lose the next change


def _edited(task: Task) -> tuple[Label, ...]:
    """Return the labels as they stand in the table, saved or not."""
    edited = st.data_editor(
        [
            {
                "Name": label.name,
                "Key": label.key,
                "Colour": PALETTE[(label.colour - 1) % len(PALETTE)],
                "Description": label.description,
            }
            for label in task.labels
        ],
        hide_index=True,
        # what is typed belongs to a row, and other labels are other rows
        key=f"labels_{task.task_id}_{hash(tuple(label.label_id for label in task.labels))}",
        column_config={
            "Key": st.column_config.TextColumn(max_chars=7, help="One character, or Shift+1 and the like."),
            "Colour": st.column_config.SelectboxColumn(options=PALETTE, required=True),
            "Name": st.column_config.TextColumn(required=True, max_chars=LONGEST_NAME),
            "Description": st.column_config.TextColumn(
                width="large", help="One line: what belongs to it, what does not. The first guess reads it."
            ),
        },
    )
    return tuple(
        replace(
            label,
            name=row["Name"] or "",
            key=row["Key"] or "",
            colour=PALETTE.index(row["Colour"]) + 1,
            description=row["Description"] or "",
        )
        for label, row in zip(task.labels, edited, strict=True)
    )


def projects_section(here: Current) -> None:
    """Draw a form for a new project and the folder in which everything is kept."""
    rename_project(here)
    with st.form("new_project", border=False):
        name = st.text_input("New project", max_chars=80)
        if st.form_submit_button("Create"):
            with mistakes_shown():
                choose(here, here.workspace.store.projects.create(name), None)
                st.rerun()
    st.caption("Everything is kept in this folder:")
    st.code(str(here.workspace.folder), language=None)
