"""Removing a label of a task, with what that means, and bringing removed ones back."""

from __future__ import annotations

import streamlit as st

from al_core.types import Label, Task
from al_core.workflow.few_labels import labels_changed
from al_core.workflow.removing import (
    LabelRemoval,
    RemovedLabel,
    look_before_removing,
    remove_label,
    removed_labels,
    restore_label,
)
from pages.components import state
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.moments import moment
from pages.components.numbers import count


def label_removal(here: Current, task: Task, *, is_edited: bool) -> None:
    """Draw the choice of a label to remove; not while changes of the labels wait to be saved."""
    if said := state.take("labels_said"):
        st.toast(said)
    only_one = len(task.labels) == 1
    why_not = "A task keeps its last label." if only_one else "Save the changes above first." if is_edited else None
    if state.get("label_to_remove") != task.task_id or why_not:
        st.button(
            "Remove a label",
            icon=":material/delete:",
            key="remove_label",
            disabled=why_not is not None,
            help=why_not,
            on_click=_open,
            args=(task.task_id,),
        )
        return
    with st.container(border=True, key="remove_label_panel"), mistakes_shown():
        chosen = st.selectbox(
            "Label to remove",
            task.labels,
            index=None,
            format_func=lambda one: one.name,
            placeholder="Choose a label",
            key=f"label_to_remove_{task.task_id}",
            width=360,
        )
        if chosen is not None:
            lines = _meaning(task, look_before_removing(here.workspace.store, task, chosen))
            st.markdown("\n".join(f"- {line}" for line in lines))
            st.caption("It can be restored below, with its answers, key and colour.")
        with st.container(horizontal=True):
            if chosen is not None and st.button(f"Remove {literal(chosen.name)}", type="primary", key="remove_it"):
                remove_label(here.workspace.store, task, chosen, here.person)
                _done(here, task, f"{literal(chosen.name)} is removed.")
            st.button("Cancel", key="remove_cancel", on_click=_open, args=(None,))


def restoring(here: Current, task: Task) -> None:
    """Draw the labels that can be restored; nothing where there are none."""
    removed = removed_labels(here.workspace.store, task)
    if not removed:
        return
    st.markdown("**Removed labels**")
    with mistakes_shown():
        for one in removed:
            _restoring_row(here, task, one)


def _restoring_row(here: Current, task: Task, one: RemovedLabel) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(one.label.name, width="content")
        st.caption(f"removed {moment(one.removed_ts)}, {_carried(one.n_answers)} it", width="content")
        if st.button("Restore", icon=":material/undo:", type="tertiary", key=f"restore_{one.label.label_id}"):
            back = restore_label(here.workspace.store, task, one.label, here.person)
            _done(here, task, f"{literal(back.name)} is back{_without_key(one.label, back)}.")


def _without_key(before: Label, back: Label) -> str:
    return f", without its key {literal(before.key)}, which another label has now" if back.key != before.key else ""


def _done(here: Current, task: Task, said: str) -> None:
    state.put("labels_said", said)
    _open(None)
    labels_changed(here.workspace, task, here.person)
    st.rerun()


def _open(task_id: int | None) -> None:
    state.put("label_to_remove", task_id)


def _meaning(task: Task, removal: LabelRemoval) -> list[str]:
    """Return what removing a label means, a line for each of its effects."""
    truth, n = removal.loss.truth, removal.loss.n_answers
    lines = [f"{_carried(n).capitalize()} {literal(removal.label.name)}."]
    if truth.n_unlabelled:
        lines.append(
            f"**{count(truth.n_unlabelled, 'record')}** {_become(truth.n_unlabelled)} unlabelled, to be asked again."
        )
    if truth.n_otherwise:
        rest = "the other answers" if task.kind == "single_label" else "the other labels"
        lines.append(f"The truth of **{count(truth.n_otherwise, 'record')}** changes to what {rest} say.")
    if removal.n_certificates:
        lines.append(f"**{count(removal.n_certificates, 'certificate')}** of this task will be withdrawn.")
    if removal.heuristics:
        named = ", ".join(literal(one) for one in removal.heuristics)
        n_heuristics = count(len(removal.heuristics), "heuristic")
        lines.append(f"**{n_heuristics}** {'says' if len(removal.heuristics) == 1 else 'say'} it: {named}.")
    return lines


def _carried(n: int) -> str:
    return f"{count(n, 'answer') if n else 'no answer'} {'carry' if n > 1 else 'carries'}"


def _become(n: int) -> str:
    return "becomes" if n == 1 else "become"
