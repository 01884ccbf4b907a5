"""Records: see them, find any of them, label many at once; like another, and on a map."""

import streamlit as st

from pages.components.deleting import deletion_bar
from pages.components.frame import current
from pages.components.map_panel import map_panel
from pages.components.record_bulk import filter_actions
from pages.components.record_filter import filter_bar, opened_filter
from pages.components.record_links import RECORD
from pages.components.record_table import count_line, record_table, selected_actions, shown_heuristic
from pages.components.record_view import record_view
from pages.components.similar_panel import similar_panel

here = current()
wanted = opened_filter(here)
opened = st.query_params.get(RECORD, "")
number = int(opened) if opened.isdecimal() and len(opened) < 10 else None

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Records", anchor=False, width="content")
    counted = st.empty()
    st.space("stretch")
    deletion_bar(here)
    view = st.segmented_control(
        "View", ("Table", "Similar", "Map"), default="Table", required=True, key="records_view",
        label_visibility="collapsed",
    )  # fmt: skip

if view == "Similar":
    similar_panel(here, number)
elif view == "Map":
    map_panel(here)
elif number is not None:
    record_view(here, number)
elif wanted is not None:
    shown = shown_heuristic(here, wanted)
    filter_bar(here, wanted, shown)
    actions = st.container()
    selected = record_table(here, wanted, shown)
    if selected is not None:
        with actions:
            filter_actions(here, wanted)
        if selected:
            selected_actions(here, selected)
        counted.caption(count_line(here, wanted))
