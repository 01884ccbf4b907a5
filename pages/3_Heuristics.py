"""Heuristics: the list of everything that predicts, and the editor of one of them."""

import streamlit as st

from al_core.workflow.evaluating import evaluate_all
from al_core.workflow.running import run_all
from pages.components.frame import current
from pages.components.heuristic_editor import chosen, new_heuristic, open_editor
from pages.components.literal import literal
from pages.components.numbers import count
from pages.components.tables import heuristics_table

here = current()
store = here.workspace.store
heuristic = chosen(here)

if here.task is None:
    st.title("Heuristics", anchor=False)
    st.info("This project has no task yet. Define one on the Project page.", icon=":material/info:")
elif heuristic is not None:
    open_editor(here, heuristic)
else:
    everything = store.heuristics.all(here.task.task_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Heuristics", anchor=False, width="content")
        st.caption(f"{count(len(everything), 'heuristic')} for {literal(here.task.name)}")
        st.space("stretch")
        if st.button("Run all", icon=":material/play_arrow:", disabled=not everything):
            run_all(here.workspace, here.task, here.person)
            st.switch_page("pages/4_Tune.py")
        new_heuristic(here)
    if everything:
        heuristics_table(here.workspace, here.task, evaluate_all(store, here.task), with_links=True)
    else:
        st.info(
            "No heuristic yet. An active learner is a few lines of Python around a scikit-learn model.",
            icon=":material/info:",
        )
