"""Pinned examples: records that a heuristic must get right, checked on its newest result."""

from __future__ import annotations

import streamlit as st

from al_core.text import shorten
from al_core.types import Heuristic
from al_core.workflow.pinning import ABSTAIN, check_pinned, pin, records_to_pin, unpin
from pages.components.frame import Current
from pages.components.messages import mistakes_shown

SIGNS = {True: "passes", False: "fails", None: "not run"}
ABSTAINS = "must abstain"


@st.fragment
def pinned_examples(here: Current, heuristic: Heuristic) -> None:
    """Draw the examples with what the newest result says of them, the failing ones first, and a way to pin more."""
    assert here.task is not None
    store = here.workspace.store
    run = store.held_runs.waiting(heuristic.heuristic_id) or store.runs.last(heuristic.heuristic_id, finished=True)
    outcomes = check_pinned(store, here.task, heuristic, run)
    with st.container(horizontal=True, vertical_alignment="center", key="pinned_head"):
        st.subheader("Pinned examples", anchor=False, width="content")
        failing = sum(one.passes is False for one in outcomes)
        if failing:
            st.badge(f"{failing} of {len(outcomes)} fail", color="red")
        elif outcomes and run is not None:
            st.badge(f"all {len(outcomes)} pass", color="green")
        st.space("stretch")
        with st.popover("Pin a record", icon=":material/keep:"):
            _pin_form(here, heuristic)
    if not outcomes:
        st.caption("Pin records that must get a certain label, or must get none: every run says which of them fail.")
        return
    event = st.dataframe(
        [
            {
                "": SIGNS[one.passes],
                "Text": shorten(one.text, 200),
                "Wanted": one.wanted,
                f"Version {run.version_no} says" if run else "Says": one.said,
            }
            for one in outcomes
        ],
        hide_index=True,
        column_config={"Text": st.column_config.TextColumn(width="medium")},
        on_select="rerun",
        selection_mode="multi-row",
        key="pinned_rows",
    )
    chosen = [outcomes[row].record_no for row in event.selection.rows if row < len(outcomes)]
    if chosen and st.button(f"Take {len(chosen)} away", key="unpin"):
        for record_no in chosen:
            unpin(store, heuristic, record_no)
        st.rerun(scope="fragment")


def _pin_form(here: Current, heuristic: Heuristic) -> None:
    assert here.task is not None
    words = st.text_input("Words of the text, or the record's id", key="pin_words")
    found = {record.record_no: record for record in records_to_pin(here.workspace.store, here.task, words)}
    if not found:
        st.caption("No record has them." if words.strip() else "The first few records that have them are offered.")
        return
    record_no = st.selectbox(
        "Record", list(found), format_func=lambda number: shorten(found[number].text, 90), key="pin_record"
    )
    names = {label.label_id: label.name for label in here.task.labels} | {ABSTAIN: ABSTAINS}
    label_id = st.selectbox("It must get", list(names), format_func=lambda one: names[one], key="pin_label")
    if st.button("Pin it", type="primary", key="pin_it"):
        with mistakes_shown():
            pin(here.workspace.store, heuristic, record_no, label_id, here.person)
            st.rerun(scope="fragment")
