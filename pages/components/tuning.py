"""Choosing a heuristic, a target and a threshold on the Tune page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.evaluation.averages import averages, whole_curve_band
from al_core.evaluation.precision import PrecisionCurve
from al_core.types import Heuristic, Task
from al_core.workflow.agreeing import agreement_of
from al_core.workflow.certifying import Question, Standing, standing
from al_core.workflow.evaluating import Evaluation, set_threshold
from al_core.workflow.thresholds import apply, precedence, undo_apply
from pages.components import state, threshold_chart
from pages.components.agreement_line import agreement_line
from pages.components.certifying import promise_message
from pages.components.frame import Current
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals

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
        width=270,  # the buttons beside it fit into one row at 1280 px
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


def threshold_slider(here: Current, task: Task, evaluation: Evaluation, stands: Standing, *, show_whole: bool) -> None:
    """Draw verdict, chart and slider; letting go of the slider stores the threshold."""
    heuristic, store = evaluation.heuristic, here.workspace.store
    key = f"chart_{heuristic.heuristic_id}"

    def store_released() -> None:
        value = threshold_chart.released(key)
        if value is not None:
            state.put("linked", None)
            set_threshold(store, heuristic, value, here.person.person_id)

    linked = _linked(heuristic)
    threshold = evaluation.threshold if linked is None else linked
    newer = f" {count(evaluation.labels_newer, 'label')} newer than the run." if evaluation.labels_newer else ""
    by_link = "" if linked is None else f" {linked:.2f} comes from the link and is stored when you move the slider."
    promise = promise_message(stands)
    agreement = agreement_of(store, task)
    threshold_chart.mount(
        key=key,
        on_release=store_released,
        curve=curve_message(evaluation, show_whole=show_whole),
        threshold=threshold,
        revision=f"{evaluation.run.run_id}:{threshold:.2f}:{evaluation.n_judged}",
        target=stands.question.target,
        caption=f"{evaluation.method}{newer} {_where_from(here, evaluation)}{by_link}",
        certified=promise["certified"] if promise else None,
        promise=promise,
        file=f"precision-{heuristic.heuristic_id}",
        ceiling=agreement.share if agreement else None,
    )
    agreement_line(agreement, stands.question.target)
    st.query_params["heuristic"] = str(heuristic.heuristic_id)
    st.query_params["threshold"] = f"{threshold:.2f}"


def _where_from(here: Current, evaluation: Evaluation) -> str:
    """Return the sentence that says which threshold is in force and what the code says."""
    if evaluation.threshold_set_by == "code" and not evaluation.label_thresholds:
        return "The threshold is the one in the code."
    return f"Threshold in force: {precedence(here.workspace.store, evaluation.heuristic)}."


def open_link() -> None:
    """Take heuristic and threshold from the address, once for each visit."""
    if state.get("link_opened"):
        return
    state.put("link_opened", True)
    named, value = st.query_params.get("heuristic", ""), st.query_params.get("threshold", "")
    if named.isdecimal():
        state.put("tuned", int(named))
        try:
            threshold = round(float(value), 2)
        except ValueError:
            return  # an address somebody shortened by hand
        if 0 <= threshold <= 1:
            state.put("linked", (int(named), threshold))


def _linked(heuristic: Heuristic) -> float | None:
    linked = state.get("linked")
    return linked[1] if linked and linked[0] == heuristic.heuristic_id else None


def small_multiples(here: Current, evaluations: Mapping[int, Evaluation], question: Question) -> None:
    """Draw the curves of all heuristics side by side."""
    st.subheader("All heuristics with confidences", anchor=False)
    columns = st.columns(4)
    for place, evaluation in enumerate(evaluations.values()):
        heuristic = evaluation.heuristic
        stands = standing(here.workspace.store, heuristic, question)
        certified = stands.certified.threshold if stands and stands.certified else None
        with columns[place % 4]:
            threshold_chart.small(
                name=heuristic.name,
                curve=curve_message(evaluation),
                threshold=evaluation.threshold,
                target=question.target,
                note="" if certified is None else f"certified at {certified:.2f}",
                key=f"small_{heuristic.heuristic_id}",
                on_choose=partial(_choose, heuristic.heuristic_id),
            )


def _choose(heuristic_id: int) -> None:
    """Make a heuristic the one that is tuned, before the page is drawn again."""
    state.put("tuned", heuristic_id)
    state.put("linked", None)
    state.set_widget("pick_tuned", heuristic_id)


def curve_csv(evaluation: Evaluation) -> str:
    """Return the curve as CSV: a row for each threshold, empty where nothing is known.

    Where the folds were dealt several times, `correct` is the mean count too, so that it is precision times kept.
    """
    message = curve_message(evaluation, show_whole=True)
    curve = evaluation.curve
    message["correct"] = (np.nan_to_num(curve.precision) * curve.kept).round(6).tolist()
    names = ["thresholds", "precision", "low", "high", "whole_low", "whole_high", "kept", "correct", "records"]
    columns = [message[name] for name in names] + [message.get("corrected") or [None] * len(message["thresholds"])]
    rows = [",".join("" if value is None else f"{value:.10g}" for value in row) for row in zip(*columns, strict=True)]
    header = ["threshold", *names[1:], "corrected"]
    return "\n".join([",".join(header), *rows]) + "\n"


def apply_buttons(here: Current, evaluation: Evaluation) -> None:
    """Draw the button that writes the thresholds in force into the code, and the one that undoes it."""
    store, heuristic = here.workspace.store, evaluation.heuristic
    if st.button("Apply to the code", icon=":material/code:", help="Saves a version; no new run is needed."):
        with mistakes_shown():
            apply(store, heuristic, here.person)
            state.put("applied", (heuristic.heuristic_id, heuristic.version_no))
            st.rerun()
    applied = state.get("applied")
    if (
        applied
        and applied[0] == heuristic.heuristic_id
        and applied[1] + 1 == heuristic.version_no
        and st.button(f"Undo, back to the code of version {applied[1]}", icon=":material/undo:")
    ):
        undo_apply(store, heuristic, applied[1], here.person)
        state.put("applied", None)
        st.rerun()
    st.download_button(
        "CSV", curve_csv(evaluation), f"precision-{heuristic.heuristic_id}.csv", icon=":material/download:"
    )


def averages_line(evaluation: Evaluation) -> None:
    """Draw recall and F1 over all labels, micro and macro."""
    found = averages(evaluation.by_label)

    def shown(value: float | None) -> str:
        return "unknown" if value is None else decimals(value)

    st.caption(
        f"Over records (micro): recall {shown(found.micro_recall)}, F1 {shown(found.micro_f1)}. "
        f"Over {count(found.n_precision, 'label')} (macro): precision {shown(found.macro_precision)}, "
        f"recall {shown(found.macro_recall)}, F1 {shown(found.macro_f1)}."
    )


def curve_message(evaluation: Evaluation, *, show_whole: bool = False) -> dict[str, Any]:
    """Return a curve as the chart reads it: lists of one length, None where nothing is known."""
    curve = evaluation.curve
    message = curve_columns(curve) | {
        "method": "on a hold-out" if evaluation.run.method.startswith("holdout") else "out-of-fold",
    }
    if evaluation.corrected is not None:
        message["corrected"] = _or_none(evaluation.corrected, curve)
    if show_whole:
        low, high = whole_curve_band(curve)
        message |= {"whole_low": _or_none(low, curve), "whole_high": _or_none(high, curve)}
    return message


def curve_columns(curve: PrecisionCurve) -> dict[str, Any]:
    """Return the columns that every curve has: lists of one length, None where nothing is known."""
    return {
        "thresholds": curve.thresholds.tolist(),
        "precision": _or_none(curve.precision, curve),
        "low": _or_none(curve.low, curve),
        "high": _or_none(curve.high, curve),
        "kept": curve.kept.tolist(),
        "correct": curve.correct.tolist(),
        "records": curve.records.tolist(),
        "pool_size": curve.pool_size,
    }


def _or_none(values: NDArray[np.float64], curve: PrecisionCurve) -> list[float | None]:
    known = (curve.kept > 0).tolist()
    pairs = zip(values.tolist(), known, strict=True)
    return [round(value, 6) if is_known and not math.isnan(value) else None for value, is_known in pairs]
