"""A heuristic's run: progress while it goes on, its result, and whether a new version's result is to be kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from al_core.types import Heuristic, HeuristicKind, Job, Run
from al_core.workflow.evaluating import evaluate
from al_core.workflow.keeping import discard, keep
from al_core.workflow.running import live_log, run_key
from pages.components import state
from pages.components.comparison import comparison
from pages.components.frame import Current
from pages.components.heartbeat import heartbeat
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import worth_text
from pages.components.redraw import redraw_page_if

BEAT = 0.5
WHAT_RUN_DOES: dict[HeuristicKind, str] = {
    "active_learner": "Run fits the learner on your labels, fold by fold, and predicts every record.",
    "labeling_function": "Run asks the function about every record. Your labels judge what it says.",
    "precomputed": "Run finds the record of each prediction of the file. Your labels judge them.",
    "merge": "Run merges the votes of the other heuristics.",
}


@st.fragment
def run_panel(here: Current, heuristic: Heuristic) -> None:
    """Draw the run under way with Cancel, else the newest one; a result that waits is compared, kept or discarded."""
    store = here.workspace.store
    job = here.workspace.jobs.of(run_key(heuristic.heuristic_id))
    last = store.runs.last(heuristic.heuristic_id)
    waiting = store.held_runs.waiting(heuristic.heuristic_id)
    with st.container(border=True, key="run_panel"):
        if job is not None:
            _under_way(here, heuristic, job, last)
        elif last is None:
            st.subheader("Not run yet", anchor=False)
            st.caption(WHAT_RUN_DOES[heuristic.kind])
        else:
            _ended(here, heuristic, last, waiting)
    if job is None and waiting is not None:
        _decision(here, heuristic, waiting)
    was_running = state.get("watched_run")
    state.put("watched_run", job.job_id if job else None)
    redraw_page_if((bool(was_running) and job is None) or bool(state.take("decided")))


def _under_way(here: Current, heuristic: Heuristic, job: Job, last: Run | None) -> None:
    is_of_job = last is not None and last.state in ("queued", "running")
    st.subheader(f"Run of version {last.version_no if last and is_of_job else heuristic.version_no}", anchor=False)
    st.progress(job.fraction, text=literal(job.message))
    seconds = (datetime.now(UTC).replace(tzinfo=None) - job.started_ts).total_seconds()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Cancel", on_click=here.workspace.jobs.cancel, args=(job.job_id,), key="cancel_run")
        st.caption(f"{max(0.0, seconds):.0f} s, for {literal(job.person)}")
    st.code(live_log(heuristic.heuristic_id) or "waiting", language=None, height=200)
    heartbeat(seconds=BEAT, key="run_heartbeat")


def _ended(here: Current, heuristic: Heuristic, last: Run, waiting: Run | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Run of version {last.version_no}", anchor=False, width="content")
        if waiting == last:
            st.badge("not kept yet", color="blue")
        st.space("stretch")
        if last.ended_ts is not None:
            st.caption(f"{(last.ended_ts - last.started_ts).total_seconds():.1f} s", width="content")
    current = evaluate(here.workspace.store, heuristic)
    if last.state == "not_evaluable":
        st.warning(literal(last.error_message), icon=":material/hourglass_empty:")
    elif last.state != "finished":
        place = f"Line {last.error_line}: " if last.error_line else ""
        kept = " The earlier result is kept." if current else ""
        st.error("cancelled" if last.state == "cancelled" else "failed", icon=":material/error:")
        st.text(f"{place}{last.error_message}{kept}")
    if current is not None and waiting != last:
        st.text(f"At {current.threshold:.2f}: {worth_text(current)}")
        st.caption(f"Covers {round(100 * current.estimate.coverage)} % of the records that nobody labelled.")
        st.caption(current.method)
        if st.button("Tune its threshold", icon=":material/tune:"):
            state.put("tuned", heuristic.heuristic_id)
            st.switch_page("pages/4_Tune.py")
    if last.log:
        st.code(last.log, language=None, height=200, wrap_lines=True)


def _decision(here: Current, heuristic: Heuristic, waiting: Run) -> None:
    name = f"version {waiting.version_no}"
    with st.container(border=True, key="decision"):
        comparison(here, heuristic, waiting)
        with st.container(horizontal=True):
            store = here.workspace.store
            st.button(
                f"Keep {name}",
                icon=":material/check:",
                key="keep_run",
                on_click=lambda: _decide(lambda: keep(store, heuristic, waiting, here.person)),
            )
            st.button(
                f"Discard the result of {name}",
                key="discard_run",
                on_click=lambda: _decide(lambda: discard(store, waiting, here.person)),
            )


def _decide(decide: Callable[[], None]) -> None:
    """Do it before anything is drawn: another request that breaks the drawing off cannot lose it then."""
    with mistakes_shown():
        decide()
    state.put("decided", True)
