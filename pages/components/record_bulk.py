"""What can be done with a whole filter: label it, save it, send it to Label, export it, and undo."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from al_core.errors import ActiveLearnersError
from al_core.filters import InSlice, Not, RecordFilter
from al_core.types import Project, Task
from al_core.workflow.bulk_labeling import BulkLabel, last_bulk, look_before, take_back
from al_core.workflow.deleting import look_before_deleting
from al_core.workflow.exporting import export
from al_core.workflow.finding import numbers_of
from al_core.workflow.jobs import JobContext
from al_core.workflow.retraining import retrain_stale
from al_core.workflow.slices import SLICE_QUEUE, Slice, save_slice, send_to_label
from al_core.workflow.workspace import Workspace
from pages.components import state
from pages.components.bulk_giving import NOTHING_HERE, bulk_key, give_label
from pages.components.deleting import delete, deletion_words
from pages.components.exports import file_name
from pages.components.frame import Current
from pages.components.function_button import function_button
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import count
from pages.components.record_filter import put_filter


def filter_actions(here: Current, wanted: RecordFilter) -> None:
    """Draw the actions on all records of the filter, and the one undo of the last bulk label."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="records_actions"):
        if here.task is not None:
            st.button("Label all of these", icon=":material/label:", key="label_all", on_click=_open, args=("label",))
        st.button("Save as a slice", icon=":material/bookmark_add:", key="save_slice", on_click=_open, args=("slice",))
        _slices(here, wanted)
        if st.button("Export", icon=":material/download:", key="export_records"):
            _export(here, wanted)
        function_button(here, wanted)
        st.button("Delete all of these", icon=":material/delete:", key="delete_all", on_click=_open, args=("delete",))
        if here.task is not None:
            _undo(here, here.task)
    if said := state.take("records_said"):
        st.toast(said)
    opened = state.get("records_panel")
    if opened == "label" and here.task is not None:
        with st.container(border=True, key="label_all_panel"):
            _label_all(here, here.task, wanted)
    elif opened == "delete":
        with st.container(border=True, key="delete_all_panel"):
            _delete_all(here, wanted)
    elif opened == "slice":
        with st.container(border=True, key="slice_panel"):
            _save(here, wanted)


def _open(panel: str | None) -> None:
    state.put("records_panel", panel)


def _label_all(here: Current, task: Task, wanted: RecordFilter) -> None:
    with mistakes_shown():
        numbers = numbers_of(here.workspace.store, here.project, wanted)
        looked = look_before(here.workspace.store, task, numbers)
        names = {label.label_id: label.name for label in task.labels}
        choices = [0] if task.kind == "extraction" else list(names)
        label_id = st.selectbox(
            f"Label of {count(looked.n_records, 'record')} in {task.name}",
            choices,
            index=None,
            format_func=lambda one: names.get(one, NOTHING_HERE),
            placeholder="Choose a label",
            key="label_all_label",
            width=360,
        )
        replace = False
        if looked.n_answered:
            replace = st.checkbox(f"Also the {looked.n_answered:,} with an answer", key="label_all_replace")
        n_given = looked.n_records - (0 if replace else looked.n_answered)
        st.caption("These answers are yours. They never count as drawn at random, and can be undone together.")
        with st.container(horizontal=True):
            given = st.button(
                f"Label {count(n_given, 'record')}",
                type="primary",
                disabled=not n_given or label_id is None,
                key="label_all_give",
            )
            st.button("Cancel", key="label_all_cancel", on_click=_open, args=(None,))
        if given:
            label = BulkLabel((label_id,) if label_id else (), replace)
            state.put("records_said", give_label(here, task, numbers, label))
            _open(None)
            st.rerun()


def _delete_all(here: Current, wanted: RecordFilter) -> None:
    with mistakes_shown():
        numbers = numbers_of(here.workspace.store, here.project, wanted)
        looked = look_before_deleting(here.workspace.store, here.project, numbers)
        st.markdown(deletion_words(looked))
        with st.container(horizontal=True):
            st.button(
                f"Delete {count(looked.n_records, 'record')}",
                type="primary",
                key="delete_all_it",
                disabled=not looked.n_records,
                on_click=lambda: (delete(here, numbers), _open(None)),
            )
            st.button("Cancel", key="delete_all_cancel", on_click=_open, args=(None,))


