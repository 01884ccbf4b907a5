"""Heuristics: the list of everything that predicts, and the editor of one of them."""

import streamlit as st

from pages.components.frame import current
from pages.components.heuristic_editor import chosen, open_editor
from pages.components.heuristic_overview import overview, run_buttons, undo_line
from pages.components.literal import literal
from pages.components.new_heuristic import new_heuristic
from pages.components.numbers import count
from pages.components.word_lists import word_lists

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
    off = sum(not one.enabled for one in everything)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Heuristics", anchor=False, width="content")
        on = f", {len(everything) - off} on" if off else ""
        st.caption(f"{count(len(everything), 'heuristic')} for {literal(here.task.name)}{on}")
        st.space("stretch")
        run_buttons(here, everything)
        word_lists(here)
        new_heuristic(here)
    undo_line(here)
    if everything:
        overview(here, here.task)
    else:
        st.info(
            "No heuristic yet. An active learner is a few lines of Python around a scikit-learn model, a labeling "
            "function a rule of your own.",
            icon=":material/info:",
        )
