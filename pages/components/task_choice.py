"""The task of a heuristic: moved at once while it never ran, else after asking."""

from __future__ import annotations

import streamlit as st

from al_core.types import Heuristic, Task
from al_core.workflow.moving import has_runs, move
from pages.components import state
from pages.components.frame import Current, choose
from pages.components.literal import literal
from pages.components.messages import mistakes_shown


def task_choice(here: Current, heuristic: Heuristic) -> None:
    """Draw the select of the heuristic's task, and what a change would mean where the heuristic has runs."""
    assert here.task is not None
    key = f"task_{heuristic.heuristic_id}"
    everything = here.workspace.store.projects.tasks(here.project.project_id)
    fitting = {task.name: task for task in everything if task.granularity == here.task.granularity}
    names = list(fitting)
    picked = st.selectbox("Task", names, index=names.index(here.task.name), disabled=len(names) < 2, key=key)
    if picked == here.task.name:
        return
    if not has_runs(here.workspace.store, heuristic):
        _move(here, heuristic, fitting[picked])
        return
    st.warning(
        f"Its runs belong to {literal(here.task.name)}. In {literal(picked)} it starts anew with this code; the one "
        "here goes to the deleted heuristics, with its runs, versions and threshold.",
        icon=":material/help:",
    )
    with st.container(horizontal=True):
        if st.button(f"Move to {literal(picked)}", key="move_task"):
            _move(here, heuristic, fitting[picked])
        st.button("Stay", key="stay_with_task", on_click=lambda: state.clear_widget(key))


def _move(here: Current, heuristic: Heuristic, task: Task) -> None:
    with mistakes_shown():
        moved = move(here.workspace.store, heuristic, task, here.person)
        choose(here, here.project, task)
        st.query_params["heuristic"] = str(moved.heuristic_id)
        st.rerun()
