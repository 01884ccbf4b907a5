"""A heartbeat: reruns the fragment it stands in every few seconds, but only while the tab is visible."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components.tokens import component_js

_component = st.components.v2.component("al_heartbeat", js=component_js(Path(__file__).parent / "heartbeat.js"))


def heartbeat(*, seconds: float, key: str) -> bool:
    """Rerun the enclosing fragment `seconds` from now, and again after that, while the tab is visible.

    Return whether the browser came to rest on a page without a title: Streamlit gave up drawing it half way.
    """
    nothing = {"on_beat_change": lambda: None, "on_half_drawn_change": lambda: None}
    result = _component(key=key, data={"seconds": seconds}, width=1, height=1, **nothing)
    return result.half_drawn is not None
