"""Renaming a task or a project: nobody's work depends on the name."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from al_core.types import Task
from pages.components.frame import Current
from pages.components.messages import mistakes_shown


def rename_task(here: Current, task: Task) -> None:
    """Draw a button that opens a field for the task's name."""
    projects = here.workspace.store.projects
    _rename("task", task.name, 60, lambda name: projects.rename_task(task, name, here.person.person_id))


def rename_project(here: Current) -> None:
    """Draw a button that opens a field for the project's name."""
    projects = here.workspace.store.projects
    _rename("project", here.project.name, 80, lambda name: projects.rename(here.project, name, here.person.person_id))


def _rename(what: str, name: str, longest: int, change: Callable[[str], object]) -> None:
    popover = st.popover(f"Rename the {what}", icon=":material/edit:", width="content")
    with popover, st.form(f"rename_{what}", border=False):
        wanted = st.text_input(f"Name of the {what}", name, max_chars=longest)
        st.caption("Answers, heuristics and links stay. People who label meanwhile lose nothing.")
        if st.form_submit_button("Rename"):
            with mistakes_shown():
                change(wanted)
                st.rerun()
