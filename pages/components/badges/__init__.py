"""Badges with the names that code needs: a click copies one, the arrow puts it into the editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components.tokens import component_css, component_js

HERE = Path(__file__).parent

_badges = st.components.v2.component(
    "al_badges",
    html=(HERE / "badges.html").read_text(encoding="utf-8"),
    css=component_css("controls", "labels", HERE / "badges.css"),
    js=component_js(HERE / "badges.js"),
)


def badges(*, embeddings: Sequence[Mapping[str, Any]] | None, labels: Sequence[Mapping[str, Any]], key: str) -> None:
    """Draw badges of the embeddings and labels that heuristic code can name.

    An embedding has name, model, dim, coverage (0 to 1) and state ("ready" or "computing"), a label name and colour
    (its number in the palette). Code that takes no embeddings has None of them. A click copies the name; Shift click
    or the arrow puts it at embedding_name (a label at label_names) in the code editor on the page, Alt click adds it
    to what stands there.
    """
    shown = None if embeddings is None else [dict(one) for one in embeddings]
    _badges(key=key, data={"embeddings": shown, "labels": [dict(one) for one in labels]})
