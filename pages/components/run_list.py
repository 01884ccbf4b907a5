"""The run list: each heuristic with its state, and a bar only while it runs."""

from __future__ import annotations

import streamlit as st

from al_core.types import Heuristic, Task
from al_core.workflow.heuristics import status
from al_core.workflow.running import run_key
from al_core.workflow.workspace import Workspace
from pages.components import state
from pages.components.heartbeat import heartbeat
from pages.components.literal import literal
from pages.components.redraw import redraw_page_if
from pages.components.tables import status_badge

BEAT = 0.5


@st.fragment
def run_list(workspace: Workspace, task: Task) -> None:
    """Draw the list; while something runs it moves by itself, and each run that ends draws the page anew."""
    everything = [one for one in workspace.store.heuristics.all(task.task_id) if one.enabled]
    running = [one for one in everything if workspace.jobs.of(run_key(one.heuristic_id))]
    with st.container(border=True, gap="xsmall", key="run_list"):
        columns = st.columns(2, gap="large")
        for place, heuristic in enumerate(everything):
            with columns[place % 2]:
                _row(workspace, heuristic)
        if running:
            st.button("Cancel all", icon=":material/stop_circle:", on_click=_cancel_all, args=(workspace, running))
            heartbeat(seconds=BEAT, key="run_list_heartbeat")
    before = state.get("running_heuristics") or []
    now = [one.heuristic_id for one in running]
    state.put("running_heuristics", now)
    redraw_page_if(bool(set(before) - set(now)))


def _row(workspace: Workspace, heuristic: Heuristic) -> None:
    stands = status(workspace.store, workspace.jobs, heuristic)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(heuristic.name, width="content")
        if stands.state in ("queued", "running"):
            st.progress(stands.fraction, text=literal(stands.text), width="stretch")
        else:
            st.space("stretch")
            if stands.run is not None and stands.run.ended_ts is not None and stands.state in ("current", "stale"):
                st.caption(f"{(stands.run.ended_ts - stands.run.started_ts).total_seconds():.1f} s", width="content")
            status_badge(stands)


def _cancel_all(workspace: Workspace, running: list[Heuristic]) -> None:
    for heuristic in running:
        job = workspace.jobs.of(run_key(heuristic.heuristic_id))
        if job is not None:
            workspace.jobs.cancel(job.job_id)
