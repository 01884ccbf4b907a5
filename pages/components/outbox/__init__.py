"""The outbox: brings answers from the browser to the server, every one exactly once.

`app.py` mounts it before the page runs, so that a page that fails still has it. The browser sends the list
of all answers that the server has not acknowledged; its callback stores those it does not know yet (an
answer's id is made in the browser) and the next `mount` acknowledges them by id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components.tokens import component_css, component_js

KEY = "al_outbox"
_SCOPE = "al_outbox_scope"
_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "al_outbox",
    html='<div class="outbox"></div>',
    css=component_css("controls", _FOLDER / "outbox.css"),
    js=component_js(_FOLDER / "indicator.js"),
)


def mount(
    *,
    scope: str,
    acknowledged: Sequence[str],
    refused: Sequence[Mapping[str, str]],
    refill: Mapping[str, Any] | None,
    on_change: Callable[[], None],
) -> None:
    """Draw the saved indicator and tell the browser what the server has.

    `scope` is "{workspace}|{person_id}": answers kept in the browser under another scope stay there.
    `acknowledged` are ids of stored answers, in any order; those the browser does not hold do no harm.
    `refused` are {"answer_id", "message"}: dropped in the browser and shown. `refill` is the next queue
    for the labeler or None. `on_change` reads `pending()`.
    """
    st.session_state[_SCOPE] = scope
    message = {
        "scope": scope,
        "acknowledged": list(acknowledged),
        "refused": [dict(refusal) for refusal in refused],
        "refill": None if refill is None else dict(refill),
        "heard": message_number(),
    }
    _component(key=KEY, data=message, on_sent_change=on_change)


def pending() -> list[dict[str, Any]]:
    """Return the answers that the browser last sent as not acknowledged, oldest first; [] when never mounted.

    Answers of another scope than the last mounted one are left out: they belong to somebody else.
    """
    sent = _sent()
    if sent.get("scope") != current_scope():
        return []
    return [dict(answer) for answer in sent.get("answers", [])]


def wanted_record(task_id: int) -> int | None:
    """Return the record of a task that the browser asks to bring back for a correction, or None."""
    return _record_of(task_id, "wanted")


def record_on_screen(task_id: int) -> int | None:
    """Return the record of a task that was on screen when the browser last sent something, or None."""
    return _record_of(task_id, "showing")


def _record_of(task_id: int, name: str) -> int | None:
    sent = _sent()
    named = sent.get(name) or {}
    return named.get("record_no") if sent.get("scope") == current_scope() and named.get("task_id") == task_id else None


def message_number() -> int:
    """Return the number of the browser's last message: numbers drawn now contain the answers up to it."""
    return int(_sent().get("attempt", 0))


def current_scope() -> str | None:
    """Return the scope last mounted: whose answers the browser may send now; None before the first mount."""
    return st.session_state.get(_SCOPE)


def _sent() -> Mapping[str, Any]:
    return (st.session_state.get(KEY) or {}).get("sent") or {}
