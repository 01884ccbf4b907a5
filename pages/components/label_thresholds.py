"""One threshold per label: sliders, what each is worth, and honest abstention where no promise can be given."""

from __future__ import annotations

import streamlit as st

from al_core.evaluation.precision import LabelEstimate
from al_core.types import Label, Task
from al_core.workflow.certifying import Question, Standing, certify_labels, standings
from al_core.workflow.evaluating import Evaluation
from al_core.workflow.thresholds import NEVER, set_label_thresholds
from pages.components.frame import Current
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.tables import label_table

Asked = dict[Label, Standing | None]
SLIDERS = 20  # with more labels a table is easier to read and to change


def label_panel(here: Current, task: Task, evaluation: Evaluation, question: Question) -> None:
    """Draw what each label is worth, and the form that sets one threshold a label."""
    st.subheader("One threshold per label", anchor=False)
    in_force = bool(evaluation.label_thresholds)
    st.caption("In force." if in_force else f"Not in force: all labels use {decimals(evaluation.threshold)}.")
    label_table(task, evaluation.by_label)
    asked = _asked(here, task, evaluation, question)
    _certify(here, task, evaluation, question, asked)
    with (
        st.expander("Set by hand", expanded=len(task.labels) <= 2),
        st.form("label_thresholds", border=False),
    ):
        values = _inputs(task, evaluation, asked)
        if st.form_submit_button("Use these thresholds", width="stretch"):
            set_label_thresholds(here.workspace.store, evaluation.heuristic, values, here.person)
            st.rerun()
    if in_force and st.button(f"Use {decimals(evaluation.threshold)} for all labels", width="stretch"):
        set_label_thresholds(here.workspace.store, evaluation.heuristic, {}, here.person)
        st.rerun()


def _inputs(task: Task, evaluation: Evaluation, asked: Asked) -> dict[int, float]:
    present = {label.label_id: _start(label, evaluation, asked) for label in task.labels}
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


def _start(label: Label, evaluation: Evaluation, asked: Asked) -> float:
    """Return where a label's slider begins: what is in force, else what is certified, else what all labels use."""
    in_force = evaluation.label_thresholds.get(label.label_id)
    stands = asked[label]
    if in_force is not None:
        return in_force
    if stands is not None and stands.certified is not None and stands.certified.threshold is not None:
        return stands.certified.threshold
    return NEVER if stands is not None and stands.last is not None else evaluation.threshold


def _asked(here: Current, task: Task, evaluation: Evaluation, question: Question) -> Asked:
    questions = [Question(question.target, question.confidence, label.label_id) for label in task.labels]
    found = standings(here.workspace.store, evaluation.heuristic, questions)
    return dict(zip(task.labels, found, strict=True))


def _certify(here: Current, task: Task, evaluation: Evaluation, question: Question, asked: Asked) -> None:
    """Draw the button that certifies every label by itself, and say which labels have no certificate."""
    look_no = max((one.look_no for one in asked.values() if one is not None), default=1)
    if st.button(
        f"Certify {count(len(task.labels), 'label')} (look {look_no})",
        width="stretch",
        help="Each label's promise is made by itself. A label without one has no threshold: nothing of it is kept.",
    ):
        with mistakes_shown():
            certify_labels(here.workspace.store, evaluation.heuristic, task, question, here.person)
            st.rerun()
    looked_at = {label: one for label, one in asked.items() if one is not None and one.last is not None}
    for label, one in list(looked_at.items())[:SLIDERS]:
        if one.certified is not None and one.certified.threshold is not None:
            st.caption(f"{literal(label.name)}: certified at {decimals(one.certified.threshold)}")
        else:
            needs = f"needs at least {one.needed} kept labels and has {one.available}" if not one.possible else "failed"
            st.caption(f"{literal(label.name)}: no threshold yet, {needs}")
