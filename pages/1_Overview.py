"""Overview: what is there, and what to do next."""

import streamlit as st

from al_core.workflow.evaluating import evaluate_all
from al_core.workflow.overview import overview
from pages.components.exports import start_export
from pages.components.frame import current
from pages.components.literal import literal
from pages.components.numbers import count, share, worth_text
from pages.components.tables import heuristics_table, label_bars

PAGES = {"Label": "2_Label", "Heuristics": "3_Heuristics", "Tune": "4_Tune", "Project": "6_Project"}

here = current()
store = here.workspace.store
seen = overview(store, here.workspace.jobs, here.project, here.task)

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Overview", anchor=False, width="content")
    st.caption(f"{count(seen.n_records, 'record')}, {count(seen.n_tasks, 'task')}")
    st.space("stretch")
    if st.button("Export", icon=":material/download:", disabled=not seen.n_records):
        start_export(here)

with st.container(border=True, key="next_step"), st.container(horizontal=True, vertical_alignment="center"):
    with st.container():
        st.subheader(literal(seen.step.heading), anchor=False)
        st.caption(literal(seen.step.why))
    if st.button(seen.step.button, type="primary", width="content"):
        st.switch_page(f"pages/{PAGES[seen.step.page]}.py")

labelled = seen.counts.labelled
left, middle, right = st.columns(3)
left.metric("Labelled by people", f"{labelled:,}")
left.caption(f"{share(labelled, seen.n_records)}, of which {seen.counts.audit:,} audit")
evaluations = evaluate_all(store, here.task) if here.task else {}
best = max(evaluations.values(), key=lambda one: one.estimate.low, default=None)
middle.metric("Kept by the best heuristic", f"{best.estimate.records:,}" if best else "not run")
middle.caption(worth_text(best) if best else "No heuristic has run yet.")
right.metric("Not labelled", f"{seen.n_records - labelled:,}")
right.caption(f"{count(seen.counts.conflicts, 'conflict')}, {seen.counts.ignored:,} ignored")

if here.task is not None:
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.subheader("Labels", anchor=False)
        label_bars(here.task, seen.counts.by_label)
    with right:
        st.subheader("Heuristics", anchor=False)
        heuristics_table(here.workspace, here.task, evaluations)