def _undo(here: Current, task: Task) -> None:
    bulk = last_bulk(here.workspace.store, task, here.person)
    busy = here.workspace.jobs.of(bulk_key(task)) is not None
    if bulk is not None and st.button(
        f"Undo: {count(bulk.n_records, 'record')} labelled at once",
        icon=":material/undo:",
        type="tertiary",
        key="records_undo",
        disabled=busy,
    ):
        with mistakes_shown():
            n = take_back(here.workspace.store, bulk.bulk_id)
            retrain_stale(here.workspace, [task.task_id], here.person)
            state.put("records_said", f"Taken back on {count(n, 'record')}.")
            st.rerun()


def _save(here: Current, wanted: RecordFilter) -> None:
    name = st.text_input("Name", max_chars=80, key="slice_name")
    kind = st.radio(
        "Which records",
        ("Live: whatever meets the conditions when it is opened", "Frozen: those of now"),
        key="slice_kind",
    )
    with st.container(horizontal=True):
        saved = st.button("Save", type="primary", key="slice_save")
        st.button("Cancel", key="slice_cancel", on_click=_open, args=(None,))
    if saved:
        with mistakes_shown():
            made = save_slice(
                here.workspace.store, here.project, wanted, name, here.person, is_frozen=kind.startswith("Frozen")
            )
            state.put("records_said", f"Saved as {literal(made.name)}.")
            _open(None)
            st.rerun()


def _slices(here: Current, wanted: RecordFilter) -> None:
    slices = here.workspace.store.slices.all(here.project.project_id)
    gone = state.get("slice_deleted")
    if not slices and gone is None:
        return
    with st.popover(f"Slices ({len(slices)})", icon=":material/bookmarks:", key="slices", width="content"):
        for one in slices:
            _slice_row(here, wanted, one)
        if gone is not None:
            st.button(
                "Undo: bring the deleted slice back", key="slice_undo", on_click=_set_deleted, args=(here, gone, False)
            )
        if said := state.take("slice_said"):
            st.error(said, icon=":material/error:")


def _slice_row(here: Current, wanted: RecordFilter, one: Slice) -> None:
    task_id = here.task.task_id if here.task else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            literal(one.name),
            key=f"slice_open_{one.slice_id}",
            type="tertiary",
            on_click=put_filter,
            args=(here, RecordFilter(task_id, (InSlice(one.slice_id),))),
        )
        st.caption(
            f"{count(one.n_records, 'record')}, frozen" if one.n_records is not None else "live", width="content"
        )
        st.space("stretch")
        if here.task is not None and st.button("Send to Label", key=f"slice_send_{one.slice_id}"):
            send_to_label(here.workspace.store, here.task, here.person, one.slice_id)
            state.put("strategy", SLICE_QUEUE)
            st.switch_page("pages/2_Label.py")
        st.button("Delete", key=f"slice_delete_{one.slice_id}", on_click=_delete, args=(here, wanted, one.slice_id))


def _delete(here: Current, wanted: RecordFilter, slice_id: int) -> None:
    _set_deleted(here, slice_id, True)
    for condition in (InSlice(slice_id), Not(InSlice(slice_id))):
        if condition in wanted.conditions:
            wanted = put_filter(here, wanted.without(condition))


def _set_deleted(here: Current, slice_id: int, is_deleted: bool) -> None:
    try:
        here.workspace.store.slices.set_deleted(slice_id, is_deleted=is_deleted)
        state.put("slice_deleted", slice_id if is_deleted else None)
    except ActiveLearnersError as error:
        state.put("slice_said", f"**{literal(error.message)}** {literal(error.hint)}")


def _export(here: Current, wanted: RecordFilter) -> None:
    target = here.workspace.folder / "exports" / f"{file_name(here.project)}-records.csv"
    target.parent.mkdir(exist_ok=True, mode=0o700)
    here.workspace.jobs.start(
        "export",
        f"Export to {target}",
        partial(_write, here.workspace, here.project, wanted, target),
        key=f"export:{target}",
        project_id=here.project.project_id,
        person=here.person,
    )
    st.toast(f"Exporting to {literal(str(target))}. You can go on meanwhile.", duration="long")


def _write(workspace: Workspace, project: Project, wanted: RecordFilter, target: Path, context: JobContext) -> int:
    context.progress(0.0, "looking for the records")
    numbers = numbers_of(workspace.store, project, wanted)
    context.progress(0.1, "writing")
    return export(workspace.store, project, target, numbers)
