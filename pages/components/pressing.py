"""Buttons whose press is not lost.

`st.button` is true in one run only: where another request breaks that run off before its line, the press is gone.
"""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from pages.components import state

LASTS_SECONDS = 10.0  # one that no drawing has come to for so long, since the person left the page, is forgotten


def pressed(label: str, *, key: str, **options: Any) -> bool:
    """Draw a button with the options of `st.button`; return whether it was pressed and nobody was told yet."""
    name = f"pressed:{key}"
    st.button(label, key=key, on_click=lambda: state.put(name, time.monotonic()), **options)
    moment = state.take(name)
    return moment is not None and time.monotonic() - moment < LASTS_SECONDS
