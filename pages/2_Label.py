"""Label: one record, its label buttons and keys, and the next record already waiting."""

import streamlit as st

from al_core.workflow.audit_batch import AUDIT_QUEUE
from al_core.workflow.queues import QUEUES
from pages.components import labeler, span_labeler, state
from pages.components.answers import progress_message, strategy, task_message
from pages.components.frame import current
from pages.components.promises import batch_line

here = current()

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Label", anchor=False, width="content")
    st.space("stretch")
    show = st.toggle("Show suggestions", value=True, key="show_suggestions", persist_state="session")
    st.segmented_control(
        "Which records",
        list(QUEUES),
        default=strategy(),
        required=True,
        key="strategy_choice",
        label_visibility="collapsed",
        on_change=lambda: state.put("strategy", state.widget("strategy_choice")),
    )
st.caption(QUEUES.get(strategy()).caption)

if here.task is None:
    st.info("This project has no task yet. Define one on the Project page.", icon=":material/info:")
else:
    if strategy() == AUDIT_QUEUE:
        batch_line(here, here.task)
    (span_labeler if here.task.kind == "extraction" else labeler).mount(
        task=task_message(here.workspace, here.task),
        queue=state.get("queue"),
        progress=progress_message(here.workspace, here.person, here.task),
        show_suggestions=show,
        key=f"labeler_{here.task.task_id}_{here.person.person_id}",
    )
