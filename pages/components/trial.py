"""Try on 10: what a heuristic would say about ten records, half of them labelled ones that it did not learn from."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from al_core.text import shorten
from al_core.types import Heuristic
from al_core.workflow.function_trying import ABSTAINED
from al_core.workflow.trying import Tried, try_on_ten
from pages.components import state
from pages.components.frame import Current
from pages.components.heartbeat import heartbeat
from pages.components.numbers import decimals


def start_trial(here: Current, heuristic: Heuristic, source: str) -> None:
    """Start a look at ten records with the text in the editor, saved or not."""
    seed = (state.get("trials") or 0) + 1
    state.put("trials", seed)
    job = try_on_ten(here.workspace, heuristic, source, here.person, seed)
    state.put("trial", {"heuristic": heuristic.heuristic_id, "job": job.job_id})


@st.fragment
def trial_panel(here: Current, heuristic: Heuristic) -> None:
    """Draw the look that was started last for this heuristic: progress, then the ten records or what went wrong."""
    trial = state.get("trial")
    job = here.workspace.jobs.get(trial["job"]) if trial and trial["heuristic"] == heuristic.heuristic_id else None
    if job is None:
        return
    st.subheader("Tried on 10 records", anchor=False)
    if job.ended_ts is None:
        is_learner = heuristic.kind == "active_learner"
        doing = "fitting on the labels, without the five that it is tried on" if is_learner else "applying it"
        st.progress(job.fraction, text=doing)
        heartbeat(seconds=0.5, key="trial_heartbeat")
    elif job.state == "finished":
        _table(here.workspace.jobs.wait(job.job_id), heuristic)
    else:
        st.error(f"{job.state}. Nothing was stored.", icon=":material/error:")
        st.text(job.message)


def _table(rows: Sequence[Tried], heuristic: Heuristic) -> None:
    st.dataframe(
        [
            {
                "Text": shorten(row.text, 200),
                "Says": row.label,
                "Raw confidence": decimals(row.confidence),
                "People say": _people(row),
            }
            for row in rows
        ],
        hide_index=True,
        column_config={"Text": st.column_config.TextColumn(width="medium")},
    )
    held = "Labelled records shown here were held back from the fit. " if heuristic.kind == "active_learner" else ""
    st.caption(f"{held}Nothing was stored.")


def _people(row: Tried) -> str:
    """Return what people say of a record, and whether that agrees; an abstention is neither right nor wrong."""
    if row.truth is None:
        return "not labelled"
    judged = "" if row.label == ABSTAINED else ": right" if row.right else ": wrong"
    return f"{row.truth}{judged}"
