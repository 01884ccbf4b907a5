"""Deleting records and restoring them: the same words and buttons wherever records are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.errors import ActiveLearnersError
from al_core.types import Project
from al_core.workflow.deleting import (
    AT_ONCE,
    Deletion,
    DeletionPreview,
    delete_records,
    deletions,
    look_before_deleting,
    restore_records,
)
from al_core.workflow.jobs import JobContext
from pages.components import state
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.moments import moment
from pages.components.numbers import count

Step = Callable[[JobContext | None], str]


def deletion_key(project: Project) -> str:
    """Return the key of the job that deletes or restores many records of a project."""
    return f"delete:{project.project_id}"


def deletion_words(looked: DeletionPreview) -> str:
    """Return what deleting records means."""
    n = looked.n_answered
    if looked.n_records == 1:
        what = f"**1 record**, {'with answers' if n else 'without an answer'}. It leaves"
        return f"{what} every count, queue, map and export, and can be restored as it is."
    answered = f"{n:,} of them with {'an answer' if n == 1 else 'answers'}" if n else "none of them with an answer"
    what = f"**{count(looked.n_records, 'record')}**, {answered}. They leave"
    return f"{what} every count, queue, map and export, and can be restored as they are."


def delete_popover(here: Current, record_nos: Sequence[int], *, key: str, and_then: Callable[[], object]) -> None:
    """Draw, in a popover, what deleting records means and the button that does it, `and_then` something else."""
    numbers = np.array(record_nos, dtype=np.int64)
    with st.popover("Delete", icon=":material/delete:", disabled=not len(numbers), width="content"):
        looked = look_before_deleting(here.workspace.store, here.project, numbers)
        st.markdown(deletion_words(looked))
        st.button(
            f"Delete {count(looked.n_records, 'record')}",
            key=f"{key}_delete",
            disabled=not looked.n_records,
            on_click=lambda: (delete(here, numbers), and_then()),
        )


def delete(here: Current, record_nos: NDArray[np.int64]) -> None:
    """Delete records, many of them in a job; `deletion_bar` says so and offers to undo it."""

    def step(context: JobContext | None) -> str:
        progress = context.progress if context else None
        done = delete_records(here.workspace.store, here.project, record_nos, here.person, progress)
        if context is None:
            state.put("deleted_here", done.deletion_id if done else None)
        return f"{count(done.n_records if done else 0, 'record')} deleted"

    _do(here, len(record_nos), "Delete", step)


def deletion_bar(here: Current) -> None:
    """Draw the undo of what was deleted last in this tab, and all that can be restored; nothing where there is none."""
    _show_said()
    standing = deletions(here.workspace.store, here.project)
    if not standing:
        return
    last = next((one for one in standing if one.deletion_id == state.get("deleted_here")), None)
    if last is not None:
        st.button(
            f"Undo: {count(last.n_records, 'record')} deleted",
            icon=":material/undo:",
            type="tertiary",
            key="undo_deletion",
            on_click=_restore,
            args=(here, last),
        )
    n_records = sum(one.n_records for one in standing)
    busy = here.workspace.jobs.of(deletion_key(here.project)) is not None
    with st.popover(f"Deleted ({n_records:,})", icon=":material/restore_from_trash:", key="deleted", width="content"):
        for one in standing:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.text(count(one.n_records, "record"), width="content")
                st.caption(f"by {literal(one.person)}, {moment(one.made_ts)}", width="content")
                st.space("stretch")
                st.button(
                    "Restore", key=f"restore_{one.deletion_id}", disabled=busy, on_click=_restore, args=(here, one)
                )


def _restore(here: Current, deletion: Deletion) -> None:
    def step(_: JobContext | None) -> str:
        return f"{count(restore_records(here.workspace.store, deletion.deletion_id), 'record')} restored"

    _do(here, deletion.n_records, "Restore", step)


def _do(here: Current, n_records: int, verb: str, step: Step) -> None:
    """Take a step at once, or in a job where somebody would wait; keep what is to be said until the page is drawn."""

    def in_a_job(context: JobContext) -> None:
        context.conclude(step(context))

    try:
        if n_records <= AT_ONCE:
            state.put("deletion_said", (True, f"{step(None)}."))
            return
        key, title = deletion_key(here.project), f"{verb} {n_records:,} records"
        here.workspace.jobs.start(
            f"{verb.lower()} records", title, in_a_job, key=key, project_id=here.project.project_id, person=here.person
        )
        state.put("deletion_said", (True, f"{title}: this goes on in the background."))
    except ActiveLearnersError as error:
        state.put("deletion_said", (False, f"**{literal(error.message)}** {literal(error.hint)}"))


def _show_said() -> None:
    went_well, said = state.take("deletion_said") or (True, "")
    if said and went_well:
        st.toast(said)
    elif said:
        st.error(said, icon=":material/error:")
