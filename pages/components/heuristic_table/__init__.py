"""All heuristics of a task as a table or as cards: searched and sorted in the browser, numbers link to records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components.tokens import component_css, component_js

HERE = Path(__file__).parent

_table = st.components.v2.component(
    "al_heuristic_table",
    html='<div data-part="overview"></div>',
    css=component_css("labels", HERE / "heuristic_table.css"),
    js=component_js(HERE / "heuristic_table.js"),
)


def heuristic_table(
    *, shown: Mapping[str, Any], key: str, on_open: Callable[[], None], on_go: Callable[[], None]
) -> Sequence[int]:
    """Return the ids of the chosen heuristics; a click on a name calls `on_open`, one on a number `on_go`.

    `shown` has rows, labels, target, caption, and name: what the view is remembered by in the browser.
    """
    _table(key=key, data=dict(shown), on_chosen_change=lambda: None, on_open_change=on_open, on_go_change=on_go)
    return (st.session_state.get(key) or {}).get("chosen") or []


def clicked(key: str, what: str) -> Any:
    """Return what was clicked just now: the id behind a name ("open") or the address behind a number ("go")."""
    return (st.session_state.get(key) or {}).get(what)
