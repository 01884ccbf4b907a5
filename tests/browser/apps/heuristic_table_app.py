"""Three heuristics in the table; the script prints what was chosen and clicked."""

from __future__ import annotations

import streamlit as st

from pages.components.heuristic_table import clicked, heuristic_table

KEY = "table"


def made_up(heuristic_id: int, name: str, precision: float | None, **more: object) -> dict[str, object]:
    numbers = dict.fromkeys(("recall", "f1", "coverage", "hits", "overlaps", "conflicts", "alone", "last"))
    links = {"kept": f"Records?filter=kept{heuristic_id}", "hits": f"Records?filter=hits{heuristic_id}"}
    return numbers | {
        "id": heuristic_id, "name": name, "kind": "labeling_function", "enabled": True, "source": "def lf(record): ...",
        "description": "", "below": "function, Ada, version 1", "failed": "", "state": "up to date", "stateText": "",
        "tone": "", "icon": "", "fraction": None, "look": False, "evaluated": precision is not None,
        "precision": precision, "low": 0.5, "high": 1.0, "interval": "(0.50 to 1.00, n = 9)", "fresh": "",
        "hits": heuristic_id * 10, "trend": [], "lastText": "now", "links": links, "byLabel": [],
    } | more  # fmt: skip


ROWS = [
    made_up(1, "<b>parcels</b>", 0.7),
    made_up(2, "money words", 0.9, source="if 'refund' in text"),
    made_up(3, "never run", None, kind="active_learner", state="fold 2 of 5", fraction=0.4),
]
if st.session_state.get("went"):
    st.text(f"went to {st.session_state['went']}")
chosen = heuristic_table(
    shown={"name": "1", "target": 0.9, "labels": [], "caption": "a caption", "rows": ROWS},
    key=KEY,
    on_open=lambda: st.session_state.update(went=f"heuristic {clicked(KEY, 'open')}"),
    on_go=lambda: st.session_state.update(went=clicked(KEY, "go")),
)
st.text(f"chosen {sorted(chosen)}")
