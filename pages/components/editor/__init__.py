"""The code editor: streamlit-ace with a bridge, behind one function.

Ace shows and edits; what was typed reaches Python through the bridge alone, as state. So a rerun never
brings stale text, and of two events that Streamlit merges into one rerun none is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_ace import st_ace

from al_core.types import Problem
from pages.components.tokens import component_css, component_js

HERE = Path(__file__).parent

_bridge = st.components.v2.component(
    "al_editor_bridge",
    html=(HERE / "editor.html").read_text(encoding="utf-8"),
    css=component_css("controls", HERE / "editor.css"),
    js=component_js(HERE / "bridge.js"),
)


@dataclass(frozen=True, slots=True)
class EditorEvent:
    """The text in the editor, and whether the person just asked to run or to save exactly this text."""

    text: str
    run: bool
    save: bool


def code_editor(
    *,
    source: str,
    revision: int,
    problems: Sequence[Problem],
    key: str,
    height: int = 460,
    completions: Sequence[Mapping[str, Any]] = (),
) -> EditorEvent:
    """Return the text as the person left it, and what they asked for.

    `source` is shown when the editor appears and whenever `revision` changes; else what was typed stands. A
    new revision whose source is the text of the last call (it was saved) replaces nothing: what was typed
    since stays. Text arrives after a pause in typing, when the editor loses focus (so before any click
    elsewhere), and with Ctrl+Enter (`run`) and Ctrl+S (`save`), each reported by one call only: act on them
    before the next Streamlit command. A page that comes back must pass the text it wants, so keep drafts.
    `completions` are what Ctrl+Space offers: word, kind (what it is) and quoted (whether it stands in quotes).
    """
    source = _with_plain_breaks(source)
    generation = _generation(source, revision, f"{key}-shown")
    draft = _draft(key)
    text = typed(source=source, revision=revision, key=key)
    st.session_state[f"{key}-shown"] = {"revision": revision, "generation": generation, "text": text}
    with st.container(gap=None):
        st_ace(
            value=text,
            language="python",
            theme="github",
            height=height,
            font_size=13,
            auto_update=False,
            key=f"{key}-ace",
        )
        _bridge(
            key=key,
            data={
                "text": text,
                "generation": generation,
                "problems": [
                    {"line": problem.line, "message": problem.message, "fix": problem.fix} for problem in problems
                ],
                "height": height,
                "completions": [dict(one) for one in completions],
            },
            on_draft_change=lambda: None,
        )
    return _event(text, draft, f"{key}-handled")


def typed(*, source: str, revision: int, key: str) -> str:
    """Return the text that `code_editor` will show in this run, so that it can be checked before it is drawn."""
    source = _with_plain_breaks(source)
    draft = _draft(key)
    is_of_now = draft.get("generation") == _generation(source, revision, f"{key}-shown")
    return str(draft["text"]) if is_of_now else source


def is_touched(*, source: str, revision: int, key: str) -> bool:
    """Return whether the text in the editor was typed by the person since Python put `source` there."""
    return _draft(key).get("generation") == _generation(_with_plain_breaks(source), revision, f"{key}-shown")


def _with_plain_breaks(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _generation(source: str, revision: int, shown_key: str) -> int:
    """Return the number of the text in the editor: another one when Python replaces it."""
    shown = st.session_state.get(shown_key)
    if shown is None:
        return 1
    is_replaced = revision != shown["revision"] and source != shown["text"]
    return int(shown["generation"]) + is_replaced


def _draft(key: str) -> Mapping[str, Any]:
    state = st.session_state.get(key) or {}
    return state.get("draft") or {}


def _event(text: str, draft: Mapping[str, Any], handled_key: str) -> EditorEvent:
    asked = {kind: draft.get(kind) for kind in ("run", "save")}
    handled = st.session_state.get(handled_key, {})
    new = {kind for kind, event_id in asked.items() if event_id is not None and event_id != handled.get(kind)}
    if not new:
        return EditorEvent(text, run=False, save=False)
    # the last use of the session: whoever acts on the event is not interrupted in between
    st.session_state[handled_key] = asked
    return EditorEvent(draft["text"], run="run" in new, save="save" in new)
