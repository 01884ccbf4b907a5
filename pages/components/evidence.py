"""Under the chart: which records are wrong or left out, which labels are taken for which, calibration, time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from al_core.evaluation.diagnosis import ReliabilityBin
from al_core.filters import HeuristicSays, RecordFilter
from al_core.types import Task
from al_core.workflow.correcting import correct, look_again, second_looks
from al_core.workflow.evaluating import Evaluation, Mistake
from al_core.workflow.examining import (
    Examined,
    Which,
    calibration_of,
    confusion_of,
    examine,
    listed,
    over_time,
    pool_histogram,
)
from pages.components import state
from pages.components.frame import Current
from pages.components.messages import mistakes_shown
from pages.components.numbers import count, decimals
from pages.components.promises import promises_tab
from pages.components.record_links import open_records
from pages.components.tables import mistakes_table

TABS: dict[str, Which] = {"Wrongly kept": "kept wrongly", "Rightly kept": "kept rightly", "Below": "below"}


def evidence_tabs(here: Current, task: Task, evaluation: Evaluation) -> None:
    """Draw the tabs; only the open one computes anything."""
    examined = examine(here.workspace.store, task, evaluation)
    counts = {name: len(examined.chosen(which)) for name, which in TABS.items()}
    names = [f"{name} {n:,}" for name, n in counts.items()]
    tabs = [*names, "Confusion", "Calibration", "Unlabelled", "Over time", "Certificates"]
    opened = st.segmented_control(
        "Evidence", range(len(tabs)), default=0, required=True, format_func=tabs.__getitem__,
        label_visibility="collapsed", key="evidence_tab",
    )  # fmt: skip
    if opened < len(TABS):
        _records(here, task, evaluation, examined, list(TABS.values())[opened])
    elif opened == len(TABS):
        _confusion(task, examined)
    elif opened == len(TABS) + 1:
        _calibration(examined)
    elif opened == len(TABS) + 2:
        _pool(examined)
    elif opened == len(TABS) + 3:
        _over_time(here, task, evaluation)
    else:
        promises_tab(here, task)


def _records(here: Current, task: Task, evaluation: Evaluation, examined: Examined, which: Which) -> None:
    found = listed(here.workspace.store, task, examined, which)
    total = len(examined.chosen(which))
    if len(found) < total:
        st.caption(f"The surest {len(found)} of {total:,}.")
    if total and st.button(
        f"Open {count(examined.n_records(which), 'record')} on the Records page", icon=":material/table_rows:"
    ):
        open_records(RecordFilter(task.task_id, (_says(evaluation, which),)))
    place = mistakes_table(task, found, which, key=f"records_{which}_{evaluation.run.run_id}")
    if which == "kept wrongly":
        if task.kind == "extraction":
            st.caption("Click a row, then correct the record on the Records page or by Ctrl+← on the Label page.")
            return
        if place is not None and place < len(found):
            _correct(here, task, evaluation, found[place])
        _look_again(here, task, examined)


def _says(evaluation: Evaluation, which: Which) -> HeuristicSays:
    """Return the condition that finds the same records as a tab."""
    heuristic_id = evaluation.heuristic.heuristic_id
    if which == "below":
        return HeuristicSays(heuristic_id, kept=False, among="headline")
    return HeuristicSays(heuristic_id, kept=True, right=which == "kept rightly", among="headline")


def _correct(here: Current, task: Task, evaluation: Evaluation, mistake: Mistake) -> None:
    with st.container(border=True):
        st.text(mistake.text)
        st.caption("An answer given here is not blind: it becomes the truth, but never an audit label.")
        with st.container(horizontal=True):
            for label in task.labels:
                is_truth = label.label_id == mistake.truth
                name = f"correct_{mistake.record_no}_{label.label_id}"
                if st.button(label.name, key=name, disabled=is_truth, help="what people say now" if is_truth else None):
                    with mistakes_shown():
                        correct(here.workspace.store, task, here.person, evaluation, mistake, label.label_id)
                        state.put("corrections", (state.get("corrections") or 0) + 1)
                        st.rerun()


def _look_again(here: Current, task: Task, examined: Examined) -> None:
    """Offer as many blind second looks at records kept rightly as corrections were made here."""
    waiting: list[int] = state.get("second_looks") or []
    owed = (state.get("corrections") or 0) - (state.get("looked_again") or 0) - len(waiting)
    if owed > 0:
        st.caption(
            f"You corrected {count(owed, 'record')} where the prediction was on screen. Correcting errors alone "
            "makes a heuristic look better than it is."
        )
        if st.button(f"Look again at {owed} kept rightly, blind"):
            state.put("second_looks", [*waiting, *second_looks(examined, owed, np.random.default_rng())])
            st.rerun()
    if not waiting:
        return
    records = here.workspace.store.records.get(task.project_id, task.attribute.attribute_id, waiting[:1])
    with st.form("second_look", border=True):
        st.text(records[waiting[0]].text if waiting[0] in records else "This record is gone.")
        chosen = st.selectbox(
            f"Its label ({count(len(waiting), 'record')} to go)",
            task.labels,
            index=None,
            format_func=lambda one: one.name,
        )
        if st.form_submit_button("Give this label") and chosen is not None:
            look_again(here.workspace.store, task, here.person, examined, waiting[0], chosen.label_id)
            state.put("second_looks", waiting[1:])
            state.put("looked_again", (state.get("looked_again") or 0) + 1)
            st.rerun()


def _confusion(task: Task, examined: Examined) -> None:
    if task.kind == "extraction":
        st.caption("A span is right or it is not: a wrong border is no other label. The lists show what is wrong.")
        return
    counts = confusion_of(task, examined)
    names = [label.name for label in task.labels]
    st.caption("Rows: what people say. Columns: what the heuristic says where it is kept.")
    rows = [
        {"People say": name, **dict(zip([*names, "not kept"], row, strict=True))}
        for name, row in zip(names, counts.tolist(), strict=True)
    ]
    st.dataframe(rows, hide_index=True, height="content" if len(rows) <= 20 else 700)


def _calibration(examined: Examined) -> None:
    found = calibration_of(examined)
    left, right = st.columns(2)
    with left:
        _reliability("Before calibration", found.raw, found.raw_error)
    with right:
        _reliability("After calibration", found.calibrated, found.calibrated_error)


def _reliability(title: str, bins: Sequence[ReliabilityBin], error: float | None) -> None:
    st.markdown(f"**{title}**")
    if error is None:
        st.caption("No labelled prediction yet.")
        return
    st.caption(f"On average {decimals(error)} away from the share that is right. The line is where both are equal.")
    st.vega_lite_chart(
        [
            {"confidence": one.confidence, "share right": one.precision, "low": one.low, "high": one.high, "n": one.n}
            for one in bins
        ],
        {
            "height": 260,
            "layer": [
                {
                    "data": {"values": [{"at": 0, "to": 0}, {"at": 1, "to": 1}]},
                    "mark": {"type": "line", "strokeDash": [4, 4], "color": "gray"},
                    "encoding": {
                        "x": {"field": "at", "type": "quantitative", "title": "confidence"},
                        "y": {"field": "to", "type": "quantitative", "title": "share right"},
                    },
                },
                {
                    "mark": "rule",
                    "encoding": {
                        "x": {"field": "confidence", "type": "quantitative"},
                        "y": {"field": "low", "type": "quantitative"},
                        "y2": {"field": "high"},
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 60},
                    "encoding": {
                        "x": {"field": "confidence", "type": "quantitative"},
                        "y": {"field": "share right", "type": "quantitative"},
                        "tooltip": [{"field": "n"}, {"field": "share right", "format": ".2f"}],
                    },
                },
            ],
        },
    )


def _pool(examined: Examined) -> None:
    counts = pool_histogram(examined)
    st.caption(f"Confidences of {len(examined.pool_confidence):,} unlabelled records.")
    st.bar_chart(
        {"min_confidence": [place / len(counts) for place in range(len(counts))], "records": counts.tolist()},
        x="min_confidence",
        y="records",
        height=260,
    )


def _over_time(here: Current, task: Task, evaluation: Evaluation) -> None:
    st.caption("Each finished run at the threshold in force now, judged by the labels of today.")
    st.dataframe(
        [
            {
                "Run": one.run_id,
                "Ended": one.ended,
                "Version": one.version_no,
                "Labels": one.labels,
                "Precision": decimals(one.precision) if one.precision is not None else "unknown",
                "Interval": f"{decimals(one.low)} to {decimals(one.high)}",
                "n": one.kept,
                "Since the run before": one.change,
            }
            for one in reversed(over_time(here.workspace.store, task, evaluation))
        ],
        hide_index=True,
    )
