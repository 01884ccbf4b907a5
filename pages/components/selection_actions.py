"""What can be done with records that somebody selected: label them all, undo that, save them as a slice, list them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from al_core.errors import ActiveLearnersError
from al_core.filters import Numbers, RecordFilter
from al_core.types import Task
from al_core.workflow.bulk_labeling import BulkLabel, last_bulk, look_before, take_back
from pages.components import state
from pages.components.bulk_giving import NOTHING_HERE, bulk_key, give_label
from pages.components.deleting import delete_popover
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.numbers import count
from pages.components.record_links import open_records


def selection_actions(here: Current, record_nos: Sequence[int], *, key: str) -> None:
    """Draw the actions for records by number; `key` names the place, one selection each."""
    if state.get(f"{key}_chosen") != list(record_nos):  # what was done with others is of no interest any more
        state.put(f"{key}_chosen", list(record_nos))
        state.put(f"{key}_outcome", None)
    n_records = count(len(record_nos), "record")
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}_actions"):
        if here.task is not None:
            _label(here, here.task, record_nos, key)
        with st.popover("Save as a slice", disabled=not record_nos):
            st.text_input("Name of the slice", key=f"{key}_slice", max_chars=80)
            st.button(
                f"Save {n_records}",
                key=f"{key}_save",
                on_click=lambda: act(key, lambda: _save_slice(here, record_nos, state.widget(f"{key}_slice") or "")),
            )
        delete_popover(here, record_nos, key=key, and_then=lambda: None)
        if st.button("Show in the table", key=f"{key}_show", disabled=not record_nos):
            open_records(_only(here, record_nos))
    show_outcome(key)
    if here.task is not None:
        _undo(here, here.task, key)


def _label(here: Current, task: Task, record_nos: Sequence[int], key: str) -> None:
    """Draw the choice of a label and the button that gives it; records with an answer keep theirs unless replaced."""
    names = {label.label_id: label.name for label in task.labels}
    choices = [0] if task.kind == "extraction" else list(names)
    label_id = st.selectbox(
        f"Label in {task.name}",
        choices,
        index=None,  # nobody labels two hundred records with whatever stands first
        placeholder="Choose a label",
        format_func=lambda one: names.get(one, NOTHING_HERE),
        key=f"{key}_label_{task.task_id}",
        width=240,
    )
    numbers = np.array(record_nos, dtype=np.int64)
    looked = look_before(here.workspace.store, task, numbers)
    replace = False
    if looked.n_answered:
        replace = st.checkbox(f"also the {looked.n_answered:,} with an answer", key=f"{key}_replace")
    n_given = looked.n_records - (0 if replace else looked.n_answered)
    st.button(
        f"Label {count(n_given, 'record')}",
        type="primary",
        key=f"{key}_give",
        disabled=not n_given or label_id is None,
        on_click=lambda: act(
            key, lambda: give_label(here, task, numbers, BulkLabel((label_id,) if label_id else (), replace))
        ),
    )


def _undo(here: Current, task: Task, key: str) -> None:
    bulk = last_bulk(here.workspace.store, task, here.person)
    if bulk is not None:
        st.button(
            f"Undo: {count(bulk.n_records, 'record')} labelled at once",
            icon=":material/undo:",
            type="tertiary",
            key=f"{key}_undo",
            disabled=here.workspace.jobs.of(bulk_key(task)) is not None,
            on_click=lambda: act(key, lambda: _take_back(here, bulk.bulk_id)),
        )


def _take_back(here: Current, bulk_id: int) -> str:
    return f"Taken back on {count(take_back(here.workspace.store, bulk_id), 'record')}."


def _save_slice(here: Current, record_nos: Sequence[int], name: str) -> str:
    numbers = np.array(sorted(record_nos), dtype=np.int64)
    made = here.workspace.store.slices.add(
        here.project.project_id, name, _only(here, record_nos), here.person.person_id, record_nos=numbers
    )
    return f"{count(len(numbers), 'record')} saved as {literal(made.name)}."


def _only(here: Current, record_nos: Sequence[int]) -> RecordFilter:
    return RecordFilter(here.task.task_id if here.task else None, (Numbers(tuple(sorted(record_nos))),))


def act(key: str, what: Callable[[], str]) -> None:
    """Do something when a button is clicked and keep, for `show_outcome`, what it returned or why it cannot be.

    Streamlit runs what a click does before anything is drawn, so that the outcome must wait for its place.
    """
    try:
        state.put(f"{key}_outcome", (True, what()))
    except ActiveLearnersError as error:
        state.put(f"{key}_outcome", (False, f"**{literal(error.message)}** {literal(error.hint)}"))


def show_outcome(key: str) -> None:
    """Draw the outcome of the last `act`; it stays until the next one, however often the page is drawn anew."""
    went_well, said = state.get(f"{key}_outcome") or (True, "")
    if said and went_well:
        st.caption(said)
    elif said:
        st.error(said, icon=":material/error:")
