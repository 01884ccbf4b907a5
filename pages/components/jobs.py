"""The jobs panel: what runs, for whom, how far, and a button that really ends it. The same in every browser."""

from __future__ import annotations

import streamlit as st

from al_core.types import Job, Person
from al_core.workflow.workspace import Workspace
from pages.components import state
from pages.components.heartbeat import heartbeat
from pages.components.literal import literal
from pages.components.redraw import redraw_page_if

WHILE_RUNNING = 1.0
AT_REST = 5.0


@st.fragment
def jobs_panel(workspace: Workspace, person: Person) -> None:
    """Draw the panel; when a job ends the page is drawn anew, so that it shows the result; one left half drawn too."""
    running = workspace.jobs.running()
    label = f"{len(running)} job{'s' if len(running) > 1 else ''}" if running else "No jobs running"
    icon = ":material/progress_activity:" if running else ":material/done_all:"
    with st.container(horizontal=True, gap=None, width="content", key="jobs_panel"):
        with st.popover(label, icon=icon, type="tertiary"):
            for job in running:
                _running(workspace, job)
            for job in workspace.jobs.recent():
                _ended(job)
        is_half_drawn = heartbeat(seconds=WHILE_RUNNING if running else AT_REST, key="jobs_heartbeat")
    seen = state.get("running_jobs")
    now = sorted(job.job_id for job in running)
    state.put("running_jobs", now)
    redraw_page_if(is_half_drawn or (seen is not None and bool(set(seen) - set(now))))


def _running(workspace: Workspace, job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center", width=420):
        st.progress(job.fraction, text=literal(f"{job.title}, for {job.person}: {job.message}"), width="stretch")
        st.button(
            "Cancel", key=f"cancel_{job.job_id}", on_click=workspace.jobs.cancel, args=(job.job_id,), width="content"
        )


def _ended(job: Job) -> None:
    icons = {"finished": ":material/check_circle:", "cancelled": ":material/cancel:"}
    icon = icons.get(job.state, ":material/error:")
    with st.container(horizontal=True, gap="xsmall", width=420):
        st.markdown(icon, width="content")
        st.text(f"{job.title}: {job.message if job.state != 'finished' or job.message != 'done' else 'done'}")
