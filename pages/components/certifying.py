"""The promise on the Tune page: how it stands in the fixed wordings, and the buttons that act on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from al_core.types import Heuristic
from al_core.workflow import certifying
from al_core.workflow.certifying import Question, Standing
from pages.components import state
from pages.components.frame import Current
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.pressing import pressed
from pages.components.promises import audit_button, set_every_button

CONFIDENCES = {0.90: "90 %", 0.95: "95 %", 0.99: "99 %"}


def pick_confidence() -> float:
    """Return how sure the person wants to be of a promise."""
    if state.widget("pick_confidence") not in CONFIDENCES:
        state.set_widget("pick_confidence", state.get("confidence") or certifying.DEFAULT_CONFIDENCE)
    picked: float = st.selectbox(
        "with confidence", list(CONFIDENCES), format_func=CONFIDENCES.__getitem__, width=120, key="pick_confidence"
    )
    state.put("confidence", picked)
    return picked


def promise_message(stands: Standing | None) -> dict[str, Any] | None:
    """Return a promise as the chart reads it."""
    if stands is None:
        return None
    question, certified = stands.question, stands.certified
    return {
        "target": question.target,
        "confidence": CONFIDENCES.get(question.confidence, f"{100 * question.confidence:g} %"),
        "certified": certified.threshold if certified else None,
        "mark": stands.mark,
        "otherwise": without_certificate(stands),
    }


def without_certificate(stands: Standing) -> str:
    """Return the sentence for a promise that is not certified."""
    target, last = decimals(stands.question.target), stands.last
    if last is not None and last.withdrawn and last.threshold is not None:
        why = "the task has other labels now" if last.labels_changed else f"{count(last.n_changed, 'answer')} changed"
        return f"Certificate withdrawn: {why} since. Not certified."
    if not stands.possible:
        return (
            f"No threshold can promise {target} yet. It needs at least {stands.needed} kept labels, all right, "
            f"and has {stands.available}."
        )
    if last is not None and last.threshold is None:
        return f"Look {last.look_no} found no threshold that keeps {target}. Not certified."
    return "Not certified yet."


def certify_buttons(here: Current, heuristic: Heuristic, heuristics: Sequence[Heuristic], stands: Standing) -> None:
    """Draw the buttons that look: at this heuristic, or at all of them with one look."""
    if not stands.possible and here.task is not None:
        audit_button(here, here.task, stands)
    elif pressed(
        f"Certify (look {stands.look_no} at these labels)",
        key=f"certify_{stands.look_no}",
        icon=":material/verified:",
        help=_what_it_costs(stands),
    ):
        _certify(here, [heuristic], stands.question)
    if len(heuristics) > 1 and pressed(
        "Certify all",
        key="certify_all",
        help=f"One look at all {len(heuristics)} heuristics. Each gets an equal part of what it may spend.",
    ):
        _certify(here, heuristics, stands.question)
    set_every_button(here, heuristics, stands.question)


def _what_it_costs(stands: Standing) -> str:
    sample = (
        "the audit sample" if stands.population == "audit" else "all labels, which are biased low: audit labels are few"
    )
    return (
        f"Tests {sample} ({stands.available} labels). Each further look may be wrong less often, so that all looks "
        f"together keep the confidence; this one needs {stands.needed} kept labels at least. For a heuristic that "
        "learns from the labels, the promise is tested, not proved."
    )


def _certify(here: Current, heuristics: Sequence[Heuristic], question: Question) -> None:
    with mistakes_shown():
        looks = certifying.certify(here.workspace.store, heuristics, question, here.person)
        if not looks:
            st.toast("Nothing new to look at: runs and labels are those of the last look.")
        st.rerun()
