"""The "New heuristic" menu: the kinds, their starters, and predictions from a file."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from al_core.importers import IMPORTERS, preview
from al_core.types import HeuristicKind, Task
from al_core.workflow.creating import KIND_NAMES, create
from al_core.workflow.precomputed import PredictionColumns, bring_in
from al_core.workflow.running import run
from al_core.workflow.starters import STARTERS, starters_for
from al_core.workflow.uploads import keep_upload
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown

KINDS: tuple[HeuristicKind, ...] = ("active_learner", "labeling_function", "precomputed")
FIRST_CHOICE = "Logistic regression"
ABOUT: dict[HeuristicKind, str] = {
    "active_learner": "A model over embeddings that learns from your labels, evaluated out-of-fold on them.",
    "labeling_function": "A rule in a few lines of Python. It needs no labels, and is judged by them.",
    "precomputed": "Predictions that another program made: a file with a row for each record.",
}


def new_heuristic(here: Current) -> None:
    """Draw the menu; what is made opens in the editor, and predictions of a file run at once."""
    with st.popover("New heuristic", icon=":material/add:", type="primary", width="content"):
        if here.task is None:
            st.caption("Define a task first, on the Project page.")
            return
        kind = st.segmented_control(
            "Kind", KINDS, default=KINDS[0], format_func=lambda one: KIND_NAMES[one], key="new_kind", required=True
        )
        st.caption(ABOUT[kind])
        with mistakes_shown():
            if kind == "precomputed":
                _from_file(here, here.task)
            else:
                _from_starter(here, here.task, kind)


def _from_starter(here: Current, task: Task, kind: HeuristicKind) -> None:
    names = starters_for(task, kind)
    if not names:
        st.caption("There is no starter of this kind for such a task.")
        return
    starter = st.radio(
        "Starter",
        names,
        # every new task has a learner for few labels already
        index=names.index(FIRST_CHOICE) if FIRST_CHOICE in names else 0,
        captions=[STARTERS.get(one).note for one in names],
        key="starter" if kind == KINDS[0] else "rule_starter",
    )
    name = st.text_input("Name", placeholder=starter, key="heuristic_name", max_chars=80)
    if st.button("Create", type="primary", key="create_heuristic"):
        made = create(here.workspace.store, task, name, starter, here.person)
        st.query_params["heuristic"] = str(made.heuristic_id)
        st.rerun()


def _from_file(here: Current, task: Task) -> None:
    kinds = [suffix.lstrip(".") for name in IMPORTERS for suffix in IMPORTERS.get(name).suffixes]
    uploaded = st.file_uploader("A file of predictions", type=kinds, key="predictions_file")
    if uploaded is None:
        return
    path = keep_upload(here.workspace, uploaded.file_id, uploaded.name, uploaded.getvalue())
    found = _looked_at(str(path), path.stat().st_mtime)
    columns = list(found.columns)
    record_id = st.selectbox("Column of the record's id", columns, index=_guess(columns, "id"), key="predictions_id")
    label = st.selectbox("Column of the label", columns, index=_guess(columns, "label"), key="predictions_label")
    confidence = st.selectbox(
        "Column of the confidence, 0 to 1", ["none: 1.0 each", *columns], key="predictions_confidence"
    )
    name = st.text_input("Name", placeholder=path.stem[:70], key="predictions_name", max_chars=80)
    if st.button("Bring in and run", type="primary", key="bring_in"):
        chosen = PredictionColumns(record_id, label, confidence if confidence in columns else "")
        with st.spinner("Reading the file"):
            job = bring_in(here.workspace, task, path, chosen, name, here.person)
            made = here.workspace.store.heuristics.get(here.workspace.jobs.wait(job.job_id))
        run(here.workspace, made, here.person)
        st.toast(literal(f"{made.name} is there."))
        st.rerun()


@st.cache_data(show_spinner="Reading the file", max_entries=10)
def _looked_at(path: str, changed: float):
    return preview(Path(path))


def _guess(columns: list[str], wanted: str) -> int:
    found = [i for i, name in enumerate(columns) if wanted in name.lower()]
    return found[0] if found else 0
