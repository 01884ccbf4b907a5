"""Tune: run all heuristics, see what precision a threshold is worth, pick one with the slider."""

import streamlit as st

from al_core.workflow.evaluating import evaluate, kept_wrongly
from al_core.workflow.running import run_all
from pages.components.frame import current
from pages.components.run_list import run_list
from pages.components.tables import label_table, mistakes_table
from pages.components.tuning import pick_heuristic, target_precision, threshold_slider

here = current()
store = here.workspace.store

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Tune", anchor=False, width="content")
    st.caption("Pick the lowest threshold that keeps your promise.")
    st.space("stretch")
    heuristics = [one for one in store.heuristics.all(here.task.task_id) if one.enabled] if here.task else []
    if st.button("Run all", type="primary", icon=":material/play_arrow:", disabled=not heuristics):
        run_all(here.workspace, here.task, here.person)

if here.task is None or not heuristics:
    st.info("There is no heuristic to tune yet. Write one on the Heuristics page.", icon=":material/info:")
else:
    run_list(here.workspace, here.task)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heuristic = pick_heuristic(heuristics)
        target = target_precision()
    evaluation = evaluate(store, heuristic)
    if evaluation is None:
        st.info("This heuristic has no finished run yet. Run it first.", icon=":material/info:")
    else:
        left, right = st.columns([3.4, 1.2], gap="medium")
        with left:
            threshold_slider(here, evaluation, target)
        with right, st.container(border=True):
            st.subheader("By label", anchor=False)
            st.caption(f"At {evaluation.threshold:.2f}, with n")
            label_table(here.task, evaluation.by_label)
        wrong, mistakes = kept_wrongly(store, here.task, evaluation)
        st.subheader(f"Wrongly kept: {wrong} of {evaluation.estimate.kept}", anchor=False)
        mistakes_table(here.task, mistakes)
