"""Tables: heuristics with what they are worth, labels with their precision, mistakes with their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from al_core.evaluation.precision import LabelEstimate
from al_core.text import shorten
from al_core.types import Heuristic, Task
from al_core.workflow.evaluating import Evaluation, Mistake
from al_core.workflow.heuristics import Status, status
from al_core.workflow.workspace import Workspace
from pages.components.label_bars import label_bars
from pages.components.literal import literal
from pages.components.numbers import decimals, worth_text

__all__ = ["heuristics_table", "label_bars", "label_table", "mistakes_table"]

COLOURS = {"current": "green", "stale": "blue", "failed": "red", "not evaluable yet": "orange", "running": "blue"}


def heuristics_table(
    workspace: Workspace, task: Task, evaluations: Mapping[int, Evaluation], *, with_links: bool = False
) -> None:
    """Draw a row for each heuristic of a task: name, state, precision at its threshold, coverage."""
    everything = workspace.store.heuristics.all(task.task_id)
    if not everything:
        st.caption("None yet.")
        return
    with st.container(border=True, gap="small"):
        for heuristic in everything:
            stands = status(workspace.store, workspace.jobs, heuristic)
            _heuristic_row(heuristic, stands, evaluations.get(heuristic.heuristic_id), with_links)


def _heuristic_row(heuristic: Heuristic, stands: Status, evaluation: Evaluation | None, with_links: bool) -> None:
    name, how, worth, covers = st.columns([2.2, 1.5, 2.6, 1], vertical_alignment="center")
    with name:
        if with_links:
            st.button(
                literal(heuristic.name),
                key=f"open_{heuristic.heuristic_id}",
                type="tertiary",
                on_click=lambda: st.query_params.update({"heuristic": str(heuristic.heuristic_id)}),
            )
            st.caption(literal(f"learner, {heuristic.owner}, version {heuristic.version_no}"))
        else:
            st.text(heuristic.name)
    with how:
        status_badge(stands)
    if evaluation is None:
        worth.caption("not run" if stands.run is None else "no result yet")
    else:
        worth.caption(worth_text(evaluation))
        covers.caption(f"covers {round(100 * evaluation.estimate.coverage)} %")


def status_badge(stands: Status) -> None:
    """Draw how a heuristic stands: a word, with the sentence as its tooltip."""
    in_words = stands.state in ("current", "stale", "never run", "off")
    color = COLOURS.get(stands.state, "gray")
    st.badge(stands.text if in_words else stands.state, color=color, help=literal(stands.text))


def label_table(task: Task, by_label: Mapping[int, LabelEstimate]) -> None:
    """Draw precision with n, and recall, for each label at the threshold in force."""
    rows = []
    for label in task.labels:
        found = by_label.get(label.label_id)
        known = found is not None and found.precision is not None
        rows.append(
            {
                "Label": label.name,
                "Precision": decimals(found.precision) if found and known else "unknown",
                "n": found.kept if found else 0,
                "Recall": decimals(found.recall) if found and found.recall is not None else "unknown",
            }
        )
    st.dataframe(rows, hide_index=True, height="content" if len(rows) <= 12 else 460)


NONE_OF = {
    "kept wrongly": "No labelled record is kept with a wrong label at this threshold.",
    "kept rightly": "No labelled record is kept with the right label at this threshold.",
    "below": "No labelled record lies below this threshold.",
}


def mistakes_table(task: Task, mistakes: Sequence[Mistake], which: str, *, key: str) -> int | None:
    """Return the place of the record that was clicked; draw records with both labels, texts as they are."""
    if not mistakes:
        st.caption(NONE_OF[which])
        return None
    none = "not this span" if task.kind == "extraction" else "nothing here"
    event = st.dataframe(
        [
            {
                "Text": shorten(mistake.text, 300),
                "People say": task.label_name(mistake.truth) if mistake.truth else none,
                "Heuristic says": task.label_name(mistake.predicted),
                "Confidence": decimals(mistake.confidence),
            }
            for mistake in mistakes
        ],
        hide_index=True,
        column_config={"Text": st.column_config.TextColumn(width="large")},
        on_select="rerun",
        selection_mode="single-row",
        key=key,
    )
    chosen = event.selection.rows
    return chosen[0] if chosen else None
