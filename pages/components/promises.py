"""Promises of all heuristics on the Tune page: set with one click, listed with what became of each, and undone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from al_core.types import Heuristic, Task
from al_core.workflow.audit_apart import keep_audit_out, keeps_audit_out
from al_core.workflow.audit_batch import AUDIT_QUEUE, batch_of, end_batch, start_batch
from al_core.workflow.certifying import Question, Standing
from al_core.workflow.promises import AllSet, promise_list, set_every_promise, undo_all
from pages.components import state
from pages.components.frame import Current
from pages.components.heartbeat import heartbeat
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.pressing import pressed
from pages.components.redraw import redraw_page_if

WHILE_LABELING = 2.0  # seconds between two looks at how far the batch is


def set_every_button(here: Current, heuristics: Sequence[Heuristic], question: Question) -> None:
    """Draw the button that certifies all heuristics and sets each to its promise, and the one undo."""
    if pressed(
        "Set every heuristic to its promise",
        key="set_every",
        help=f"One look at {count(len(heuristics), 'heuristic')}, then the certified threshold of each is in force. "
        "One without a certificate keeps its threshold.",
    ):
        with mistakes_shown():
            done = set_every_promise(here.workspace.store, heuristics, question, here.person)
            state.put("all_set", done)
            st.rerun()
    done = state.get("all_set")
    if (
        isinstance(done, AllSet)
        and done.before
        and pressed("Undo: earlier thresholds", key="undo_every", icon=":material/undo:")
    ):
        undo_all(here.workspace.store, done, here.person)
        state.put("all_set", None)
        st.rerun()


def all_set_line() -> None:
    """Say what setting every heuristic did, as long as it can be undone."""
    done = state.get("all_set")
    if not isinstance(done, AllSet):
        return
    kept = f"Set to the promise: {', '.join(done.kept)}." if done.kept else "No heuristic can promise this yet."
    without = f" Without a certificate, threshold as before: {', '.join(done.without)}." if done.without else ""
    st.caption(literal(kept + without))


def promises_tab(here: Current, task: Task) -> None:
    """Draw all looks at a task's labels with what became of each."""
    st.caption("Every look, also those that found nothing: each is paid for. Newest first.")
    found = promise_list(here.workspace.store, task)
    if not found:
        st.caption("Nobody has certified anything in this task yet.")
        return
    st.dataframe(
        [
            {
                "Heuristic": one.heuristic,
                "Label": one.label or "all labels",
                "Promise": f"{decimals(one.look.target)} with {100 * one.look.confidence:g} %",
                "Threshold": decimals(one.look.threshold) if one.look.threshold is not None else "none",
                "State": one.state,
                "Right": f"{one.look.n_correct:,} of {one.look.n_kept:,}",
                "Rests on": "audit sample" if one.look.population == "audit" else "all labels",
                "Proof": one.look.method,
                "Look": one.look.look_no,
                "By": one.look.person,
                "When": one.look.made_ts,
            }
            for one in found
        ],
        hide_index=True,
        height="content" if len(found) <= 12 else 460,
    )


def fit_setting(here: Current, heuristic: Heuristic) -> None:
    """Draw the setting that keeps the audit sample out of a learner's fit."""
    store = here.workspace.store
    if heuristic.kind != "active_learner":
        return
    present = keeps_audit_out(store, heuristic)
    wanted = st.toggle(
        "Keep the audit sample out of the fit",
        present,
        key=f"audit_out_{heuristic.heuristic_id}_{present}",
        help="The learner then never sees audit labels: it learns from fewer, but its certificate is exact instead of "
        "tested, not proved. Takes effect with the next run.",
    )
    if wanted != present:
        keep_audit_out(store, heuristic, wanted=wanted)
        st.rerun()


def audit_button(here: Current, task: Task, stands: Standing) -> None:
    """Draw the button that queues as many audit records as the promise lacks, and leads to them."""
    batch = batch_of(here.workspace.store, task)
    lacks = stands.needed - stands.available
    wanted = batch.left if batch is not None and batch.left else lacks
    if st.button(f"Label an audit batch ({wanted})", icon=":material/label:"):
        with mistakes_shown():
            if batch is None or not batch.left:
                start_batch(here.workspace.store, task, lacks)
            state.put("strategy", AUDIT_QUEUE)
            st.switch_page("pages/2_Label.py")


@st.fragment
def batch_line(here: Current, task: Task) -> None:
    """Draw how far the task's audit batch is, and the button that ends it; nothing without a batch."""
    batch = batch_of(here.workspace.store, task)
    if batch is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="audit_batch"):
        st.progress(batch.done / batch.wanted, text=f"Audit batch: {batch.done} of {batch.wanted}", width=260)
        if st.button("End the batch" if batch.left else "Done, go on without a batch", type="tertiary"):
            end_batch(here.workspace.store, task)
            redraw_page_if(True)
        if batch.left:
            heartbeat(seconds=WHILE_LABELING, key="audit_heartbeat")
