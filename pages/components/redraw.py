"""Drawing the whole page anew from a fragment, such as when a job has ended.

A fragment never asks for that while the page is being drawn: the page is about to show the new state anyway, and
Streamlit may give a rerun up in favour of another fragment's request, which would leave the page half drawn. One
that was given up otherwise is asked for again at the next heartbeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.components import state


@contextmanager
def drawing_page() -> Iterator[None]:
    """Mark that the whole page is being drawn: whatever was waiting for that is met."""
    state.put("drawing", True)
    state.put("wants_redraw", False)
    try:
        yield
    finally:
        state.put("drawing", False)


def redraw_page_if(wanted: bool) -> None:
    """Draw the whole page anew, now or at the fragment's next turn, when `wanted` by this or an earlier call."""
    if state.get("drawing"):
        return
    if wanted:
        state.put("wants_redraw", True)
    if state.get("wants_redraw"):
        st.rerun()
