"""Tasks with their labels, and projects."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from al_core.types import Task, TaskKind
from pages.components.frame import Current, choose

PALETTE = ("teal", "orange", "rose", "sky", "moss", "brown", "navy", "coral", "pine", "gold", "plum", "slate")
KINDS: dict[str, TaskKind] = {"Classification, one label a record": "single_label", "Extraction, spans": "extraction"}


def tasks_section(here: Current) -> None:
    """Draw the labels of the current task, and a form for a new task."""
    if here.task is not None:
        _labels(here, here.task)
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
                names = [line.strip() for line in labels.splitlines() if line.strip()]
                task = here.workspace.store.projects.create_task(attribute, name, KINDS[kind], names)
                choose(here, here.project, task)
                st.rerun()


def _labels(here: Current, task: Task) -> None:
    st.subheader(f"Labels of {task.name}", anchor=False)
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
        key=f"labels_{task.task_id}",
        column_config={
            "Key": st.column_config.TextColumn(
                max_chars=1, help="One character that gives the label."
            ),
            "Colour": st.column_config.SelectboxColumn(options=PALETTE, required=True),
            "Name": st.column_config.TextColumn(required=True, max_chars=80),
            "Description": st.column_config.TextColumn(width="large"),
        },
    )
    changed = [
        replace(
            label,
            name=row["Name"].strip(),
            key=(row["Key"] or "").strip(),
            colour=PALETTE.index(row["Colour"]) + 1,
            description=row["Description"] or "",
        )
        for label, row in zip(task.labels, edited, strict=True)
    ]
    different = [new for old, new in zip(task.labels, changed, strict=True) if old != new]
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    if left.button("Save changes", disabled=not different):
        for label in different:
            here.workspace.store.projects.change_label(task.task_id, label)
        st.rerun()
    with right, st.form("more_labels", border=False, clear_on_submit=True), st.container(horizontal=True):
        name = st.text_input("New label", label_visibility="collapsed", placeholder="New label", max_chars=80)
        if st.form_submit_button("Add label") and name.strip():
            here.workspace.store.projects.add_labels(task.task_id, [name])
            st.rerun()


def projects_section(here: Current) -> None:
    """Draw a form for a new project and the folder in which everything is kept."""
    with st.form("new_project", border=False):
        name = st.text_input("New project", max_chars=80)
        if st.form_submit_button("Create") and name.strip():
            choose(here, here.workspace.store.projects.create(name), None)
            st.rerun()
    st.caption("Everything is kept in this folder:")
    st.code(str(here.workspace.folder), language=None)
