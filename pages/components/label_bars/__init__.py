"""How many records have each label: a bar in the label's colour."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from al_core.types import Task
from pages.components.tokens import component_css, component_js

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "al_label_bars", css=component_css("labels", HERE / "label_bars.css"), js=component_js(HERE / "label_bars.js")
)


def label_bars(task: Task, by_label: dict[int, int]) -> None:
    """Draw one bar for each label of a task; `by_label` counts records by label id."""
    rows = [
        {"name": label.name, "colour": label.colour, "count": by_label.get(label.label_id, 0)} for label in task.labels
    ]
    _component(key=f"label_bars_{task.task_id}", data={"rows": rows})
