"""Adapting the encoder to a task: what it may gain, what it learns from, how long it takes, and what came of it."""

from __future__ import annotations

import streamlit as st

from al_core.types import Task
from al_core.workflow.adapting import Adapted, Prospect, adapt, adapt_key, adapted, prospect
from al_core.workflow.adapting_time import Minutes
from al_core.workflow.judging import ENOUGH_OTHERS, NOT_MEASURABLE
from pages.components.frame import Current
from pages.components.job_progress import follow_job
from pages.components.literal import literal
from pages.components.numbers import count
from pages.components.selection_actions import act, show_outcome

WHAT_IT_GAINS = (
    "The encoder learns from your answers which texts belong together. It gains most where labels are not topics: with "
    "8 answers a label it made 8 to 15 points more right than the learner for few labels on kinds of question and on "
    "support tickets; with 100 or 400 answers on the topics of the sample project, 5 to 8 points. On news it gained 0 "
    "to 2; on 77 bank intents it lost 1 with 100 answers and gained 1 to 2 with 400."
)


def adapting_section(here: Current) -> None:
    """Draw the action for one of the project's classification tasks, and the models that were made so far."""
    tasks = [one for one in here.workspace.store.projects.tasks(here.project.project_id) if one.kind != "extraction"]
    if not tasks:
        return
    st.subheader("Adapt the encoder", anchor=False)
    st.caption(WHAT_IT_GAINS)
    task = tasks[0]
    if len(tasks) > 1:
        task = st.selectbox("Task", tasks, format_func=lambda one: one.name, width=240, key="adapt_task")
    _action(here, task)
    _models(adapted(here.workspace.store, here.project))


@st.fragment
def _action(here: Current, task: Task) -> None:
    if follow_job(here, adapt_key(task)):
        return
    found = prospect(here.workspace.store, task)
    st.button(
        "Adapt the encoder",
        disabled=bool(found.why_not),
        icon=":material/model_training:",
        key="adapt",
        on_click=lambda: act("adapt", lambda: _start(here, task)),
    )
    st.caption(literal(found.why_not or _uses(found)))
    show_outcome("adapt")


def _start(here: Current, task: Task) -> str:
    adapt(here.workspace, here.project, task, here.person)
    return ""


def _uses(found: Prospect) -> str:
    held = f"the {found.n_held_back:,} of the audit sample are held back to judge it"
    if not found.n_held_back:
        held = "there is no audit sample to hold back"
    missing = ENOUGH_OTHERS - found.n_held_back
    more = f" What stands on it is {NOT_MEASURABLE} until {missing:,} further records have an answer."
    return (
        f"Learns from {count(found.n_used, 'answered text')}; {held}. {_takes(found.minutes)}"
        f"{more if missing > 0 else ''}"
    )


def _takes(minutes: Minutes) -> str:
    least, most = max(1, round(minutes.least)), max(1, round(minutes.most))
    if minutes.is_measured:
        return f"About {count(most, 'minute')}, by the last time on this computer."
    return f"Between {least} and {count(max(most, least + 1), 'minute')}: not measured on this computer yet."


def _models(models: tuple[Adapted, ...]) -> None:
    if not models:
        return
    st.dataframe(
        [
            {
                "Model": one.name,
                "Made by": one.person,
                "When (UTC)": one.made_ts,
                "Learnt from": one.n_learnt,
                "Other answers": one.n_others,
                "Heuristics on it": "judged by the others" if one.is_measurable else NOT_MEASURABLE,
            }
            for one in models
        ],
        hide_index=True,
        column_config={"When (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")},
    )
    st.caption("Texts that a model learnt from never judge a heuristic on it; they still count for all others.")
