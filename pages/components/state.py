"""The only module that touches `st.session_state`: what one browser tab has chosen. The truth is in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

KEPT_IDS = 500  # acknowledged answers that the browser may still hold after a lost message


def get(name: str) -> Any:
    """Return what was stored under `name` in this tab, or None."""
    return st.session_state.get(f"al:{name}")


def put(name: str, value: Any) -> None:
    """Store a plain value for this tab."""
    st.session_state[f"al:{name}"] = value


def take(name: str) -> Any:
    """Return what was stored under `name`, once."""
    return st.session_state.pop(f"al:{name}", None)


def widget(key: str) -> Any:
    """Return the value of the widget called `key` in this run, or None."""
    return st.session_state.get(key)


def set_widget(key: str, value: Any) -> None:
    """Give the widget called `key` a value before it is drawn."""
    st.session_state[key] = value


def clear_widget(key: str) -> None:
    """Let the widget called `key` start anew."""
    st.session_state.pop(key, None)


def acknowledge(answer_ids: Sequence[str]) -> None:
    """Remember ids of stored answers, the newest some hundred of them."""
    put("acknowledged", [*acknowledged(), *answer_ids][-KEPT_IDS:])


def acknowledged() -> list[str]:
    """Return the ids of answers stored lately from this tab."""
    return get("acknowledged") or []
