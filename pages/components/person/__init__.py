"""Who is labeling: a name, no password, remembered by the browser in a cookie."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import streamlit as st

COOKIE = "al_person"

_component = st.components.v2.component(
    "al_person", js=(Path(__file__).parent / "remember.js").read_text(encoding="utf-8")
)


def remembered() -> str:
    """Return the name that this browser remembers, empty on a first visit."""
    return unquote(st.context.cookies.get(COOKIE, "")).strip()


def remember(name: str) -> None:
    """Make the browser remember a name for a year."""
    _component(key="al_person", data={"cookie": COOKIE, "name": name}, width=1, height=1)
