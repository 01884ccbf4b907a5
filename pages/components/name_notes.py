"""What label names are worth as a first guess: notes beside a heuristic's figures, and beside the labels."""

from __future__ import annotations

import streamlit as st

from al_core.types import Task
from al_core.workflow.evaluating import Evaluation
from al_core.workflow.label_meaning import why_names_say_nothing
from al_core.workflow.name_guesses import confused_names, notes
from pages.components.frame import Current
from pages.components.literal import literal


def guess_notes(here: Current, task: Task, evaluation: Evaluation) -> None:
    """Draw what a person should know about a heuristic that starts from label names; often nothing."""
    for note in notes(here.workspace.store, task, evaluation.heuristic, evaluation.run, evaluation.n_judged):
        st.info(literal(note), icon=":material/lightbulb:")


def names_note(here: Current, task: Task) -> None:
    """Draw which labels say nothing by their names, or are mixed up by them, with what to do."""
    if task.kind == "extraction":
        return
    why_not = why_names_say_nothing(task.labels)
    if why_not:
        st.info(literal(f"The first guess starts without names. {why_not}"), icon=":material/lightbulb:")
        return
    pairs = confused_names(here.workspace.store, task)
    if pairs:
        listed = ", ".join(f"{one.first.name} and {one.second.name} ({one.cosine:.2f})" for one in pairs)
        st.info(
            literal(
                f"By their names these are easily mixed up: {listed}. Rename one of the two, or describe both in one "
                "line: what belongs to it, what does not. The number is the cosine of what the names attract; up to "
                "0.10 is nothing to worry about."
            ),
            icon=":material/lightbulb:",
        )
    else:
        st.caption("One line that describes a label helps the first guess; it counts beside the name.")
