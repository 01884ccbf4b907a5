"""The extraction labeler: spans over the tokens that Python counted, marked by mouse or keyboard.

Offsets are code points on both ends of the wire; only the browser knows that JavaScript counts otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components import labeler
from pages.components.tokens import component_css, component_js

_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "al_span_labeler",
    css=component_css(*labeler.SHEETS, _FOLDER / "span_labeler.css"),
    js=component_js(_FOLDER / "span_labeler.js"),
)


def mount(
    *,
    task: Mapping[str, Any],
    queue: Mapping[str, Any],
    progress: Mapping[str, Any],
    show_suggestions: bool,
    key: str,
) -> None:
    """Draw the span labeler for `task`; arguments as those of the classification labeler.

    Items have "tokens" as [start, end] in code points, and "spans": those with a "confidence" are
    suggestions, the others are given.
    """
    # The bell carries nothing: it is how the browser asks for a run of the whole page.
    _component(key=key, data=labeler.message(task, queue, progress, show_suggestions), on_bell_change=lambda: None)
