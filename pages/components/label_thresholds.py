"""One threshold per label: sliders, what each is worth, and honest abstention where no promise can be given."""

from __future__ import annotations

import streamlit as st

from al_core.types import Label, Task
from al_core.workflow.certifying import Question, Standing, certify_labels, standings
from al_core.workflow.evaluating import Evaluation
from al_core.workflow.label_curves import curves_by_label
from al_core.workflow.thresholds import NEVER, set_label_thresholds
from pages.components.frame import Current
from pages.components.label_sliders import LabelSlider, label_sliders
from pages.components.literal import literal
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.tables import label_table
from pages.components.tuning import curve_columns

Asked = dict[Label, Standing | None]
FEW = 2  # labels whose sliders are open from the start
LISTED = 20  # labels whose certificates are listed one by one


def label_panel(here: Current, task: Task, evaluation: Evaluation, question: Question) -> None:
    """Draw what each label is worth, and the form that sets one threshold a label."""
    st.subheader("One threshold per label", anchor=False)
    in_force = bool(evaluation.label_thresholds)
    st.caption("In force." if in_force else f"Not in force: all labels use {decimals(evaluation.threshold)}.")
    label_table(task, evaluation.by_label)
    asked = _asked(here, task, evaluation, question)
    _certify(here, task, evaluation, question, asked)
    with st.expander("Set by hand", expanded=len(task.labels) <= FEW):
        _sliders(here, task, evaluation, question, asked)
    if in_force and st.button(f"Use {decimals(evaluation.threshold)} for all labels", width="stretch"):
        set_label_thresholds(here.workspace.store, evaluation.heuristic, {}, here.person)
        st.rerun()


def _sliders(here: Current, task: Task, evaluation: Evaluation, question: Question, asked: Asked) -> None:
    curves = curves_by_label(here.workspace.store, evaluation)
    rows: list[LabelSlider] = [
        {
            "label_id": label.label_id,
            "name": label.name,
            "threshold": _start(label, evaluation, asked),
            "certified": _certified(asked[label]),
            "note": _note(asked[label]),
            "curve": curve_columns(curves[label.label_id]) if label.label_id in curves else None,
        }
        for label in task.labels
    ]

    def use(chosen: dict[int, float]) -> None:
        set_label_thresholds(here.workspace.store, evaluation.heuristic, chosen, here.person)

    label_sliders(
        rows,
        target=question.target,
        pool_size=evaluation.run.pool_size,
        key=f"label_sliders_{evaluation.heuristic.heuristic_id}",
        on_use=use,
    )


def _certified(stands: Standing | None) -> float | None:
    return stands.certified.threshold if stands is not None and stands.certified is not None else None


def _note(stands: Standing | None) -> str:
    if stands is None or stands.last is None:
        return ""
    certified = _certified(stands)
    return "No threshold yet: nothing certified." if certified is None else f"Certified at {decimals(certified)}."


def _start(label: Label, evaluation: Evaluation, asked: Asked) -> float:
    """Return where a label's slider begins: what is in force, else what is certified, else what all labels use."""
    in_force = evaluation.label_thresholds.get(label.label_id)
    stands = asked[label]
    if in_force is not None:
        return in_force
    certified = _certified(stands)
    if certified is not None:
        return certified
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
    for label, one in list(looked_at.items())[:LISTED]:
        if one.certified is not None and one.certified.threshold is not None:
            st.caption(f"{literal(label.name)}: certified at {decimals(one.certified.threshold)}")
        else:
            needs = f"needs at least {one.needed} kept labels and has {one.available}" if not one.possible else "failed"
            st.caption(f"{literal(label.name)}: no threshold yet, {needs}")
