"""One threshold per label: sliders, what each is worth, and honest abstention where no promise can be given."""

from __future__ import annotations

import streamlit as st

from al_core.evaluation.precision import LabelEstimate
from al_core.types import Label, Task
from al_core.workflow.certifying import Question, certify_labels, standing
from al_core.workflow.evaluating import Evaluation
from al_core.workflow.thresholds import NEVER, set_label_thresholds
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.tables import label_table

SLIDERS = 20  # with more labels a table is easier to read and to change


def label_panel(here: Current, task: Task, evaluation: Evaluation, question: Question) -> None:
    """Draw what each label is worth, and the form that sets one threshold a label."""
    st.subheader("One threshold per label", anchor=False)
    in_force = bool(evaluation.label_thresholds)
    st.caption("In force." if in_force else f"Not in force: all labels use {decimals(evaluation.threshold)}.")
    label_table(task, evaluation.by_label)
    missing = _certify(here, task, evaluation, question)
    if missing:
        listed = ", ".join(literal(label.name) for label in missing[:5])
        st.caption(f"No threshold yet for {listed}{' and others' if len(missing) > 5 else ''}: too few kept labels.")
    with st.form("label_thresholds", border=False):
        values = _inputs(task, evaluation)
        if st.form_submit_button("Use these thresholds", width="stretch"):
            set_label_thresholds(here.workspace.store, evaluation.heuristic, values, here.person)
            st.rerun()
    if in_force and st.button(f"Use {decimals(evaluation.threshold)} for all labels", width="stretch"):
        set_label_thresholds(here.workspace.store, evaluation.heuristic, {}, here.person)
        st.rerun()


def _inputs(task: Task, evaluation: Evaluation) -> dict[int, float]:
    present = {
        label.label_id: evaluation.label_thresholds.get(label.label_id, evaluation.threshold) for label in task.labels
    }
    if len(task.labels) > SLIDERS:
        rows = [{"Label": label.name, "min_confidence": present[label.label_id]} for label in task.labels]
        column = st.column_config.NumberColumn(min_value=0.0, max_value=NEVER, step=0.01, format="%.2f")
        edited = st.data_editor(
            rows, disabled=["Label"], column_config={"min_confidence": column}, hide_index=True, height=300
        )
        return {label.label_id: row["min_confidence"] for label, row in zip(task.labels, edited, strict=True)}
    return {label.label_id: _slider(label, present[label.label_id], evaluation) for label in task.labels}


def _slider(label: Label, value: float, evaluation: Evaluation) -> float:
    return st.slider(
        f"{literal(label.name)}, {_worth(evaluation.by_label.get(label.label_id))}",
        0.0,
        NEVER,
        value,
        0.01,
        format="%.2f",
        help="At 1.01 nothing of this label is kept." if value == NEVER else None,
        key=f"label_threshold_{evaluation.heuristic.heuristic_id}_{label.label_id}_{value}",
    )


def _worth(found: LabelEstimate | None) -> str:
    if found is None or found.precision is None:
        return "nothing kept"
    return f"{decimals(found.precision)}, n = {found.kept}"


def _certify(here: Current, task: Task, evaluation: Evaluation, question: Question) -> list[Label]:
    """Draw the button that certifies every label by itself; return the labels that a certificate misses."""
    store, heuristic = here.workspace.store, evaluation.heuristic
    asked = {
        label: standing(store, heuristic, Question(question.target, question.confidence, label.label_id))
        for label in task.labels
    }
    look_no = max((one.look_no for one in asked.values() if one is not None), default=1)
    if st.button(
        f"Certify {count(len(task.labels), 'label')} (look {look_no})",
        width="stretch",
        help="Each label's promise is made by itself. A label without one keeps nothing.",
    ):
        with mistakes_shown():
            certify_labels(store, heuristic, task, question, here.person)
            found = {
                label.label_id: standing(
                    store, heuristic, Question(question.target, question.confidence, label.label_id)
                )
                for label in task.labels
            }
            values = {
                label_id: one.certified.threshold if one and one.certified and one.certified.threshold else NEVER
                for label_id, one in found.items()
            }
            set_label_thresholds(store, heuristic, values, here.person)
            st.rerun()
    was_asked = any(one is not None and one.last is not None for one in asked.values())
    return [label for label, one in asked.items() if one is None or one.certified is None] if was_asked else []
