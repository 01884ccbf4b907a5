"""The classification labeler: a record, its label buttons and keys, and a rail that moves with every key.

It answers through the outbox of the page frame, never by itself; the next record is on screen before the
server knows of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components.outbox import current_scope, message_number
from pages.components.tokens import component_css, component_js

FOLDER = Path(__file__).parent
SHEETS = ("controls", "labels", FOLDER / "labeler.css", FOLDER / "rail.css")

_component = st.components.v2.component(
    "al_labeler", css=component_css(*SHEETS), js=component_js(FOLDER / "labeler.js")
)


def mount(
    *,
    task: Mapping[str, Any],
    queue: Mapping[str, Any],
    progress: Mapping[str, Any],
    show_suggestions: bool,
    key: str,
) -> None:
    """Draw the labeler for `task` with the records of `queue`.

    `queue["queue_id"]` names the person's choice of records: another one drops what the browser holds,
    the same one only adds. `progress` are the counts of the server, drawn after this run's answers were
    stored; the browser adds what it has answered since.
    """
    # The bell carries nothing: it is how the browser asks for a run of the whole page.
    _component(key=key, data=message(task, queue, progress, show_suggestions), on_bell_change=lambda: None)


def message(
    task: Mapping[str, Any], queue: Mapping[str, Any], progress: Mapping[str, Any], show_suggestions: bool
) -> dict[str, Any]:
    """Return what a labeler in the browser is told: whose it is, and which outbox message `progress` contains."""
    return {
        "task": dict(task),
        "queue": dict(queue),
        "progress": dict(progress),
        "show_suggestions": show_suggestions,
        "message_no": message_number(),
        "scope": current_scope(),
    }
