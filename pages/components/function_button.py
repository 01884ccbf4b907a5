"""A rule out of what was searched for: on the Records page, beside the filter."""

from __future__ import annotations

import streamlit as st

from al_core.filters import RecordFilter
from al_core.workflow.creating import create_from_code
from al_core.workflow.filter_functions import function_from_filter
from pages.components.frame import Current
from pages.components.messages import mistakes_shown


def function_button(here: Current, wanted: RecordFilter) -> None:
    """Draw "Make a labeling function": pick the label, and the filter's texts become a rule in the editor."""
    if here.task is None or not here.task.labels or here.task.kind == "extraction":
        return
    with st.popover("Make a labeling function", icon=":material/function:", width="content"):
        st.caption("A rule that gives one label to the records that this filter's words find.")
        label = st.selectbox("Label", [one.name for one in here.task.labels], key="function_label")
        name = st.text_input("Name", placeholder=f"{label} by filter", max_chars=80, key="function_name")
        if st.button("Create", type="primary", key="function_create"):
            with mistakes_shown():
                texts = here.workspace.store.values.texts(here.project.project_id)
                source = function_from_filter(wanted, here.task, label, texts)
                title = name.strip() or f"{label} by filter"
                made = create_from_code(
                    here.workspace.store, here.task, title, "labeling_function", source, here.person
                )
                st.switch_page("pages/3_Heuristics.py", query_params={"heuristic": str(made.heuristic_id)})
