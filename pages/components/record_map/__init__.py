"""A map of records on a canvas: colours, hover, zoom, and a box that selects, all without asking the server.

Python hears only which records somebody selected.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.types import Label
from al_core.workflow.mapping import UNKNOWN, Colouring, RecordMap
from pages.components.tokens import component_css, component_js

FOLDER = Path(__file__).parent
STEPS = 65_535  # places along each axis
NO_AMOUNT = 255

_component = st.components.v2.component(
    "al_record_map", css=component_css("controls", "labels", FOLDER / "map.css"), js=component_js(FOLDER / "map.js")
)


def mount(message: Mapping[str, Any], *, key: str, on_select: Callable[[], None] = lambda: None) -> tuple[int, ...]:
    """Return the numbers of the records that are selected on the map of `message` (see `map_message`).

    `message["map_id"]` names the map: on another one nothing is selected.
    """
    _component(key=key, data=dict(message), on_selection_change=on_select)
    selection = (st.session_state.get(key) or {}).get("selection") or {}
    if selection.get("map_id") != message["map_id"]:
        return ()
    return tuple(int(number) for number in selection["record_nos"])


def map_message(
    drawn: RecordMap, texts: Mapping[int, str], labels: Sequence[Label], colourings: Sequence[Colouring], map_id: str
) -> dict[str, Any]:
    """Return what the browser is told: places, the beginnings of texts, and every way to colour them.

    Arrays travel as bytes in base64, 20,000 records in a third of what they would be as numbers in JSON.
    """
    return {
        "map_id": map_id,
        "n_records": drawn.n_records,
        "record_nos": _packed(drawn.record_no, "<i4"),
        "x": _packed(np.clip(drawn.points[:, 0], 0, 1) * STEPS, "<u2"),
        "y": _packed((1 - np.clip(drawn.points[:, 1], 0, 1)) * STEPS, "<u2"),
        "texts": [texts.get(number, "") for number in drawn.record_no.tolist()],
        "labels": [{"name": label.name, "colour": label.colour} for label in labels],
        "colourings": [_colours(one, labels) for one in colourings],
    }


def _colours(colouring: Colouring, labels: Sequence[Label]) -> dict[str, Any]:
    if colouring.label is not None:
        return {"name": colouring.name, "codes": _packed(codes(colouring.label, labels), "<u2")}
    assert colouring.amount is not None
    amount = np.where(np.isnan(colouring.amount), NO_AMOUNT, np.nan_to_num(colouring.amount) * (NO_AMOUNT - 1))
    return {"name": colouring.name, "amounts": _packed(amount.round(), "u1")}


def codes(label: NDArray[np.int64], labels: Sequence[Label]) -> NDArray[np.int64]:
    """Return the browser's codes [m] of label ids [m]: unknown, nothing, several, conflict, then each label.

    A label that the task does not have any more is unknown.
    """
    known = {UNKNOWN: 0, 0: 1, -1: 2, -2: 3} | {one.label_id: 4 + place for place, one in enumerate(labels)}
    different, place = np.unique(label, return_inverse=True)
    return np.array([known.get(one, 0) for one in different.tolist()], dtype=np.int64)[place]


def _packed(array: NDArray[Any], dtype: str) -> str:
    return base64.b64encode(array.astype(dtype).tobytes()).decode()
