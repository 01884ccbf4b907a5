"""Choosing a heuristic, a target and a threshold on the Tune page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from al_core.evaluation.precision import PrecisionCurve
from al_core.types import Heuristic
from al_core.workflow.evaluating import Evaluation, set_threshold
from pages.components import state, threshold_chart
from pages.components.frame import Current

DEFAULT_TARGET = 0.90


def pick_heuristic(heuristics: Sequence[Heuristic]) -> Heuristic:
    """Return the heuristic that the person tunes; the choice is kept when the page changes."""
    by_id = {heuristic.heuristic_id: heuristic for heuristic in heuristics}
    if state.widget("pick_tuned") not in by_id:
        last = state.get("tuned")
        state.set_widget("pick_tuned", last if last in by_id else next(iter(by_id)))
    picked = st.selectbox(
        "Heuristic",
        list(by_id),
        format_func=lambda heuristic_id: f"{by_id[heuristic_id].name}, version {by_id[heuristic_id].version_no}",
        width=340,
        key="pick_tuned",
    )
    state.put("tuned", picked)
    return by_id[picked]


def target_precision() -> float:
    """Return the precision that the person wants to keep: the dashed line of the chart."""
    if state.widget("pick_target") is None:
        state.set_widget("pick_target", state.get("target") or DEFAULT_TARGET)
    target = st.number_input("Precision at least", 0.5, 0.99, step=0.01, format="%.2f", width=150, key="pick_target")
    state.put("target", target)
    return target


def threshold_slider(here: Current, evaluation: Evaluation, target: float) -> None:
    """Draw verdict, chart and slider; letting go of the slider stores the threshold."""
    heuristic = evaluation.heuristic
    key = f"chart_{heuristic.heuristic_id}"

    def store_released() -> None:
        value = threshold_chart.released(key)
        if value is not None:
            set_threshold(here.workspace.store, heuristic, value, here.person.person_id)

    newer = f" {evaluation.labels_newer} labels are newer than the run." if evaluation.labels_newer else ""
    by_code = " The threshold is the one in the code." if evaluation.threshold_set_by == "code" else ""
    threshold_chart.mount(
        key=key,
        on_release=store_released,
        curve=curve_message(evaluation.curve),
        threshold=evaluation.threshold,
        revision=f"{evaluation.run.run_id}:{evaluation.threshold:.2f}:{evaluation.n_judged}",
        target=target,
        caption=f"{evaluation.method}{newer}{by_code}",
    )


def curve_message(curve: PrecisionCurve) -> dict[str, Any]:
    """Return a curve as the chart reads it: lists of one length, None where nothing is known."""
    known = [n > 0 for n in curve.kept.tolist()]

    def or_none(values: Sequence[float]) -> list[float | None]:
        return [
            value if is_known and not math.isnan(value) else None for value, is_known in zip(values, known, strict=True)
        ]

    return {
        "thresholds": curve.thresholds.tolist(),
        "precision": or_none(curve.precision.tolist()),
        "low": or_none(curve.low.tolist()),
        "high": or_none(curve.high.tolist()),
        "kept": curve.kept.tolist(),
        "correct": curve.correct.tolist(),
        "records": curve.records.tolist(),
        "pool_size": curve.pool_size,
        "method": "out-of-fold",
    }
