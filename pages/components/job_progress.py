"""A job where its result will appear: how far it is, a button that ends it, and why it failed."""

from __future__ import annotations

import streamlit as st

from pages.components import state
from pages.components.frame import Current
from pages.components.heartbeat import heartbeat
from pages.components.literal import literal

LOOK_AGAIN = 1.0  # seconds


def follow_job(here: Current, job_key: str) -> bool:
    """Return whether the job called `job_key` is under way, and draw it; the fragment is drawn anew until it ends.

    Of one that was seen here and failed the reason is shown.
    """
    jobs = here.workspace.jobs
    running = jobs.of(job_key)
    if running is None:
        ended = jobs.get(state.get(f"{job_key}_seen") or "")
        if ended is not None and ended.state == "failed":
            st.error(literal(ended.message), icon=":material/error:")
        return False
    state.put(f"{job_key}_seen", running.job_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(running.fraction, text=literal(f"{running.title}: {running.message}"), width="stretch")
        st.button("Cancel", key=f"{job_key}_cancel", on_click=jobs.cancel, args=(running.job_id,), width="content")
        heartbeat(seconds=LOOK_AGAIN, key=f"{job_key}_heartbeat")
    return True
