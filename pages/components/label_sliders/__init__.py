"""One slider for each label, with its curve, rule and sentence; all move in the browser, Python hears of the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

from pages.components import state
from pages.components.tokens import component_css, component_js

HERE = Path(__file__).parent
CHART = HERE.parent / "threshold_chart"

_component = st.components.v2.component(
    "al_label_sliders",
    css=component_css("controls", CHART / "chart.css", CHART / "small.css", HERE / "label_sliders.css"),
    js=component_js(HERE / "label_sliders.js"),
)


class LabelSlider(TypedDict):
    """One label: where its slider begins, what is certified, and its curve as the threshold chart reads it.

    `curve` is None for a label that no prediction has; `note` says what is certified or why nothing is.
    """

    label_id: int
    name: str
    threshold: float
    certified: float | None
    note: str
    curve: Mapping[str, Any] | None


def label_sliders(
    rows: Sequence[LabelSlider],
    *,
    target: float,
    pool_size: int,
    key: str,
    on_use: Callable[[dict[int, float]], None],
) -> None:
    """Draw the sliders; `on_use` gets min_confidence by label id when the person presses the button below them."""
    known = {row["label_id"] for row in rows}

    def use() -> None:
        wanted = (state.widget(key) or {}).get("use") or {}
        chosen = {int(label_id): float(value) for label_id, value in wanted.items() if int(label_id) in known}
        if chosen:
            on_use(chosen)

    revision = ";".join(f"{row['label_id']}:{row['threshold']:.2f}" for row in rows)
    shown = {"rows": list(rows), "target": target, "pool_size": pool_size, "revision": revision}
    _component(key=key, data=shown, on_use_change=use)
